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

"""nova's periodic power sync of many instances, against real HTTP."""

import functools
import itertools
import logging

import ddt
import mock
from nova.compute import manager
from nova.compute import power_state
from nova.compute import vm_states
from nova import objects

from nova_powervm.testing import compat
from nova_powervm.testing import internals
from nova_powervm.testing import logs
from nova_powervm.testing import records
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import shared_listing

_LPARS = 1000
_CUT_AFTER = 500
# [DEFAULT] sync_power_state_pool_size, before nova 34.
_THREADS = 5

# Requests that do not belong to the power sync.
_OTHERS = {'event_poll', 'logon', 'logoff', 'control'}


class Manager(manager.ComputeManager):
    """nova's compute manager, as far as its power sync needs it.

    :ivar stopped: uuids of instances that it has stopped.
    """

    def __init__(self, the_driver):
        # Without the base class's: that wants other services.
        self.host = internals.HOST
        self.driver = the_driver
        self.compute_api = mock.Mock()
        vars(self).update(compat.power_sync_state(_THREADS))

    @property
    def stopped(self):
        return [call.args[1].uuid for call in self.compute_api.mock_calls]


@ddt.ddt
class TestPowerSync(case.WireTestCase):
    """A host with 1,000 servers, each with an LPAR, and some other LPARs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(poll_seconds=0.5)
        cls.lpars = cls.control.add_lpars(_LPARS)
        cls.control.add_lpars(3)
        cls.addClassCleanup(compat.reset_thread_pools)

    def setUp(self):
        super().setUp()
        # What hundreds of failures log is more than a test's result may have.
        self.patch(logging.getLogger(manager.__name__), 'propagate', new=False)
        self.useFixture(internals.ShortTimes(poll=3.0, read=3.0))
        self.control.clear_faults()
        self.addCleanup(self.control.clear_faults)
        self.control.set_state(self.lpars, 'running', events=0)
        self.flags(host=internals.HOST)
        self.flags(group='powervm', rest_port=self.simulator.port,
                   bare_lpars=True,
                   rest_connect_tries=1, disable_service_after=0,
                   event_delay=300, event_max_delay=300)
        self.driver = driver.PowerVMDriver(None)
        self.records = self.useFixture(records.Records(internals.HOST))
        self.records.add(self.lpars, shutdown_terminate=False)
        self.addCleanup(self.driver.cleanup_host, internals.HOST)
        self.driver.init_host(internals.HOST)
        self.nova = Manager(self.driver)
        self.saved = []
        self.patch(objects.Instance, 'refresh')
        self.patch(objects.Instance, 'save', autospec=True, side_effect=(
            lambda instance, **kwargs: self.saved.append(instance.uuid)))
        # A round takes longer on a busy machine, which is not to cost another
        # read here.
        self.patch(shared_listing, 'MAX_AGE_SECONDS', new=600.0)
        # The instances that nova asked about, and what happens meanwhile. A
        # mock's own count is not safe with threads.
        self.asked = []
        self.meanwhile = lambda: None
        self.patch(self.driver, 'get_info', new=functools.partial(
            self.get_info, self.driver.get_info))
        self.control.reset_counters()
        self.logs = self.useFixture(
            logs.Logs(manager.__name__, logging.WARNING))

    def get_info(self, get_info, instance, **kwargs):
        self.asked.append(instance.uuid)
        self.meanwhile()
        return get_info(instance, **kwargs)

    def patch(self, target, name, **kwargs):
        patcher = mock.patch.object(target, name, **kwargs)
        self.addCleanup(patcher.stop)
        return patcher.start()

    def circumstances(self):
        return self.requests()

    def requests(self):
        """Return how many requests of each kind the power sync made."""
        return {kind: count for kind, count
                in self.control.counters().items() if kind not in _OTHERS}

    def sync(self):
        """Let nova's periodic task run once."""
        self.nova._sync_power_states(self.context)
        self.wait_until(lambda: not self.nova._syncs_in_progress,
                        'the round ends')

    def in_the_middle(self, happen):
        """Let something happen in the middle of a round."""
        calls = itertools.count(1)

        def meanwhile():
            if next(calls) == _CUT_AFTER:
                happen()

        self.meanwhile = meanwhile

    def cut_in_the_middle(self, cut):
        """Let NovaLink fail for the second half of a round."""
        def happen():
            # As if the round took longer.
            self.patch(shared_listing, 'MAX_AGE_SECONDS', new=0.0)
            cut()

        self.in_the_middle(happen)

    def assert_nothing_changed(self):
        self.assertEqual(([], []), (self.saved, self.nova.stopped))

    def test_everything_agrees(self):
        self.sync()
        self.assertEqual({'quick_all': 1}, self.requests())
        self.assertEqual(_LPARS, len(self.asked))
        self.assert_nothing_changed()
        # Also not that there are more LPARs than servers.
        self.assertEqual([], self.logs.records)

    def test_without_quick_all(self):
        self.control.configure(quick_all=False)
        self.addCleanup(self.control.configure, quick_all=True)
        self.sync()
        self.assertEqual({'quick_all': 1, 'lpar_feed': 1}, self.requests())

    def test_round_that_takes_long(self):
        """The LPARs are listed once more when the list is too old."""
        self.in_the_middle(
            lambda: setattr(self.driver._listing, '_latest', None))
        self.sync()
        self.assertEqual({'quick_all': 2}, self.requests())

    def test_stopped_lpars(self):
        """nova acts upon states that were read for it."""
        off = self.lpars[:3]
        self.control.set_state(off, 'not activated', events=0)
        self.sync()
        uuids = sorted(self.records.find(lpar).uuid for lpar in off)
        self.assertEqual(uuids, sorted(self.nova.stopped))
        # nova itself asks again, once for each.
        self.assertEqual({'quick_all': 1, 'quick_property': 6},
                         self.requests())

    def test_list_that_is_old(self):
        """A server was stopped, and so is its LPAR, since it was read."""
        lpar = self.lpars[0]
        self.driver.get_num_instances()
        self.control.set_state([lpar], 'not activated', events=0)
        self.records.update([lpar], vm_state=vm_states.STOPPED,
                            power_state=power_state.SHUTDOWN)
        self.sync()
        self.assert_nothing_changed()

    def test_list_that_lacks_lpars(self):
        self.control.inject_fault('quick_all', 'partial')
        self.sync()
        self.assert_nothing_changed()
        self.assertGreater(self.requests()['quick_property'], 0)

    @ddt.named_data(('unavailable', 'unavailable'),
                    ('unauthorized', 'unauthorized'), ('hanging', 'hang'))
    def test_away_from_the_beginning(self, fault):
        self.control.inject_fault('*', fault)
        self.sync()
        self.assertEqual([], self.asked)
        self.assert_nothing_changed()

    @ddt.named_data(('unavailable', 'unavailable'),
                    ('unauthorized', 'unauthorized'), ('hanging', 'hang'))
    def test_away_in_the_middle(self, fault):
        self.cut_in_the_middle(
            lambda: self.control.inject_fault('*', fault))
        self.sync()
        self.assert_failures()

    def test_refused_in_the_middle(self):
        self.cut_in_the_middle(lambda: self.control.refuse(3.0))
        self.addCleanup(self.wait_until, self.answers, 'NovaLink is back')
        self.sync()
        self.assert_failures()

    def answers(self):
        try:
            self.control.counters()
        except OSError:
            return False
        return True

    def assert_failures(self):
        """nova saw that NovaLink is away, and did nothing about servers."""
        self.assertEqual(_LPARS, len(self.asked))
        self.assert_nothing_changed()
        self.assertGreater(len(self.logs.records), _CUT_AFTER // 2)
