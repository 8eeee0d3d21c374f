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
from nova import exception
from nova import objects
from nova.virt import virtapi
from oslo_utils.fixture import uuidsentinel as uuids

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import compute_service

AFTER = 120.0


class ComputeServiceTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock()
        self.away_since = None
        self.record = mock.Mock(
            spec=objects.Service, disabled=False, disabled_reason=None)
        self.record.compute_node.uuid = uuids.node
        self.find = self.patch_object(
            objects.Service, 'get_by_compute_host',
            return_value=self.record)
        self.virtapi = mock.create_autospec(virtapi.VirtAPI, instance=True)
        self.service = compute_service.ComputeService(
            'host', AFTER, lambda: self.away_since, self.virtapi, self.clock)

    def check(self, after=0.0):
        """Check the service once more, some seconds later."""
        self.clock.now += after
        self.service.check()

    def go_away(self):
        """Be away for long enough."""
        self.away_since = self.clock.now
        self.check(AFTER)

    def come_back(self):
        self.away_since = None
        self.check()

    def assert_service(self, disabled, reason=None, saves=None):
        self.assertEqual((disabled, reason),
                         (self.record.disabled, self.record.disabled_reason))
        if saves is not None:
            self.assertEqual(saves, self.record.save.call_count)

    def told_placement(self):
        return [call.kwargs['enabled'] for call in
                self.virtapi.update_compute_provider_status.mock_calls]


class OutageTestCase(ComputeServiceTestCase):

    def test_none(self):
        self.check()
        self.check(10.0)
        self.assert_service(False, saves=0)
        # Whether it was disabled before nova-compute started.
        self.find.assert_called_once_with(mock.ANY, 'host')

    def test_short_one(self):
        self.away_since = self.clock.now
        self.check(AFTER - 0.1)
        self.come_back()
        self.assert_service(False, saves=0)

    def test_long_one(self):
        self.go_away()
        self.assert_service(True, compute_service.REASON, saves=1)
        self.assertEqual([False], self.told_placement())
        self.virtapi.update_compute_provider_status.assert_called_once_with(
            mock.ANY, uuids.node, enabled=False)

    def test_longer_one(self):
        self.go_away()
        self.check(10.0)
        self.assertEqual(1, self.find.call_count)
        self.assertEqual(1, len(self.logged(logging.WARNING)))

    def test_its_end(self):
        self.go_away()
        self.come_back()
        self.assert_service(False, saves=2)
        self.assertEqual([False, True], self.told_placement())

    def test_the_next_one(self):
        self.go_away()
        self.come_back()
        self.go_away()
        self.assert_service(True, compute_service.REASON, saves=3)


class SomebodyElseTestCase(ComputeServiceTestCase):

    def disable(self):
        self.record.disabled, self.record.disabled_reason = True, 'repair'

    def test_disabled_before(self):
        self.disable()
        self.go_away()
        self.come_back()
        self.assert_service(True, 'repair', saves=0)

    def test_disabled_without_a_reason(self):
        self.record.disabled = True
        self.go_away()
        self.come_back()
        self.assert_service(True, saves=0)

    def test_disabled_meanwhile(self):
        self.go_away()
        self.disable()
        self.come_back()
        self.assert_service(True, 'repair', saves=1)

    def test_enabled_meanwhile(self):
        self.go_away()
        self.record.disabled = False
        self.check(10.0)
        self.come_back()
        self.assertFalse(self.record.disabled)
        self.assertEqual(1, self.record.save.call_count)


class RestartTestCase(ComputeServiceTestCase):
    """nova-compute starts, and the service is disabled from before."""

    def setUp(self):
        super().setUp()
        self.record.disabled = True
        self.record.disabled_reason = compute_service.REASON

    def test_novalink_answers(self):
        self.check()
        self.assert_service(False, saves=1)

    def test_novalink_is_away(self):
        self.go_away()
        self.assert_service(True, compute_service.REASON, saves=0)
        self.come_back()
        self.assert_service(False, saves=1)


@ddt.ddt
class FailureTestCase(ComputeServiceTestCase):

    def test_no_record_yet(self):
        self.find.side_effect = exception.ComputeHostNotFound(host='host')
        self.go_away()
        self.assertEqual([], self.logged(logging.WARNING))
        self.find.side_effect = None
        self.check(10.0)
        self.assert_service(True, compute_service.REASON)

    def fail(self, *args):
        # The record is read anew the next time.
        self.record.disabled, self.record.disabled_reason = False, None
        raise OSError('no answer')

    @ddt.data('lookup', 'save')
    def test_call_fails(self, call):
        method = self.find if call == 'lookup' else self.record.save
        method.side_effect = self.fail
        self.go_away()
        self.check(0.5)
        self.assertEqual(1, method.call_count)
        self.check(10.0)
        self.assertEqual(2, method.call_count)
        self.assertEqual(1, len(self.logged(logging.WARNING)))
        method.side_effect = None
        self.check(60.0)
        self.assert_service(True, compute_service.REASON)

    def test_placement_fails(self):
        self.virtapi.update_compute_provider_status.side_effect = (
            OSError('no answer'))
        self.go_away()
        self.assert_service(True, compute_service.REASON, saves=1)
        self.assertEqual(2, len(self.logged(logging.WARNING)))


class ThreadTestCase(ComputeServiceTestCase):

    def test_start_and_stop(self):
        factory = mock.Mock()
        self.service = compute_service.ComputeService(
            'host', AFTER, lambda: self.away_since, self.virtapi, self.clock,
            factory)
        # It ends after its first look.
        self.patch_object(
            self.service._stopping, 'wait',
            side_effect=lambda seconds: self.service._stopping.set())
        self.away_since = self.clock.now - AFTER
        self.service.start()
        factory.call_args.kwargs['target']()
        self.assert_service(True, compute_service.REASON)
        self.service.stop()
        factory.return_value.join.assert_called_once()

    def test_stop_before_start(self):
        self.service.stop()
        self.find.assert_not_called()
