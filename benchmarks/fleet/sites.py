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


"""What all hosts have in common, and where their lookups go."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import dataclasses
import logging
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states
from nova import objects
from oslo_serialization import jsonutils

from benchmarks.fleet import engine
from benchmarks.fleet import settings
from nova_powervm.testing import internals
from nova_powervm.testing import novalink

#: The state of LPARs of which nothing else is known.
RUNNING = 'running'


@dataclasses.dataclass(slots=True)
class Record:
    """nova's record of an instance."""

    uuid: str
    power_state: int = power_state.RUNNING
    vm_state: str = vm_states.ACTIVE
    task_state: str | None = None
    host: str = internals.HOST

    @property
    def wrong(self) -> bool:
        """Whether it does not say that the instance is off."""
        return bool(self.power_state != power_state.SHUTDOWN)


class Site:
    """What all hosts have in common.

    The hosts have LPARs of the same uuids, because that saves memory; none of
    them sees another's.

    :ivar engine: the time.
    :ivar lpars: the uuids of each host's LPARs.
    :ivar body: NovaLink's list of all LPARs while all of them run.
    :ivar index: the place of an LPAR by its instance's uuid.
    """

    def __init__(self, options: settings.Settings, clock: engine.Engine,
                 jitter: Callable[[], float]) -> None:
        self.options = options
        self.engine = clock
        self.jitter = jitter
        self.conf = internals.make_conf()
        self.lpars = ['%08X-0000-4000-8000-000000000000' % number
                      for number in range(options.lpars)]
        self.running = [Record(lpar.lower()) for lpar in self.lpars]
        self.index = {record.uuid: number
                      for number, record in enumerate(self.running)}
        self.body = self.listing({})
        self.events = [novalink.lpar_event(lpar) for lpar in self.lpars]

    def listing(self, states: dict[str, str]) -> str:
        """Return NovaLink's list, of LPARs that run but for some."""
        return str(jsonutils.dumps([
            {'UUID': lpar, 'PartitionState': states.get(lpar, RUNNING)}
            for lpar in self.lpars]))


@contextlib.contextmanager
def in_place_of_nova() -> Iterator[None]:
    """Answer the event module's lookups, and let it log only what is broken.

    """
    objects.register_all()
    logger = logging.getLogger('nova_powervm')
    level = logger.level
    logger.setLevel(logging.ERROR)
    kind = objects.InstanceList
    before = kind.get_by_filters, kind.get_by_host
    kind.get_by_filters = _find
    kind.get_by_host = _find_all
    try:
        yield
    finally:
        kind.get_by_filters, kind.get_by_host = before
        logger.setLevel(level)


def _find(context: Any, filters: dict[str, Any], expected_attrs: Any) -> Any:
    return engine.current().find(filters)


def _find_all(context: Any, host: str, expected_attrs: Any) -> Any:
    return engine.current().find_all()
