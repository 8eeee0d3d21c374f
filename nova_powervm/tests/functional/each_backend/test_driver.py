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

"""The driver with real pypowervm, over HTTP."""

import queue
import socket
import threading
import time

import ddt
from nova.compute import power_state
from nova.compute import provider_tree
from nova import exception
from nova.virt import event
from oslo_utils.fixture import uuidsentinel as uuids

from nova_powervm.sim import process
from nova_powervm.testing import internals
from nova_powervm.testing import nova
from nova_powervm.testing import waiting
from nova_powervm.tests import base
from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import vm

# PowerVM clears the first bit of the first one's uuid.
_HIGH_UUID = 'c1d5b3a0-29a9-4a44-8a0c-7fd6a1a5d2f3'
_LOW_UUID = '2f8b7f0e-5c7a-4b39-9c59-5f7d0a7f6d11'


@ddt.ddt
class TestDriver(case.WireTestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator(poll_seconds=0.5)

    def setUp(self):
        super().setUp()
        self.control.configure(boot_seconds=0.1, shutdown_seconds=0.1)
        self.addCleanup(self.delete_lpars)
        self.flags(host='host')
        self.flags(group='powervm', rest_port=self.simulator.port,
                   rest_connect_tries=1, bare_lpars=True, event_delay=0.2,
                   disable_service_after=0)
        self.driver = driver.PowerVMDriver(None)
        # What nova knows, for the event handler.
        self.nova = self.useFixture(nova.Nova(self.driver, 'host'))
        self.addCleanup(self.driver.cleanup_host, 'host')
        self.driver.init_host('host')
        self.control.reset_counters()

    def spawn(self, uuid=_HIGH_UUID, **kwargs):
        instance = base.make_instance(self.context, uuid=uuid, **kwargs)
        self.driver.spawn(self.context, instance, None, [], None, {})
        return instance

    def state(self, instance):
        return self.driver.get_info(instance).state

    @ddt.named_data(('first_bit_set', _HIGH_UUID),
                    ('first_bit_clear', _LOW_UUID))
    def test_life_of_an_lpar(self, uuid):
        instance = self.spawn(uuid, memory_mb=2048, vcpus=3)
        lpar = vm.get_instance_wrapper(self.driver.adapter, instance)
        self.assertEqual(2048, lpar.mem_config.desired)
        self.assertEqual(
            3, lpar.proc_config.shared_proc_cfg.desired_virtual)
        self.assertEqual(power_state.RUNNING, self.state(instance))
        self.assertTrue(self.driver.instance_exists(instance))
        self.assertEqual([instance.name], self.driver.list_instances())
        self.assertIn(uuid, self.driver.list_instance_uuids())

        self.driver.reboot(self.context, instance, [], 'SOFT')
        self.driver.reboot(self.context, instance, [], 'HARD')
        self.assertEqual(power_state.RUNNING, self.state(instance))

        self.driver.power_off(instance, 60, 10)
        self.assertEqual(power_state.SHUTDOWN, self.state(instance))
        self.driver.power_off(instance, 60, 10)
        self.driver.power_on(self.context, instance, [])
        self.assertEqual(power_state.RUNNING, self.state(instance))
        self.driver.power_on(self.context, instance, [])

        self.driver.destroy(self.context, instance, [])
        self.assertEqual([], self.driver.list_instances())
        self.driver.destroy(self.context, instance, [])

    def test_larger_than_the_machine(self):
        self.assertRaises(exception.ComputeResourcesUnavailable, self.spawn,
                          memory_mb=1024 ** 3)
        self.assertEqual([], self.driver.list_instances())

    def test_power_is_cut_after_the_timeout(self):
        self.control.configure(shutdown_seconds=3600)
        instance = self.spawn()
        begin = time.monotonic()

        self.driver.power_off(instance, 2, 1)

        self.assertGreaterEqual(time.monotonic() - begin, 2)
        self.assertEqual(power_state.SHUTDOWN, self.state(instance))
        # Asked twice, then cut.
        self.assertEqual(3, self.control.counters()['power_off'])

    def test_deleted_behind_our_back(self):
        instance = self.spawn()
        self.delete_lpars()

        self.assertFalse(self.driver.instance_exists(instance))
        self.driver.destroy(self.context, instance, [])

    @ddt.named_data(
        ('get_info', lambda driver, instance: driver.get_info(instance)),
        ('power_off', lambda driver, instance: driver.power_off(instance)),
        ('power_on', lambda driver, instance: driver.power_on(
            None, instance, [])),
        ('get_diagnostics', lambda driver, instance: driver.get_diagnostics(
            instance)))
    def test_no_lpar(self, operation):
        instance = base.make_instance(self.context, uuid=_HIGH_UUID)

        self.assertRaises(exception.InstanceNotFound, operation, self.driver,
                          instance)

    def test_reboot_without_an_lpar(self):
        instance = base.make_instance(self.context, uuid=_HIGH_UUID)

        self.assertRaises(exception.InstanceRebootFailure, self.driver.reboot,
                          self.context, instance, [], 'HARD')

    @ddt.named_data(('off_and_on', True), ('on', False))
    def test_crashed(self, power_off):
        # Nothing in it shuts down.
        self.control.configure(shutdown_seconds=3600)
        instance = self.spawn()
        self.control.set_state([vm.get_pvm_uuid(instance)], 'error')

        self.assertEqual(power_state.SHUTDOWN, self.state(instance))
        if power_off:
            self.driver.power_off(instance, 60, 10)
        self.driver.power_on(self.context, instance, [])
        self.assertEqual(power_state.RUNNING, self.state(instance))
        self.assertEqual(1, self.control.counters()['power_off'])

    def test_event_reaches_nova(self):
        instance = self.spawn()
        lpar = vm.get_pvm_uuid(instance)
        self.nova.add([lpar], uuid=_HIGH_UUID)
        emitted = queue.Queue()

        def manager(lifecycle_event):
            self.nova.handle_events(lifecycle_event)
            emitted.put(lifecycle_event)

        self.driver.register_event_listener(manager)
        self.control.power([lpar], 'off')
        lifecycle_event = emitted.get(timeout=waiting.TIMEOUT)
        self.driver.cleanup_host('host')

        self.assertEqual(_HIGH_UUID, lifecycle_event.get_instance_uuid())
        self.assertEqual(event.EVENT_LIFECYCLE_STOPPED,
                         lifecycle_event.get_transition())

    def test_management_partition(self):
        self.assertNotIn(_LOW_UUID, self.driver.list_instance_uuids())
        self.assertEqual(0, self.driver.get_num_instances())
        self.assertIn(' 0:', self.driver.get_host_uptime())

    def test_power_sync_uses_the_list_of_the_event_handler(self):
        handler = internals.handler_of(self.driver)
        waiting.wait_until(
            lambda: handler.listed, 'the first resync',
            details=handler.statistics.as_dict)
        self.control.reset_counters()
        self.assertEqual(0, self.driver.get_num_instances())
        self.assertNotIn('quick_all', self.control.counters())

    def test_resources(self):
        before = self.driver.get_available_resource('host')
        self.spawn(memory_mb=4096)
        resource = self.driver.get_available_resource('host')

        self.assertEqual(4096, (resource['memory_mb_used']
                                - before['memory_mb_used']))
        tree = provider_tree.ProviderTree()
        tree.new_root('host', uuids.node)
        self.driver.update_provider_tree(tree, 'host')
        inventory = tree.data('host').inventory
        self.assertEqual({'VCPU', 'MEMORY_MB', 'DISK_GB'}, set(inventory))
        self.assertEqual(resource['vcpus'], inventory['VCPU']['total'])
        self.assertEqual(resource['memory_mb'],
                         inventory['MEMORY_MB']['total'])

    def test_restart_of_nova_compute(self):
        instance = self.spawn()
        self.driver.cleanup_host('host')
        self.assertRaises(AttributeError, self.driver.get_info, instance,
                          use_cache=False)

        self.driver.init_host('host')

        self.assertEqual(power_state.RUNNING, self.state(instance))


class TestStartAndStop(case.WireTestCase):

    def test_no_service(self):
        with socket.create_server(('127.0.0.1', 0)) as server:
            port = server.getsockname()[1]
        self.flags(group='powervm', rest_port=port, rest_connect_tries=1)

        e = self.assertRaises(exception.HypervisorUnavailable,
                              driver.PowerVMDriver(None).init_host, 'host')

        self.assertIn(str(port), str(e))

    def test_nothing_is_left(self):
        before = set(threading.enumerate())
        with process.SimulatorProcess(poll_seconds=0.1) as simulator:
            self.flags(group='powervm', rest_port=simulator.port,
                       bare_lpars=True)
            the_driver = driver.PowerVMDriver(None)
            the_driver.init_host('host')
            threads = set(threading.enumerate()) - before
            self.assertNotEqual(set(), threads)

            the_driver.cleanup_host('host')

            waiting.wait_until(
                lambda: not threads & set(threading.enumerate()),
                'threads ended', details=threading.enumerate)
            # pypowervm logs off when its session is collected.
            self.assertEqual(1, simulator.control.counters()['logoff'])
