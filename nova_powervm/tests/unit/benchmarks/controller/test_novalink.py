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

import types

from pypowervm.wrappers import logical_partition

from benchmarks.controller import fleet
from benchmarks.controller import novalink
from nova_powervm.testing import drivers
from nova_powervm.testing import internals
from nova_powervm.tests import base
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm import vm

_OFF = novalink.State.NOT_ACTIVATED


class TestAdapter(base.TestCase):

    def setUp(self):
        super().setUp()
        self.lpars = fleet.lpars(0, 6)
        self.adapter = novalink.Adapter(self.lpars)

    def test_one(self):
        self.adapter.switch(_OFF)
        self.assertEqual(_OFF, vm.get_vm_qp(
            self.adapter, self.lpars[0], 'PartitionState'))

    def test_another_read(self):
        self.assertRaises(
            NotImplementedError, self.adapter.read,
            logical_partition.LPAR.schema_type)

    def test_the_module_reads_all_that_its_events_name(self):
        handler = event.PowerVMNovaEventHandler(
            types.SimpleNamespace(adapter=self.adapter),
            conf=internals.make_conf(), thread_factory=_NoThread)
        found = handler.lifecycle.states.observe(self.lpars)
        self.assertEqual(
            dict.fromkeys(self.lpars, novalink.State.RUNNING), found.states)
        self.assertEqual(set(self.lpars), set(found.listing))


class TestEvent(base.TestCase):

    def test_the_module_queues_the_lpar(self):
        handler = event.PowerVMNovaEventHandler(
            drivers.FakeDriver(), conf=internals.make_conf(),
            thread_factory=_NoThread)
        handler.process([novalink.event(lpar)
                         for lpar in fleet.lpars(0, 3)])
        found = handler.statistics.as_dict()
        self.assertEqual(3, found['lpars_added'])
        self.assertEqual(0, found['events_malformed'])


class _NoThread:
    """A thread that never runs."""

    def __init__(self, **kwargs):
        pass

    def start(self):
        pass

    def is_alive(self):
        return True
