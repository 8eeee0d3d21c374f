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

import logging

import ddt
import mock
from pypowervm import entities
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import event as pvm_event

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import ingest
from nova_powervm.virt.powervm.lifecycle import interfaces

A, B = fakes.A, fakes.B
ROOT = 'http://localhost:12080/rest/api/uom/'
LPARS = (ROOT + 'ManagedSystem/98498bed-c78a-3a4f-b90a-4b715418fcb6'
         '/LogicalPartition/')
STATE = 'PartitionState,Other'

POWER, NVRAM, RESYNC = (interfaces.PowerKey, interfaces.NvramKey,
                        interfaces.ResyncKey)


def make_event(data, detail=STATE, etype='MODIFY_URI'):
    """Return a real pypowervm Event wrapper; None leaves an element out."""
    children = [entities.Element(tag, None, text=text)
                for tag, text in (('EventType', etype), ('EventID', '1'),
                                  ('EventData', data),
                                  ('EventDetail', detail))
                if text is not None]
    return pvm_event.Event.wrap(entities.Entry({}, entities.Element(
        'Event', None, children=children).element, None))


class Hostile:
    """Looks like an event until it is read."""

    @property
    def element(self):
        raise RuntimeError


@ddt.ddt
class TestIngest(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.sink = mock.create_autospec(ingest.Sink, instance=True)

    def assertIngested(self, keys, *events, malformed=0):
        self.assertEqual((keys, malformed), ingest.ingest(events, self.sink))

    def test_takes_no_name_apart(self):
        event = make_event(LPARS + A)
        with mock.patch.object(entities.Element, '_qualifypath') as taken:
            self.assertIngested({POWER(A)}, event)
        taken.assert_not_called()

    @ddt.named_data(
        ('state', STATE, {POWER(A)}),
        ('nvram', 'NVRAM', {NVRAM(A)}),
        ('both', 'NVRAM,PartitionState', {POWER(A), NVRAM(A)}),
        ('twice', 'NVRAM,NVRAM', {NVRAM(A)}),
        ('other', 'Other', set()),
        ('reference_code', 'ReferenceCode,Other', set()),
        ('longer_word', 'PartitionStateX,XNVRAM', set()))
    def test_detail(self, detail, keys):
        self.assertIngested(keys, make_event(LPARS + A, detail))
        self.assertEqual([], self.sink.mock_calls)

    @ddt.data('MODIFY_URI', 'INVALID_URI', 'HIDDEN_URI', 'VISIBLE_URI')
    def test_modifying_types(self, etype):
        self.assertIngested({POWER(A)}, make_event(LPARS + A, etype=etype))
        self.assertEqual([], self.sink.mock_calls)

    def test_custom_event(self):
        self.assertIngested(
            set(), make_event(LPARS + A, etype='CUSTOM_CLIENT_EVENT'))
        self.assertEqual([], self.sink.mock_calls)

    @ddt.data('NEW_CLIENT', 'CACHE_CLEARED', 'MISSING_EVENTS')
    def test_lost_track(self, etype):
        self.assertIngested({RESYNC()}, make_event(None, None, etype),
                            make_event(LPARS + A, etype=etype))
        self.assertEqual(2 * [mock.call.forget_agreements()],
                         self.sink.mock_calls)

    def test_added(self):
        self.assertIngested(set(), make_event(LPARS + A, etype='ADD_URI'))
        self.assertEqual([mock.call.forget_agreement(A)],
                         self.sink.mock_calls)

    def test_deleted(self):
        self.assertIngested(set(), make_event(LPARS + A, None, 'DELETE_URI'))
        self.assertEqual([mock.call.forget(A)], self.sink.mock_calls)

    def test_deleted_after_other_events(self):
        self.assertIngested(
            {POWER(B)}, make_event(LPARS + A, 'NVRAM,PartitionState'),
            make_event(LPARS + B),
            make_event(LPARS + A, etype='DELETE_URI'))

    def test_deleted_before_other_events(self):
        self.assertIngested(
            {POWER(A)}, make_event(LPARS + A, etype='DELETE_URI'),
            make_event(LPARS + A, etype='ADD_URI'), make_event(LPARS + A))
        self.assertEqual(
            [mock.call.forget(A), mock.call.forget_agreement(A)],
            self.sink.mock_calls)

    @ddt.named_data(
        ('below_the_root', ROOT + 'LogicalPartition/' + A),
        ('relative', 'LogicalPartition/' + A),
        ('lower_case', LPARS + A.lower()),
        ('with_a_query', LPARS + A + '?group=None'))
    def test_uri_of_an_lpar(self, uri):
        self.assertIngested({POWER(A)}, make_event(uri))

    @ddt.named_data(
        ('system', ROOT + 'ManagedSystem/' + A),
        ('child', LPARS + A + '/VirtualSCSIClientAdapter/' + B),
        ('vios', ROOT + 'ManagedSystem/x/VirtualIOServer/' + A),
        ('longer_word', ROOT + 'NotALogicalPartition/' + A),
        ('nothing', ''))
    def test_uri_of_something_else(self, uri):
        self.assertIngested(set(), make_event(uri or ROOT))

    def test_captured_feed(self):
        # pypowervm's capture of one deployment: many events of one LPAR, and
        # those of two VIOSes, which name PartitionState too.
        events = pvm_event.Event.wrap(
            pvmhttp.load_pvm_resp('event_feed.txt').get_response())
        keys, malformed = ingest.ingest(events, self.sink)
        self.assertEqual(37, len(events))
        self.assertEqual(0, malformed)
        self.assertEqual([NVRAM, POWER],
                         sorted(map(type, keys), key=lambda key: key.__name__))
        self.assertEqual(1, len({key.lpar for key in keys}))

    @mock.patch.multiple(
        pvm_event.Event, **dict.fromkeys(('etype', 'data', 'detail')))
    def test_the_element_is_read_and_not_the_wrapper(self):
        # Whose properties are five times as slow.
        self.assertIngested({POWER(A)}, make_event(LPARS + A))

    def test_wrapper_without_an_element(self):
        # As tests of a driver make them.
        self.assertIngested({POWER(A)}, mock.Mock(
            etype='MODIFY_URI', data=LPARS + A, detail=STATE))

    @ddt.named_data(
        ('no_data', make_event(None)),
        ('no_detail', make_event(LPARS + A, None)),
        ('no_type', make_event(LPARS + A, etype=None)),
        ('unknown_type', make_event(LPARS + A, etype='NEWS')),
        ('no_uuid', make_event(LPARS)),
        ('not_a_uuid', make_event(LPARS + 'not-a-uuid')),
        ('short_uuid', make_event(LPARS + A[:-1])),
        ('long_uuid', make_event(LPARS + A + '0')),
        ('strange_digit', make_event(LPARS + '\u2167' + A[1:])),
        ('bytes', mock.Mock(etype='MODIFY_URI', data=LPARS.encode(),
                            detail=STATE)),
        ('raises', Hostile()), ('none', None), ('number', 7))
    def test_malformed(self, event):
        good = make_event(LPARS + B)
        self.assertIngested({POWER(B)}, event, good, event, malformed=2)
        self.assertEqual([], self.sink.mock_calls)
        self.assertEqual(2 * [logging.DEBUG],
                         [record.levelno for record in self.logs.records])

    @ddt.named_data(('long', 4096, 0), ('too_long', 4097, 1))
    def test_length_of_the_detail(self, length, malformed):
        # Heeded, since to look once too often is harmless; but counted.
        self.assertIngested(
            {POWER(A)}, make_event(
                LPARS + A, 'PartitionState'.rjust(length, ',')),
            malformed=malformed)


@ddt.ddt
class TestLparUuid(fakes.TestCase):

    @ddt.named_data(('upper', A), ('lower', A.lower()))
    def test_good(self, uuid):
        self.assertEqual(A, ingest.lpar_uuid(uuid))

    @ddt.named_data(
        ('none', None), ('empty', ''), ('words', 'x'), ('short', A[:-1]),
        ('long', A + '0'), ('number', 5), ('bytes', A.encode()),
        ('tuple', ('%s',)))
    def test_bad(self, uuid):
        self.assertRaises(ValueError, ingest.lpar_uuid, uuid)
