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


"""The two modules that are compared, in the process that is measured.

In the process of 9.0.0 everything below ``nova_powervm`` is that release's,
so this imports of that package only what both have.
"""

import importlib
import types
from typing import Any

#: The module that is replaced, and ours on each of nova's backends.
OLD = '9.0.0'
OURS = 'threading'
OURS_EVENTLET = 'eventlet'
NAMES = (OLD, OURS, OURS_EVENTLET)

# What 9.0.0 waits after the last event of an LPAR, seconds; no option.
_OLD_DELAY = 15.0


def backend(name: str) -> str:
    """Return the concurrency backend that a module runs on."""
    return OURS_EVENTLET if name == OLD else name


class Ours:
    """Our module: its handler, and what it has left to do."""

    def __init__(self, host: Any, conf: Any, delay: float) -> None:
        event = importlib.import_module('nova_powervm.virt.powervm.event')
        conf.set_override('event_delay', delay, 'powervm')
        conf.set_override('event_max_delay', max(
            delay, conf.powervm.event_max_delay), 'powervm')
        self.handler = event.PowerVMNovaEventHandler(host)

    def unfinished(self) -> int:
        """Return the LPARs that it is at work on, or confirms."""
        now = self.handler.statistics.as_dict()
        return int(max(now['pending'], now['confirming']))

    def green_threads(self) -> int:
        """Return its green threads beside those of ``threading``."""
        return 0


class Release9:
    """The module of 9.0.0: its handler, and what it has left to do."""

    def __init__(self, host: Any, conf: Any, delay: float) -> None:
        event: Any = importlib.import_module(
            'nova_powervm.virt.powervm.event')
        if delay != _OLD_DELAY:
            event.greenthread = Delayed(event.greenthread, delay)
        self.handler = event.PowerVMNovaEventHandler(host)
        # Entries stay after the end of what they stand for.
        self._entries = self.handler._lifecycle_handler._delayed_event_threads

    def unfinished(self) -> int:
        """Return the LPARs whose green threads have not ended."""
        return sum(not each.dead for each in self._entries.values())

    def green_threads(self) -> int:
        """Return its green threads; one waits for each LPAR."""
        return self.unfinished()


class Nobody:
    """No module: what nova does by itself."""

    def __init__(self, host: Any, conf: Any, delay: float) -> None:
        self.handler = types.SimpleNamespace(process=lambda events: None)

    def unfinished(self) -> int:
        """Return 0: there is nothing that it could do."""
        return 0

    def green_threads(self) -> int:
        """Return 0."""
        return 0


class Delayed:
    """eventlet's ``greenthread`` with another delay."""

    def __init__(self, greenthread: Any, delay: float) -> None:
        self._greenthread = greenthread
        self._delay = delay

    def spawn_after(self, seconds: float, *work: Any) -> Any:
        """Start green threads later, whatever the seconds."""
        return self._greenthread.spawn_after(self._delay, *work)


def prepare(name: str) -> type[Ours] | type[Release9]:
    """Return what makes a module's handler.

    Has to be called before anything of ``nova_powervm`` is imported.
    """
    if name != OLD:
        return Ours
    supplies = importlib.import_module('tools.dropin.supplies')
    supplies.put_back()
    return Release9
