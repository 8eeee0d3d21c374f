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


"""What applies and compares, with services that fail as they are told."""

import mock
from nova.compute import power_state

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import lpar_states
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import reconcile
from nova_powervm.virt.powervm.lifecycle import traces
from nova_powervm.virt.powervm.lifecycle import workqueue

POLICY = plans.Policy(fakes.HOST, 15.0, 600.0, 200)

PowerKey, NvramKey = interfaces.PowerKey, interfaces.NvramKey
RESYNC = interfaces.ResyncKey()


def record(uuid, power=power_state.RUNNING, vm_state='active',
           task_state=None, host=fakes.HOST):
    """Return what nova says of an instance."""
    return interfaces.Record(uuid, host, vm_state, power, task_state)


class Driver:
    """A driver, and its own NVRAM store.

    :ivar emitted: instance and transition of each event.
    :ivar stored: the instances whose NVRAM was stored.
    :ivar emit: called with each event first; may raise.
    :ivar store_failure: what storing raises.
    :ivar manager: returns the NVRAM store, or raises.
    """

    def __init__(self):
        self.emitted = []
        self.stored = []
        self.emit = mock.Mock()
        self.store_failure = None
        self.manager = mock.Mock(return_value=self)

    @property
    def nvram_mgr(self):
        return self.manager()

    def emit_event(self, event):
        self.emit(event)
        self.emitted.append(
            (event.get_instance_uuid(), event.get_transition()))

    def store(self, instance):
        if self.store_failure is not None:
            raise self.store_failure
        self.stored.append(instance)


class States:
    """Says the states of LPARs.

    :ivar states: by LPAR; one that is not in it is gone.
    :ivar listed: whether a list of all can be read.
    :ivar resume_at: when to ask again.
    :ivar failure: what a read raises.
    :ivar few: returns for how many LPARs there are single reads.
    """

    def __init__(self):
        self.states = {}
        self.few = lambda: 4
        self.listed = True
        self.resume_at = None
        self.failure = None

    def observe(self, lpars, everything=False):
        if self.failure is not None:
            raise self.failure
        return lpar_states.Observation(
            {lpar: self.states.get(lpar, interfaces.Absent.GONE)
             for lpar in lpars},
            dict(self.states) if everything and self.listed else None,
            self.resume_at)

    def forget(self, lpar):
        pass


class Records:
    """Says nova's records.

    :ivar records: by LPAR.
    :ivar lookups: the LPARs of each lookup.
    :ivar resume_at: when to ask again.
    :ivar failure: what a lookup raises.
    """

    def __init__(self):
        self.records = {}
        self.lookups = []
        self.resume_at = None
        self.failure = None

    def find(self, lpars):
        self.lookups.append(list(lpars))
        if self.failure is not None:
            raise self.failure
        return instances.Found(
            {lpar: self.records.get(lpar) for lpar in lpars}, self.resume_at)

    def find_all(self):
        if self.failure is not None:
            raise self.failure
        return dict(self.records)

    def forget(self, lpar):
        pass


class TestCase(fakes.TestCase):
    """A queue and all behind it, in one thread."""

    def setUp(self):
        super().setUp()
        self.driver = Driver()
        self.states = States()
        self.records = Records()
        self.queue = workqueue.WorkQueue(POLICY.delay, 60.0)
        self.memory = memory.Memory()
        self.thread_factory = mock.Mock()
        self.pool = pool.Pool(2, self.thread_factory, self.stats)
        self.reconciler = reconcile.Reconciler(
            self.driver, self.queue, self.memory, self.states, self.records,
            self.pool, POLICY, self.stats, self.clock,
            traces.Tracer(None, self.clock))

    def break_pool(self):
        """Let no thread be started."""
        self.thread_factory.return_value.start.side_effect = RuntimeError

    def add(self, *keys):
        """Add keys and wait until they are due."""
        self.queue.add(keys, self.clock())
        self.clock.now = max(self.clock(), self.queue.ready_at())

    def take(self, *keys):
        """Add keys, wait until they are due and take them."""
        self.add(*keys)
        return self.queue.get_batch(self.clock())

    def run_pool(self):
        """Run what waits for a service."""
        while self.pool.run_next():
            pass

    def reconcile(self, *keys):
        """Add keys and deal with them when they are due."""
        self.add(*keys)
        self.reconciler.run()
        self.run_pool()

    def assertWaiting(self, at, *requests):
        """Compare all that the queue holds with requests due at a time."""
        self.assertEqual(at, self.queue.ready_at())
        self.assertEqual(len(requests), len(self.queue))
        self.assertEqual(list(requests), self.queue.get_batch(at))

    def assertDone(self):
        """Fail if the queue holds anything."""
        self.assertEqual(0, len(self.queue))
