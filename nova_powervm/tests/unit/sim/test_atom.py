#    Licensed under the Apache License, Version 2.0 (the "License"); you may
#    not use this file except in compliance with the License. You may obtain
#    a copy of the License at
#
#         http://www.apache.org/licenses/LICENSE-2.0
#
#    Unless required by applicable law or agreed to in writing, software
#    distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
#    WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
#    License for the specific language governing permissions and limitations
#    under the License.

import ddt
from lxml import etree
from pypowervm import entities
from pypowervm.wrappers import http_error
from pypowervm.wrappers import logical_partition

from nova_powervm.sim import atom
from nova_powervm.sim import error_document
from nova_powervm.sim import logon
from nova_powervm.sim import lpar_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes


@ddt.ddt
class AtomTestCase(base.DocumentTestCase):

    def _schema_object(self):
        return atom.schema_object('Event', [], atom_id=base.UUID)

    def test_feed_and_entry(self):
        entry = atom.entry(self._schema_object(), base.UUID, base.API, '2')
        theirs = captured.load('event_feed.txt')
        ours = atom.feed(base.API, [entry])
        ours[-1][-1].clear()
        self.assertEqual([], [
            difference for difference in captured.differences(ours, [theirs])
            if not difference.startswith('/entry/content')])
        self.assertEqual(captured.child_names(theirs)[:5],
                         captured.child_names(ours))

    def test_entries_of_a_feed_have_etags(self):
        host = fakes.make_host()
        feed = atom.feed(base.API, [
            lpar_document.entry(lpar, host, base.API) for lpar in host])
        response = self.response(feed)
        self.assertIsInstance(response.feed, entities.Feed)
        lpar, = logical_partition.LPAR.wrap(response)
        self.assertEqual(next(iter(host)).etag, lpar.etag)

    def test_error(self):
        ours = error_document.entry(412, '/rest/api/uom/LogicalPartition',
                                    'Changed.')
        self.assertLikeCaptured(ours, 'fake_httperror.txt')

    def test_pypowervm_reads_an_error(self):
        wrapper = http_error.HttpError.wrap(
            self.response(error_document.entry(412, '/path', 'Changed.')))
        self.assertEqual(
            (412, 'Precondition Failed', 'Changed.'),
            (wrapper.status, wrapper.reason_code, wrapper.message))

    def test_text_is_escaped(self):
        root = error_document.entry(404, '/<&>"', '<&>"\u20ac')
        parsed = etree.fromstring(atom.serialize(root))
        self.assertEqual('<&>"\u20ac', parsed.findtext('.//{*}Message'))

    def test_verbatim(self):
        ours = atom.element('Disk', [
            atom.Field('Name', 'CUR', '<?> &\u20ac'),
            atom.Field('Link', 'CUR', atom.Link('/?>'))])
        node = atom.verbatim(etree.tostring(ours).decode())
        whole, copied = (
            etree.fromstring(atom.serialize(atom.element('Group', [
                atom.Field('Disks', 'CUD', atom.Elements([child]))])))
            for child in (ours, node))
        self.assertEqual(etree.tostring(whole, method='c14n'),
                         etree.tostring(copied, method='c14n'))

    def test_no_declaration(self):
        # lxml refuses a str with one, and pypowervm parses str.
        etree.fromstring(atom.serialize(self._schema_object()).decode())

    def test_parse_expands_no_entities(self):
        body = (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
                b'<x>&e;</x>')
        self.assertIsNone(atom.parse(body).text)

    @ddt.named_data(('empty', b''), ('truncated', b'<x'), ('json', b'{}'))
    def test_parse_malformed(self, body):
        self.assertRaises(ValueError, atom.parse, body)


class LogonResponseTestCase(base.DocumentTestCase):

    def test_response(self):
        self.assertLikeCaptured(logon.response('/tmp/x'), 'logon_file.xml')
