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

"""Whether nova's API shows what NovaLink says."""

from collections.abc import Iterable
from collections.abc import Mapping
import dataclasses

from nova.compute import power_state as power_states

from nova_powervm.testing import agreement
from nova_powervm.testing import internals

# The status that a server has at rest, by nova's power state.
_STATUS = {power_states.RUNNING: 'ACTIVE', power_states.SHUTDOWN: 'SHUTOFF'}


@dataclasses.dataclass(frozen=True)
class Server:
    """What nova's API shows of a server.

    :ivar host: the compute host; '' if it has none.
    """

    uuid: str
    host: str
    status: str
    power_state: int
    task_state: str | None = None

    @property
    def lpar(self) -> str:
        """Upper-case uuid of its LPAR."""
        return str(internals.lpar_uuid(self.uuid))


@dataclasses.dataclass(frozen=True)
class Difference:
    """A server that is not what its LPAR is.

    :ivar lpar_state: its PartitionState; None if there is no such LPAR.
    """

    server: Server
    lpar_state: str | None

    def __str__(self) -> str:
        return 'server %s is %s, power state %s, task %s; its LPAR is %s' % (
            self.server.uuid, self.server.status,
            power_states.STATE_MAP.get(self.server.power_state),
            self.server.task_state, self.lpar_state or 'missing')


def is_equal(server: Server, lpar_state: str | None) -> bool:
    """Tell whether a server is at rest and is what its LPAR is.

    Stricter than the event module, which lets a server be about which nova
    would do nothing: here the status has to fit, too.

    :param lpar_state: PartitionState of its LPAR; None if it has none.
    """
    power = agreement.power_of(lpar_state)
    return (server.task_state is None and server.power_state == power
            and server.status == _STATUS.get(power))


def differences(servers: Iterable[Server],
                lpar_states: Mapping[str, str]) -> list[Difference]:
    """Return the servers that are not what their LPARs are.

    :param lpar_states: PartitionStates by upper-case LPAR uuid.
    """
    pairs = [(server, lpar_states.get(server.lpar)) for server in servers]
    return [Difference(server, state) for server, state in pairs
            if not is_equal(server, state)]
