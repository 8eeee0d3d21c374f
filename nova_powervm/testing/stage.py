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


"""A nova on a simulated host, and what is counted of it."""

from collections.abc import Callable
import contextlib
import gc

import fixtures

from nova_powervm.sim import process
from nova_powervm.testing import calls
from nova_powervm.testing import cloud
from nova_powervm.testing import markers
from nova_powervm.testing import settling

# Room for as many servers of one processor and 256 MB as nova's API lists.
_PROCESSORS = 256
_MEMORY_MB = 1024 * 1024

#: Volume group of the simulated Virtual I/O Server that has the disks.
VOLUME_GROUP = 'data'


class Stage(fixtures.Fixture, settling.Settling):
    """The simulator as a process, a nova that uses it, and the counters.

    :ivar bare: whether servers are bare LPARs.
    :ivar control: the simulator's control client.
    :ivar cloud: nova.
    :ivar listener: pypowervm's event listener.
    :ivar statistics: the event module's own counters.
    :ivar calls: what the event path asks of nova-conductor.
    :ivar markers: tells which events have come.

    :param state_path: an empty directory for nova's databases and logs.
    :param delay: the module's event_delay, seconds.
    :param progress: called with a few words as each part comes up.
    :param bare: whether servers are bare LPARs.
    """

    def __init__(self, state_path: str, delay: float,
                 progress: Callable[[str], None] = lambda what: None,
                 bare: bool = True) -> None:
        super().__init__()
        self._state_path = state_path
        self._delay = delay
        self._progress = progress
        self.bare = bare

    def _setUp(self) -> None:
        self._progress('simulator')
        simulator = process.SimulatorProcess(
            proc_units=_PROCESSORS, memory_mb=_MEMORY_MB)
        self.addCleanup(simulator.stop)
        simulator.start()
        self.control = simulator.control
        self.addCleanup(self._release_session)
        self.calls = self.useFixture(calls.EventPathCalls())
        self.cloud = self.useFixture(cloud.Cloud(
            self._state_path, {
                'rest_port': simulator.port,
                'bare_lpars': self.bare,
                'volume_group_name': VOLUME_GROUP,
                'event_delay': self._delay,
                'event_max_delay': max(60.0, 4 * self._delay),
            }, progress=self._progress))
        self.markers = markers.Markers(self.control.send_events)
        self.listener = self.cloud.driver.session.get_event_listener()
        # The driver's own handler is the only one so far.
        self.statistics = self.listener.handlers[0].statistics
        self.subscribe(self.markers)

    def subscribe(self, handler: object) -> None:
        """Subscribe an event handler until the fixture is cleaned up."""
        self.listener.subscribe(handler)
        self.addCleanup(self.listener.unsubscribe, handler)

    def _release_session(self) -> None:
        """End what pypowervm would do later, without a service to do it."""
        # Its poll thread ends when its last poll is answered, or fails
        # because the simulator was ended by somebody else.
        with contextlib.suppress(OSError):
            self.control.send_events([{'type': 'CUSTOM_CLIENT_EVENT'}])
        # Its session logs off when it is collected, and the exceptions of
        # failed tasks hold it in cycles.
        gc.collect()
