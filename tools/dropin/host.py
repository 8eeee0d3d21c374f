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

"""The driver of 9.0.0 on a simulated host, and its instruments."""

from collections.abc import Callable
import pathlib
import sys
from typing import Any

from nova import conf as nova_conf
from nova import objects

from tools.dropin import borrowed
from tools.dropin import instances
from tools.dropin import supplies

#: Name of the host.
NAME = 'this-host'

#: ``[powervm] event_delay``, seconds.
DELAY = 1.0

#: Seconds after which a wait has failed.
LIMIT = 120.0

_PACKAGE = 'nova_powervm'
# Every so many LPARs one is off when the driver starts.
_MISSED = 20


class Store:
    """A store of NVRAMs in the place of the driver's own, which is swift's.

    :ivar stored: the last NVRAM of each instance.
    :ivar calls: number of NVRAMs that were stored.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Forget what was stored."""
        self.stored: dict[str, str] = {}
        self.calls = 0

    def store(self, instance: str, data: str, force: bool = True) -> None:
        """Keep an NVRAM."""
        self.stored[instance] = data
        self.calls += 1


class Host:
    """The driver after its ``init_host``, and both services around it.

    :ivar driver: the driver.
    :ivar handler: its event handler.
    :ivar lpars: uuids of all LPARs, which have instances that run.
    :ivar missed: those that are off as the driver starts.
    :ivar sim: controls the simulator.
    :ivar store: the store of NVRAMs.

    :param tree: the tree of the driver, which is first on the path.
    :param port: port of a simulator.
    """

    def __init__(self, tree: pathlib.Path, port: int) -> None:
        self.sim = borrowed.client.Control(port)
        self.lpars = [lpar['uuid'] for lpar in self.sim.lpars()]
        self.store = Store()
        module = self._load(tree, port)
        objects.register_all()
        self.instances = instances.Instances(NAME, self.lpars)
        self.instances.install()
        # What happened while nova-compute was not there.
        self.missed = self.lpars[::_MISSED]
        self.sim.set_state(self.missed, 'not activated')
        self.driver = module.PowerVMDriver(None)
        self.driver.init_host(NAME)
        # As nova does it: until now it took no events.
        self.driver.register_event_listener(self.instances.take)
        self.handler, = self.driver.session.get_event_listener().handlers
        self._check_origin(tree)
        self.forget()

    def _load(self, tree: pathlib.Path, port: int) -> Any:
        """Load the driver's module, with what it lacks, and configure it."""
        module = supplies.supply(tree, port)
        conf = nova_conf.CONF
        conf([], default_config_files=[], default_config_dirs=[])
        conf.set_override('host', NAME)
        for name, value in (('event_delay', DELAY), ('nvram_store', 'swift'),
                            ('disk_driver', 'localdisk')):
            conf.set_override(name, value, 'powervm')
        supplies.use_store(self.store)
        return module

    @staticmethod
    def _check_origin(tree: pathlib.Path) -> None:
        """See to it that nothing of this checkout's package is in use."""
        foreign = {name: module.__file__ for name, module
                   in sys.modules.items()
                   if name.partition('.')[0] == _PACKAGE
                   and not str(module.__file__).startswith(str(tree))}
        assert not foreign, foreign

    def count(self, name: str) -> int:
        """Return one of the handler's numbers."""
        return int(self.handler.statistics.as_dict()[name])

    def forget(self) -> None:
        """Let all numbers begin anew."""
        self._before = self.handler.statistics.as_dict()
        self.instances.events.clear()
        self.store.forget()
        self.sim.reset_counters()

    def figures(self) -> dict[str, int]:
        """Return what was done since :meth:`forget`."""
        now = self.handler.statistics.as_dict()
        return {'told': len(self.instances.events),
                **{name: int(now[name] - self._before[name])
                   for name in ('lookups', 'rest_reads')}}

    def wait(self, what: str, condition: Callable[[], object]) -> None:
        """Wait until a condition holds."""
        borrowed.waiting.wait_until(
            condition, what, timeout=LIMIT,
            details=self.handler.statistics.as_dict)

    def wait_for_events(self, number: int) -> None:
        """Wait until so many events have come since :meth:`forget`."""
        self.wait('events', lambda: self.count(
            'events') - self._before['events'] >= number)

    def wait_for_power(self, power: int) -> None:
        """Wait until nova says so of all instances."""
        self.wait('power states', lambda: self.instances.power_states() == {
            power})

    def wait_for_rest(self) -> None:
        """Wait until nothing is left to be compared or confirmed."""
        self.wait('rest', lambda: not (
            self.count('pending') or self.count('confirming')))
