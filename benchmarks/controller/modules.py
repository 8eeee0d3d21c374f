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

"""The handlers of either module, many in one process.

In the process of 9.0.0 everything below ``nova_powervm`` is that release's.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import importlib
import importlib.util
from typing import Any

from oslo_concurrency import lockutils

from benchmarks.comparison import releases

_EVENT = 'nova_powervm.virt.powervm.event'
_MOST_DELAY = 60.0


class Ours:
    """Our module's handler of a host, with a configuration of its own.

    :param emit_workers: ``[powervm] event_emit_workers``.
    """

    def __init__(self, driver: Any, host: str, delay: float,
                 emit_workers: int) -> None:
        event: Any = importlib.import_module(_EVENT)
        internals: Any = importlib.import_module(
            'nova_powervm.testing.internals')
        self.handler = event.PowerVMNovaEventHandler(
            driver, conf=internals.make_conf(
                host, event_delay=delay,
                event_max_delay=max(delay, _MOST_DELAY),
                event_emit_workers=emit_workers))

    def unfinished(self) -> int:
        """Return the LPARs that it is at work on, or confirms."""
        now = self.handler.statistics.as_dict()
        return int(max(now['pending'], now['confirming']))

    def forget(self) -> None:
        """Let it know of no agreement, as event_state_ttl does."""
        self.handler.lifecycle.forget_agreements()

    def resync(self) -> None:
        """Let it compare all servers of the host."""
        self.handler.resync()


class Release9:
    """The handler of 9.0.0, of a copy of its module for each host.

    It has one lock and one context for the whole process, which is that of
    one host. So each host has its own. It emits in the thread that compares.
    """

    def __init__(self, driver: Any, host: str, delay: float,
                 emit_workers: int) -> None:
        event = _copy(host)
        event.greenthread = releases.Delayed(event.greenthread, delay)
        self.handler = event.PowerVMNovaEventHandler(driver)
        # Entries stay after the end of what they stand for.
        self._entries = self.handler._lifecycle_handler._delayed_event_threads

    def unfinished(self) -> int:
        """Return the LPARs whose green threads have not ended."""
        return sum(not each.dead for each in self._entries.values())

    def forget(self) -> None:
        """Do nothing: it remembers nothing."""

    def resync(self) -> None:
        """Do nothing: it never compares by itself."""


def _copy(host: str) -> Any:
    """Return the module, imported once more, with locks of its own."""
    spec: Any = importlib.util.find_spec(_EVENT)
    module = importlib.util.module_from_spec(spec)
    with _locks_of(host):
        spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _locks_of(host: str) -> Iterator[None]:
    """Have locks that are named now be a host's."""
    shared: Callable[..., Any] = lockutils.synchronized

    def synchronized(name: str, *args: Any, **kwargs: Any) -> Any:
        return shared('%s-%s' % (name, host), *args, **kwargs)

    lockutils.synchronized = synchronized
    try:
        yield
    finally:
        lockutils.synchronized = shared


def prepare(name: str) -> type[Ours] | type[Release9]:
    """Return what makes handlers.

    Has to be called before anything of ``nova_powervm`` is imported.
    """
    releases.prepare(name)
    return Release9 if name == releases.OLD else Ours
