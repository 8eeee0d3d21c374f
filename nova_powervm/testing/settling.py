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


"""Whether a nova, its LPARs and the event module have come to rest."""

from collections.abc import Callable
from typing import Any

_RESTING = ('running', 'not activated', 'error')


class Settling:
    """Waits for a stage; see :class:`nova_powervm.testing.stage.Stage`."""

    control: Any
    cloud: Any
    statistics: Any
    calls: Any
    markers: Any

    def lpar_states(self) -> dict[str, str]:
        """Return NovaLink's state of each LPAR by upper-case uuid."""
        return {lpar['uuid']: lpar['state'] for lpar in self.control.lpars()}

    def settle(self, wait: Callable[[Callable[[], str]], None]) -> None:
        """Wait until LPARs, nova's tasks, events and comparisons rest.

        LPARs that the module compares again only because nova had a task are
        not waited for.

        :param wait: calls the function that it is given until that returns
            an empty text; until then the text says what is going on.
        """
        events = -1
        while True:
            wait(self._moving)
            self.markers.send()
            wait(self._coming)
            wait(self._unanswered)
            # Being told something, nova may have begun a task, even ended it.
            if not self._moving() and self.markers.others == events:
                return
            events = self.markers.others

    def snapshot(self, wait: Callable[[Callable[[], str]], None]
                 ) -> tuple[dict[str, float], dict[str, int]]:
        """Return the module's counters, and the calls, as of one moment.

        What is on its way is counted on one side only, and LPARs may be
        compared at any time: so this waits until none is.

        :param wait: as for :meth:`settle`.
        """
        ours: dict[str, float] = {}
        made: dict[str, int] = {}

        def comparing() -> str:
            nonlocal ours, made
            ours = self.statistics.counters()
            made = self.calls.counts()
            if text := self._unanswered():
                return text
            changed = ours != self.statistics.counters()
            return 'LPARs were compared' if changed else ''

        wait(comparing)
        return ours, made

    def _coming(self) -> str:
        return 'events are coming' if self.markers.missing else ''

    def _unanswered(self) -> str:
        gauges = self.statistics.as_dict()
        for name, what in (('pending', 'LPARs to compare'),
                           ('confirming', 'LPARs to confirm')):
            if gauges[name]:
                return '%s: %d' % (what, gauges[name])
        return ''

    def _moving(self) -> str:
        moving = sum(state not in _RESTING
                     for state in self.lpar_states().values())
        if moving:
            return 'LPARs in transition: %d' % moving
        tasks = sum(server.task_state is not None
                    for server in self.cloud.servers().values())
        return 'servers with a task: %d' % tasks if tasks else ''
