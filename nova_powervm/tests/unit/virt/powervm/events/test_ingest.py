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

"""What an event asks for."""

import ddt
import mock
from oslo_utils import uuidutils
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import event as pvm_event

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

_UUID = uuidutils.generate_uuid().upper()
_URI = world.URI + _UUID


class _NoElement:
    """An event that cannot be read at all."""

    @property
    def element(self):
        raise RuntimeError('no element')


def _mock_event(**fields):
    """Return an event as tests of a driver make them."""
    return mock.Mock(spec=['etype', 'data', 'detail', 'element'], **{
        'etype': 'MODIFY_URI', 'data': _URI, 'detail': 'PartitionState',
        **fields})


@ddt.ddt
class TestIngest(world.World):

    def process(self, *args, **kwargs):
        self.handler.process([world.make_event(*args, **kwargs)])

    def assertAdded(self, lpars=1, malformed=0):
        self.assertEqual((lpars, malformed), (
            self.count('pending'), self.count('events_malformed')))

    @ddt.data('MODIFY_URI', 'INVALID_URI', 'HIDDEN_URI', 'VISIBLE_URI')
    def test_types_that_add(self, etype):
        self.process(_URI, etype=etype)
        self.assertAdded()

    @ddt.data('ADD_URI', 'DELETE_URI', 'CUSTOM_CLIENT_EVENT')
    def test_types_that_add_nothing(self, etype):
        self.process(_URI, etype=etype)
        self.assertAdded(0)

    @ddt.named_data(
        ('managed system', _URI),
        ('root', 'http://localhost:12080/rest/api/uom/LogicalPartition/'
         + _UUID),
        ('lower case', world.URI + _UUID.lower()),
        ('query', _URI + '?group=None'),
        ('path alone', '/rest/api/uom/LogicalPartition/' + _UUID))
    def test_uris(self, uri):
        lpar = self.add('not activated')
        self.process(uri.replace(_UUID, lpar).replace(
            _UUID.lower(), lpar.lower()))
        self.assertAdded()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, world.SHUTDOWN))

    @ddt.named_data(
        ('managed system', '/rest/api/uom/ManagedSystem/' + _UUID),
        ('adapter of an LPAR', _URI + '/VirtualSCSIClientAdapter/' + _UUID),
        ('VIOS', '/rest/api/uom/ManagedSystem/x/VirtualIOServer/' + _UUID),
        ('similar name', '/rest/api/uom/NotALogicalPartition/' + _UUID))
    def test_uris_of_others(self, uri):
        self.process(uri)
        self.assertAdded(0)

    @ddt.named_data(
        ('first', 'PartitionState,Other'), ('last', 'Other,PartitionState'),
        ('twice', 'PartitionState,PartitionState'))
    def test_details_about_the_state(self, detail):
        self.process(_URI, detail)
        self.assertAdded()

    @ddt.data('Other', 'ReferenceCode,Other', 'PartitionStateX', 'XNVRAM')
    def test_details_about_something_else(self, detail):
        self.process(_URI, detail)
        self.assertAdded(0)

    def test_captured_feed(self):
        # pypowervm's capture of one deployment.
        self.handler.process(pvm_event.Event.wrap(
            pvmhttp.load_pvm_resp('event_feed.txt').get_response()))
        self.assertEqual(37, self.count('events'))
        # Many events for one LPAR; those of the two VIOSes, which name
        # PartitionState too, add none.
        self.assertEqual(1, self.count('lpars_added'))
        self.assertEqual(0, self.count('events_malformed'))

    def test_wrapper_without_an_element(self):
        self.handler.process([_mock_event()])
        self.assertAdded()

    @ddt.named_data(
        ('no data', world.make_event(None)),
        ('empty data', world.make_event('')),
        ('no detail', world.make_event(_URI, None)),
        ('no type', world.make_event(_URI, etype=None)),
        ('unknown type', world.make_event(_URI, etype='NEWS')),
        ('no uuid', world.make_event(world.URI)),
        ('not a uuid', world.make_event(world.URI + 'not-a-uuid')),
        ('short uuid', world.make_event(_URI[:-1])),
        ('long uuid', world.make_event(_URI + '0')),
        ('no digit', world.make_event(world.URI + 'Ⅷ' + _UUID[1:])),
        ('bytes', _mock_event(data=b'/LogicalPartition/x')),
        ('no element', _NoElement()),
        ('None', None),
        ('number', 7))
    def test_malformed(self, bad):
        lpar = self.add('not activated')
        good = world.make_event(world.URI + lpar)
        self.handler.process([bad, good, bad])
        self.assertEqual(3, self.count('events'))
        self.assertAdded(1, malformed=2)
        self.advance(world.DELAY)
        self.assertEmitted((lpar, world.SHUTDOWN))

    def test_very_long_detail(self):
        # Heeded, since to look once too often is harmless; but counted.
        self.process(_URI, 'x,' * 50000 + 'PartitionState')
        self.assertAdded(1, malformed=1)

    @ddt.named_data(('list', []), ('tuple', ()), ('None', None))
    def test_no_events(self, events):
        self.handler.process(events)
        self.assertEqual(0, self.count('events'))
        self.assertAdded(0)

    def test_no_io_on_the_poll_thread(self):
        store = self.add_store()
        self.send(self.add(), detail='PartitionState,NVRAM')
        self.assertEqual([], self.adapter.reads)
        self.assertEqual([], self.nova.lookups)
        store.assert_not_called()

    def test_unexpected_error(self):
        # What was to be learned from these events is lost: all is compared.
        self.errors = 1
        lpar = self.add('not activated')
        with mock.patch('nova_powervm.virt.powervm.lifecycle.ingest.ingest',
                        side_effect=ZeroDivisionError):
            self.send(lpar)
        self.assertEqual(1, self.count('errors'))
        self.assertLogged(messages.UNEXPECTED)
        self.advance(world.DELAY)
        self.assertEqual(1, self.count('resyncs'))
        self.assertEmitted((lpar, world.SHUTDOWN))


@ddt.ddt
class TestProcessByUuid(world.World):
    """The method that callers of earlier releases know."""

    def test_process(self):
        lpar = self.add('not activated')
        self.handler.lifecycle.process(None, lpar.lower())
        self.handler.lifecycle.process(mock.Mock(), lpar)
        self.assertEqual(1, self.count('pending'))
        self.advance(world.DELAY)
        self.assertEmitted((lpar, world.SHUTDOWN))

    @ddt.named_data(('None', None), ('empty', ''), ('letter', 'x'),
                    ('long', _UUID + '0'), ('number', 5))
    def test_no_uuid(self, uuid):
        self.assertRaises(
            ValueError, self.handler.lifecycle.process, None, uuid)
