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

"""What the event path asks of nova-conductor, counted where it leaves.

A real nova-compute has no database: each operation on an object is a remote
call to nova-conductor, made by the object's indirection API. Here compute and
conductor share a process and with it the objects' one indirection API, so it
is there for the event path's threads only. Their calls are serialized, sent
through the message bus and served by the real conductor.
"""

import collections
import threading
from typing import Any

import fixtures
from nova.conductor import rpcapi
from nova.tests import fixtures as nova_fixtures

# Where the handler compares, and where it hands events to nova, which works
# in the thread that hands it one.
_LOOKUP_THREAD = 'powervm-lifecycle'
_EMIT_THREADS = 'powervm-emit-'


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

    def __init__(self, client: _Counted) -> None:
        self._client = client

    def __get__(self, instance: Any, owner: type) -> _Counted | None:
        name = threading.current_thread().name
        if name == _LOOKUP_THREAD or name.startswith(_EMIT_THREADS):
            return self._client
        return None


class EventPathCalls(fixtures.Fixture):
    """Sends the event path's calls through nova-conductor and counts them.

    Thread-safe. Needs nova's messaging to be set up.
    """

    def _setUp(self) -> None:
        self._lock = threading.Lock()
        self._counts: collections.Counter[str] = collections.Counter()
        self._told: collections.Counter[str] = collections.Counter()
        self.useFixture(nova_fixtures.IndirectionAPIFixture(
            _OnlyForEvents(_Counted(self))))

    def note(self, method: str, args: tuple[Any, ...]) -> None:
        """Count a call of the current thread."""
        looking = threading.current_thread().name == _LOOKUP_THREAD
        with self._lock:
            self._counts['lookups' if looking else 'nova'] += 1
            if not looking and method == 'Instance.get_by_uuid':
                # With this nova begins to act on a lifecycle event.
                self._told[args[0]] += 1

    def counts(self) -> dict[str, int]:
        """Return calls so far by who made them.

        :returns: ``lookups``, made by the handler to compare; ``nova``, made
            by nova itself to act on the events that it was handed.
        """
        with self._lock:
            return {who: self._counts[who] for who in ('lookups', 'nova')}

    def told(self) -> dict[str, int]:
        """Return how many lifecycle events nova took up, by instance uuid."""
        with self._lock:
            return dict(self._told)
