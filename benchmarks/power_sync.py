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

"""nova's periodic power sync, by the driver and with one read each.

nova's own code asks the driver that nova-compute loads.
"""

import time

from nova import context as nova_context
from nova.virt import driver as virt_driver
from nova.virt import hardware
from pypowervm.wrappers import base_partition

from benchmarks import figures
from benchmarks import nova_host
from benchmarks import rig
from nova_powervm.testing import waiting
from nova_powervm.virt.powervm import driver


class _OneReadEach:
    """Answers nova by the driver, but never from a list."""

    def __init__(self, the_driver: driver.PowerVMDriver) -> None:
        self._driver = the_driver

    def get_num_instances(self) -> int:
        return int(virt_driver.ComputeDriver.get_num_instances(self._driver))

    def get_info(self, instance: object) -> hardware.InstanceInfo:
        return self._driver.get_info(instance, use_cache=False)


def sync(bench: rig.Rig) -> list[figures.Figures]:
    """Let nova compare all instances, all of which agree, both ways."""
    bench.populate(base_partition.LPARState.RUNNING)
    for option, value in (('rest_port', bench.options.sim_port),
                          ('bare_lpars', True),
                          ('disable_service_after', 0),
                          # The resync of the start comes later.
                          ('event_delay', 300), ('event_max_delay', 300)):
        rig.CONF.set_override(option, value, 'powervm')
    the_driver = driver.PowerVMDriver(None)
    the_driver.init_host(nova_host.HOST)
    return [_measure(bench, name, asked) for name, asked in (
        ('power sync', the_driver),
        ('power sync, one read each', _OneReadEach(the_driver)))]


def _measure(bench: rig.Rig, name: str, asked: object) -> figures.Figures:
    nova = nova_host.Manager(asked, bench.client)
    bench.sim.reset_counters()
    bench.client.take_counters()
    cpu, start = time.process_time(), time.monotonic()
    nova._sync_power_states(nova_context.get_admin_context())
    waiting.wait_until(lambda: not nova._syncs_in_progress, name,
                       timeout=bench.options.limit)
    return {
        'name': name, 'seconds': time.monotonic() - start,
        'cpu': time.process_time() - cpu,
        'reads': figures.reads(bench.sim.counters()),
        'calls': sum(bench.client.take_counters().values()),
        'disagree': figures.disagreeing(bench)}
