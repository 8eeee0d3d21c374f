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

"""spawn, destroy and cleanup."""

import logging

import ddt
import mock
from nova import exception
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import managed_system

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import building


class NetworkInfo(list):
    """Lets nova's allocation end when it is read first."""

    def __init__(self, end):
        super().__init__()
        self._end = end
        self.reads = 0

    def __len__(self):
        self.reads += 1
        self._end()
        return super().__len__()


class BareLparTestCase(driver_base.InstanceTestCase):
    """The option bare_lpars is set, so that spawn is allowed."""

    def setUp(self):
        super().setUp()
        self.flags(group='powervm', bare_lpars=True)

    def spawn(self, **kwargs):
        self.driver.spawn(self.context, self.instance, None, [], None, {},
                          **kwargs)


@ddt.ddt
class SpawnTestCase(BareLparTestCase):

    def test_lpar_is_created_and_started(self):
        self.spawn()
        self.assertEqual(
            [mock.call.create_lpar(self.driver.adapter, self.system,
                                   self.instance),
             mock.call.power_on(self.driver.adapter, self.instance)],
            self.calls.mock_calls)

    def test_managed_system_is_read_again(self):
        newer = mock.Mock(spec=managed_system.System,
                          adapter=self.driver.adapter)
        self.system.refresh.return_value = newer
        self.spawn()
        self.calls.create_lpar.assert_called_once_with(
            self.driver.adapter, newer, self.instance)

    def test_no_warning_for_each_server(self):
        self.spawn(network_info=[mock.sentinel.vif])
        self.assertEqual([], self.logged(logging.WARNING))

    def test_network_is_waited_for(self):
        network_info = NetworkInfo(
            lambda: self.assertEqual([], self.called()))
        self.spawn(network_info=network_info)
        self.assertEqual(['create_lpar', 'power_on'], self.called())

    @ddt.named_data(
        ('build_ends', exception.NoMoreFixedIps(net='net')),
        ('another_host', exception.PortLimitExceeded()),
        ('instance_is_gone', exception.InstanceNotFound(instance_id='i')))
    def test_network_fails(self, error):
        def fail():
            raise error

        self.assertIs(error, self.assertRaises(
            type(error), self.spawn, network_info=NetworkInfo(fail)))
        self.assertEqual([], self.called())

    def test_volumes_are_refused_without_a_wait(self):
        network_info = NetworkInfo(lambda: None)
        e = self.assertRaises(
            exception.BuildAbortException, self.spawn,
            network_info=network_info, block_device_info={
                'block_device_mapping': [{'mount_device': '/dev/sda'}]})
        self.assertEqual(driver_base.INSTANCE_UUID, e.kwargs['instance_uuid'])
        self.assertEqual([], self.called())
        self.assertEqual(0, network_info.reads)

    def test_power_on_is_false(self):
        self.spawn(power_on=False)
        self.assertEqual(['create_lpar'], self.called())

    def test_creation_fails(self):
        error = exception.InstanceDeployFailure(reason='full')
        self.calls.create_lpar.side_effect = error
        self.assertIs(error, self.assertRaises(
            exception.InstanceDeployFailure, self.spawn))
        self.assertEqual(['create_lpar'], self.called())


class StartFailsTestCase(BareLparTestCase):
    """spawn creates an LPAR and cannot start it."""

    def setUp(self):
        super().setUp()
        self.error = exception.InstancePowerOnFailure(reason='no units')
        self.calls.power_on.side_effect = self.error

    def assert_spawn_fails(self):
        self.assertIs(self.error, self.assertRaises(
            exception.InstancePowerOnFailure, self.spawn))

    def test_lpar_is_deleted(self):
        self.assert_spawn_fails()
        self.assertEqual(
            [mock.call.create_lpar(self.driver.adapter, self.system,
                                   self.instance),
             mock.call.power_on(self.driver.adapter, self.instance),
             mock.call.power_off(self.driver.adapter, self.instance),
             mock.call.delete_lpar(self.driver.adapter, self.instance)],
            self.calls.mock_calls)

    def test_deletion_fails_too(self):
        """nova gets the first error, the log the second."""
        second = exception.InstanceTerminationFailure(reason='busy')
        self.calls.delete_lpar.side_effect = second
        self.assert_spawn_fails()
        record, = self.logged(logging.ERROR)
        self.assertIs(second, record.exc_info[1])
        self.assertIs(self.instance, record.instance)

    def test_lpar_disappears(self):
        """nova takes InstanceNotFound for a deletion by the user."""
        error = exception.InstanceNotFound(
            instance_id=driver_base.INSTANCE_UUID)
        self.calls.power_on.side_effect = error
        e = self.assertRaises(exception.InstanceDeployFailure, self.spawn)
        self.assertIs(error, e.__cause__)


class DestroyTestCase(driver_base.InstanceTestCase):

    def destroy(self):
        self.driver.destroy(self.context, self.instance, [])

    def test_lpar_is_powered_off_and_deleted(self):
        self.destroy()
        self.assertEqual(
            [mock.call.power_off(self.driver.adapter, self.instance),
             mock.call.delete_lpar(self.driver.adapter, self.instance)],
            self.calls.mock_calls)

    def test_no_lpar(self):
        self.calls.power_off.side_effect = exception.InstanceNotFound(
            instance_id=driver_base.INSTANCE_UUID)
        self.destroy()
        self.assertEqual(['power_off', 'delete_lpar'], self.called())

    def test_lpar_disappears_during_the_power_off(self):
        self.calls.power_off.side_effect = (
            exception.InstancePowerOffFailure(reason='404'))
        self.calls.instance_exists.return_value = False
        self.destroy()
        self.calls.instance_exists.assert_called_once_with(
            self.driver.adapter, self.instance)

    def test_power_off_fails(self):
        error = exception.InstancePowerOffFailure(reason='stuck')
        self.calls.power_off.side_effect = error
        self.calls.instance_exists.return_value = True
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOffFailure, self.destroy))
        self.assertNotIn('delete_lpar', self.called())

    def test_deletion_fails(self):
        error = exception.InstanceTerminationFailure(reason='busy')
        self.calls.delete_lpar.side_effect = error
        self.assertIs(error, self.assertRaises(
            exception.InstanceTerminationFailure, self.destroy))

    def test_cleanup_does_nothing(self):
        self.driver.cleanup(self.context, self.instance, [])
        self.assertEqual([], self.called())


@ddt.ddt
class PlugVifsTestCase(driver_base.InstanceTestCase):

    def plug(self, cause):
        error = exception.VirtualInterfacePlugException('no')
        error.__cause__ = cause
        self.patch_object(building.Builder, 'plug', side_effect=error)
        self.driver.plug_vifs(self.instance, [])

    @ddt.named_data(('connection', pvm_exc.ConnectionError('')),
                    ('unavailable', novalink.http_error(503)),
                    ('session_lost', novalink.http_error(401)))
    def test_novalink_is_away(self, cause):
        """nova would set the server in error for the other exception."""
        self.assertRaises(exception.HypervisorUnavailable, self.plug, cause)

    @ddt.named_data(('binding', None), ('refused', novalink.http_error(409)),
                    ('empty', KeyError('entry')),
                    ('hangs', pvm_exc.TimeoutError('')))
    def test_port_cannot_be_plugged(self, cause):
        self.assertRaises(exception.VirtualInterfacePlugException,
                          self.plug, cause)
