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

"""Answers to all that the event module asks, made before they are needed.

They are answered in the process and from memory, and how long that takes is
known: what is left of a measured time is the module's own.
"""

from collections.abc import Callable
from collections.abc import Iterable
import contextlib
import random
import time
from typing import Any
import uuid

from nova.compute import power_state
from nova.compute import vm_states
from nova import objects
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import event as pvm_event

from nova_powervm.testing import novalink
from nova_powervm.testing import records

RUNNING = base_partition.LPARState.RUNNING
OFF = base_partition.LPARState.NOT_ACTIVATED

# The uuids are the same ones in every run.
_SEED = 11
# Events that one poll brings.
_POLL = 200

_RECORDS = {RUNNING: {'power_state': power_state.RUNNING,
                      'vm_state': vm_states.ACTIVE},
            OFF: {'power_state': power_state.SHUTDOWN,
                  'vm_state': vm_states.STOPPED}}


class Host:
    """One host: its LPARs, a driver for a handler, and events.

    It stands where the driver and its adapter do.

    :ivar name: by which nova knows it.
    :ivar lpars: uuids of its LPARs.
    :ivar session: a session without a connection.
    :ivar emitted: lifecycle events that nova was told.
    :ivar seconds: CPU time that answers took.
    """

    nvram_mgr = None

    def __init__(self, name: str, lpars: list[str]) -> None:
        self.name = name
        self.lpars = lpars
        self.session = novalink.FakeSession()
        self.emitted = 0
        self.seconds = 0.0
        self._events = [novalink.lpar_event(lpar) for lpar in lpars]
        self._bodies = {state: _response(jsonutils.dumps(
            [{'UUID': lpar, 'PartitionState': state} for lpar in lpars]))
            for state in _RECORDS}
        self.state = RUNNING
        self.instances = [objects.Instance(
            uuid=records.instance_uuid(lpar, number), host=name,
            task_state=None, **_RECORDS[RUNNING])
            for number, lpar in enumerate(lpars)]

    @property
    def adapter(self) -> 'Host':
        """What reads; as the driver has it."""
        return self

    def read(self, root_type: str, *, suffix_type: str, suffix_parm: str,
             **kwargs: Any) -> Any:
        """Answer the one read of a batch that is not small.

        :raises NotImplementedError: for any other read.
        """
        if 'root_id' in kwargs or suffix_parm != 'All':
            raise NotImplementedError('%s %s' % (suffix_parm, kwargs))
        return self._bodies[self.state]

    def emit_event(self, event: Any) -> None:
        """Take an event; what nova does about it is not the module's."""
        self.emitted += 1

    def move(self, state: str) -> None:
        """Let all LPARs be in a state, behind nova's back."""
        self.state = state

    def record(self, state: str) -> None:
        """Let nova's records be right about a state of all LPARs."""
        for instance in self.instances:
            instance.update(_RECORDS[state])

    def polls(self, events: int) -> Iterable[list[pvm_event.Event]]:
        """Yield the answers to polls, with so many events of each LPAR.

        The events of an LPAR are among those of the others.
        """
        for _ in range(events):
            for start in range(0, len(self._events), _POLL):
                yield self._events[start:start + _POLL]


class Nova(contextlib.AbstractContextManager['Nova']):
    """Stands where lookups of nova's objects do; it is one for all hosts.

    :param hosts: whose instances are known.
    """

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._hosts = {host.name: host for host in hosts}
        self._owners = {instance.uuid: (host, instance)
                        for host in self._hosts.values()
                        for instance in host.instances}
        self._before: dict[str, Any] = {}

    def __enter__(self) -> 'Nova':
        found = objects.InstanceList
        answers: dict[str, Callable[..., Any]] = {
            'get_by_filters': self._by_filters, 'get_by_host': self._by_host}
        for name, answer in answers.items():
            self._before[name] = vars(found)[name]
            setattr(found, name, staticmethod(answer))
        return self

    def __exit__(self, *exc_info: object) -> None:
        for name, before in self._before.items():
            setattr(objects.InstanceList, name, before)

    def _by_filters(self, context: Any, filters: dict[str, Any],
                    **kwargs: Any) -> list[Any]:
        start = time.thread_time()
        owners = self._owners
        # Nothing is hidden here.
        found = [] if filters.get('hidden') else [
            owners[each] for each in filters['uuid'] if each in owners]
        answer = [instance for _, instance in found]
        if found:
            found[0][0].seconds += time.thread_time() - start
        return answer

    def _by_host(self, context: Any, host: str, **kwargs: Any) -> list[Any]:
        return self._hosts[host].instances


def hosts(number: int, lpars: int) -> list[Host]:
    """Return hosts with so many LPARs each, which all run."""
    numbers = random.Random(_SEED)
    # PowerVM clears the first bit.
    return [Host('host-%d' % index, [
        str(uuid.UUID(int=numbers.getrandbits(127))).upper()
        for _ in range(lpars)]) for index in range(number)]


def _response(body: str) -> pvm_adapter.Response:
    return pvm_adapter.Response(
        'GET', '/rest/api/uom/LogicalPartition/quick/All', 200, 'OK', {},
        body=body)
