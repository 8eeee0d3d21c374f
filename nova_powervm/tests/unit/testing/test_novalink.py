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
import mock
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exceptions
from pypowervm.wrappers import logical_partition

from nova_powervm.testing import novalink
from nova_powervm.tests import base

_ONE = '0A000000-0000-4000-8000-000000000000'
_TWO = '0B000000-0000-4000-8000-000000000000'
_TYPE = logical_partition.LPAR.schema_type


class TestEvents(base.TestCase):

    def test_fields(self):
        event = novalink.lpar_event(_ONE, 'NVRAM', 'ADD_URI')
        self.assertEqual(
            ('ADD_URI', novalink.lpar_uri(_ONE), 'NVRAM'),
            (event.etype, event.data, event.detail))
        self.assertTrue(event.data.endswith('/LogicalPartition/' + _ONE))

    def test_absent_elements(self):
        event = novalink.make_event(None, detail=None)
        self.assertIsNone(event.element.findtext('EventData'))
        self.assertIsNone(event.element.findtext('EventDetail'))


@ddt.ddt
class TestErrors(base.TestCase):

    @ddt.named_data(['not_found', 404, pvm_exceptions.HttpNotFound],
                    ['unavailable', 503, pvm_exceptions.HttpError])
    def test_class(self, status, error_class):
        error = novalink.http_error(status)
        self.assertIs(error_class, type(error))
        self.assertEqual(status, error.response.status)


class TestClock(base.TestCase):

    def test_moves_when_told(self):
        clock = novalink.Clock()
        before = clock()
        clock.advance(5)
        self.assertEqual(5, clock() - before)


@ddt.ddt
class TestAdapter(base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = novalink.FakeAdapter({_ONE: 'running', _TWO: 'error'})

    def read_one(self, lpar=_ONE):
        return jsonutils.loads(self.adapter.read(
            _TYPE, root_id=lpar, suffix_type='quick',
            suffix_parm='PartitionState').body)

    def read_all(self):
        return {item['UUID']: item['PartitionState'] for item in
                jsonutils.loads(self.adapter.read(
                    _TYPE, suffix_type='quick', suffix_parm='All').body)}

    def read_feed(self):
        return {lpar.uuid.upper(): lpar.state
                for lpar in logical_partition.LPAR.wrap(
                    self.adapter.read(_TYPE))}

    def test_one(self):
        self.assertEqual('error', self.read_one(_TWO))
        self.assertEqual([_TWO], self.adapter.reads)

    def test_no_such_lpar(self):
        self.assertRaises(pvm_exceptions.HttpNotFound, self.read_one, 'none')

    @ddt.named_data(['all', read_all, 'All'], ['feed', read_feed, 'feed'])
    def test_lists(self, read, kind):
        self.assertEqual(self.adapter.lpars, read(self))
        self.assertEqual([kind], self.adapter.reads)

    @ddt.named_data(['all', read_all], ['feed', read_feed])
    def test_hidden(self, read):
        self.adapter.hidden.add(_ONE)
        self.assertEqual({_TWO: 'error'}, read(self))
        self.assertEqual('running', self.read_one())

    @ddt.named_data(['of_one', _ONE], ['of_any', 'any'])
    def test_failure(self, kind):
        self.adapter.answers[kind] = novalink.http_error(503)
        self.assertRaises(pvm_exceptions.HttpError, self.read_one)

    def test_other_answer(self):
        self.adapter.answers[_ONE] = '"made up"'
        self.assertEqual('made up', self.read_one())
        self.assertEqual('error', self.read_one(_TWO))


class TestListener(base.TestCase):

    def setUp(self):
        super().setUp()
        self.listener = novalink.FakeSession().get_event_listener()
        self.event = novalink.lpar_event(_ONE)

    def subscribe(self, kind):
        handler = mock.Mock(spec=kind)
        self.listener.subscribe(handler)
        return handler.process

    def test_wrappers(self):
        process = self.subscribe(pvm_adapter.WrapperEventHandler)
        self.listener.deliver(self.event)
        process.assert_called_once_with([self.event])

    def test_raw(self):
        process = self.subscribe(pvm_adapter.RawEventHandler)
        self.listener.deliver(self.event)
        process.assert_called_once_with([{
            'EventType': 'MODIFY_URI', 'EventID': '1',
            'EventData': novalink.lpar_uri(_ONE),
            'EventDetail': 'PartitionState,Other'}])

    def test_poll_without_events(self):
        process = self.subscribe(pvm_adapter.WrapperEventHandler)
        self.listener.deliver()
        process.assert_called_once_with([])

    def test_unsubscribe(self):
        process = self.subscribe(pvm_adapter.WrapperEventHandler)
        handler, = self.listener.handlers
        self.listener.unsubscribe(handler)
        self.listener.deliver(self.event)
        process.assert_not_called()
        self.assertRaises(ValueError, self.listener.unsubscribe, handler)
