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

"""What nova's base class and nova's loader expect of the driver."""

import inspect
import os

import ddt
import fixtures
import mock
from nova.virt import driver as nova_driver

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import driver

# The event handler calls it; nova does not know it.
OWN_METHODS = {'renew_session'}
METHODS = sorted(
    name for name, method in vars(driver.PowerVMDriver).items()
    if inspect.isfunction(method) and not name.startswith('_')
    and name not in OWN_METHODS)


def parameters(method):
    return [(parameter.name, parameter.kind, parameter.default)
            for parameter in inspect.signature(method).parameters.values()]


@ddt.ddt
class InterfaceTestCase(driver_base.DriverTestCase):

    @ddt.data(*METHODS)
    def test_signature_is_that_of_the_base_class(self, name):
        self.assertEqual(parameters(getattr(nova_driver.ComputeDriver, name)),
                         parameters(getattr(driver.PowerVMDriver, name)))

    @ddt.named_data(
        ('bare', True, []),
        ('with_storage', False, [
            'has_imagecache', 'supports_attach_interface',
            'supports_image_type_raw']))
    def test_capabilities(self, bare, expected):
        self.flags(group='powervm', bare_lpars=bare)
        made = driver.PowerVMDriver(mock.sentinel.virtapi)
        self.assertEqual(expected, sorted(
            name for name, value in made.capabilities.items() if value))
        self.assertNotIn(
            True, nova_driver.ComputeDriver.capabilities.values())

    def test_nova_loads_it(self):
        import nova.virt
        here = os.path.join(os.path.dirname(__file__), *[os.pardir] * 5,
                            'nova', 'virt')
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.__path__', [*nova.virt.__path__, here]))

        loaded = nova_driver.load_compute_driver(
            mock.sentinel.virtapi, 'powervm_ext.driver.PowerVMDriver')

        self.assertIs(driver.PowerVMDriver, type(loaded))

    def test_attributes_before_init_host(self):
        self.assert_disconnected()
        self.assertIsNone(self.driver.nvram_mgr)

    @ddt.data('attach_volume', 'detach_volume', 'swap_volume',
              'extend_volume', 'get_volume_connector', 'snapshot',
              'suspend', 'get_console_output')
    def test_not_implemented(self, name):
        method = getattr(self.driver, name)
        required = [parameter for parameter, _, default in parameters(method)
                    if default is inspect.Parameter.empty]
        self.assertRaises(NotImplementedError, method,
                          *[None] * len(required))
