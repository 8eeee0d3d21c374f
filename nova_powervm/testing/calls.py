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


"""The event path's calls to nova-conductor, counted where they leave.

A real nova-compute has no database: each operation on an object is a remote
call to nova-conductor, made by the object's indirection API. In
:class:`nova_powervm.testing.cloud.Cloud` compute and conductor share a
process and with it the objects' one indirection API, so it is there for the
event path's threads only. Their calls are serialized, sent through the
message bus and served by the real conductor.
"""

import collections
from collections.abc import Callable
import functools
import threading
from typing import Any

import fixtures
from nova.conductor import rpcapi
from nova.tests import fixtures as nova_fixtures
from nova.virt import driver

from nova_powervm.testing import internals


class _Counted(rpcapi.ConductorAPI):
    """nova's client of the conductor, with a record of the calls."""

    def __init__(self, calls: 'EventPathCalls') -> None:
        super().__init__()
        self._calls = calls

    def object_class_action_versions(self, context: Any, objname: str,
                                     objmethod: str, object_versions: Any,
                                     args: Any, kwargs: Any) -> Any:
        self._calls.note('%s.%s' % (objname, objmethod), args)
        return super().object_class_action_versions(
            context, objname, objmethod, object_versions, args, kwargs)

    def object_action(self, context: Any, objinst: Any, objmethod: str,
                      args: Any, kwargs: Any) -> Any:
        self._calls.note('%s.%s' % (objinst.obj_name(), objmethod), args)
        return super().object_action(context, objinst, objmethod, args,
                                     kwargs)


class _OnlyForEvents:
    """A class attribute that is the client for some threads, else None."""

    def __init__(self, calls: 'EventPathCalls') -> None:
        self._calls = calls

    def __get__(self, instance: Any, owner: type) -> _Counted | None:
        return self._calls.client() if self._calls.on_event_path() else None


class EventPathCalls(fixtures.Fixture):
    """Sends the event path's calls through nova-conductor and counts them.

    The event path are the event module's threads, and whatever nova does
    within ``emit_event`` of a driver. Set it up before the driver is made.
    Thread-safe.
    """

    def _setUp(self) -> None:
        self._lock = threading.Lock()
        self._in_emit = threading.local()
        self._counts: collections.Counter[str] = collections.Counter()
        self._told: collections.Counter[str] = collections.Counter()
        self._client: _Counted | None = None
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.driver.ComputeDriver.emit_event',
            self._marking(driver.ComputeDriver.emit_event)))
        self.useFixture(nova_fixtures.IndirectionAPIFixture(
            _OnlyForEvents(self)))

    def _marking(self, emit_event: Callable[..., None]
                 ) -> Callable[..., None]:
        """Return ``emit_event``, marking what happens within it as nova's."""
        @functools.wraps(emit_event)
        def marked(compute_driver: Any, event: Any) -> None:
            self._in_emit.now = True
            try:
                emit_event(compute_driver, event)
            finally:
                self._in_emit.now = False

        return marked

    def _is_novas(self) -> bool:
        return getattr(self._in_emit, 'now', False)

    def on_event_path(self) -> bool:
        """Tell whether the current thread is on the event path now."""
        return self._is_novas() or threading.current_thread().name.startswith(
            internals.THREADS)

    def client(self) -> _Counted:
        """Return the client; nova's messaging has to be set up by now."""
        with self._lock:
            if self._client is None:
                self._client = _Counted(self)
            return self._client

    def note(self, method: str, args: tuple[Any, ...]) -> None:
        """Count a call of the current thread."""
        is_novas = self._is_novas()
        with self._lock:
            self._counts['nova' if is_novas else 'lookups'] += 1
            if is_novas and method == 'Instance.get_by_uuid':
                # With this nova begins to act on a lifecycle event.
                self._told[args[0]] += 1

    def counts(self) -> dict[str, int]:
        """Return calls so far by who made them.

        :returns: ``lookups``, made by the event module to compare; ``nova``,
            made by nova itself to act on the events that it was told.
        """
        with self._lock:
            return {who: self._counts[who] for who in ('lookups', 'nova')}

    def told(self) -> dict[str, int]:
        """Return how many lifecycle events nova took up, by instance uuid."""
        with self._lock:
            return dict(self._told)
