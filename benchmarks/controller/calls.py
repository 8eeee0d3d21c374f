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

"""Calls to nova-conductor, real ones, with who made them and their times."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import threading
import time
from typing import Any

import oslo_messaging

from benchmarks import rpc

#: Who made a call, what it was, and when it began and ended on the monotonic
#: clock.
Call = tuple[str, str, float, float]


class Calls:
    """For ``NovaObject.indirection_api``: times each call. Thread-safe.

    :ivar timeouts: calls that were not answered in time.

    :param api: nova's own, which makes the calls.
    """

    def __init__(self, api: Any) -> None:
        self._api = api
        self._origin = threading.local()
        self._lock = threading.Lock()
        self._calls: list[Call] = []
        self._running = 0
        self.timeouts = 0

    @property
    def running(self) -> int:
        """How many calls have not been answered yet."""
        return self._running

    def take(self) -> list[Call]:
        """Return the calls that have ended since the last time."""
        with self._lock:
            taken, self._calls = self._calls, []
        return taken

    @contextlib.contextmanager
    def as_nova(self) -> Iterator[None]:
        """Have calls of this thread be nova's, not the module's."""
        self._origin.name = rpc.NOVA
        try:
            yield
        finally:
            self._origin.name = rpc.MODULE

    # The interface that oslo.versionedobjects calls.

    def object_class_action_versions(
            self, context: Any, objname: str, objmethod: str, *args: Any
            ) -> Any:
        return self._timed(
            '%s.%s' % (objname, objmethod),
            lambda: self._api.object_class_action_versions(
                context, objname, objmethod, *args))

    def object_action(self, context: Any, objinst: Any, objmethod: str,
                      *args: Any) -> Any:
        return self._timed(
            '%s.%s' % (objinst.obj_name(), objmethod),
            lambda: self._api.object_action(
                context, objinst, objmethod, *args))

    def object_backport_versions(self, context: Any, objinst: Any,
                                 *args: Any) -> Any:
        return self._timed(
            '%s backport' % objinst.obj_name(),
            lambda: self._api.object_backport_versions(
                context, objinst, *args))

    def _timed(self, name: str, call: Callable[[], Any]) -> Any:
        origin = getattr(self._origin, 'name', rpc.MODULE)
        with self._lock:
            self._running += 1
        began = time.monotonic()
        try:
            return call()
        except oslo_messaging.MessagingTimeout:
            self.timeouts += 1
            raise
        finally:
            with self._lock:
                self._running -= 1
                self._calls.append((origin, name, began, time.monotonic()))
