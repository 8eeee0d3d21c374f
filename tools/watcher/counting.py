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

"""Counts notifications and HTTP requests."""

import collections
from collections.abc import Iterable
from collections.abc import Mapping
import logging
import threading
from typing import Any


class Notifications:
    """Counts notifications, as an endpoint of oslo.messaging.

    Thread-safe.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Guarded by the lock: how many of each type, and whose they were.
        self._counts: collections.Counter[str] = collections.Counter()
        self._servers: dict[str, set[str]] = {}

    def info(self, context: Any, publisher: str, event: str,
             payload: Mapping[str, Any], metadata: Any) -> None:
        """Count a notification of the priority ``info``."""
        data = payload.get('nova_object.data', {})
        with self._lock:
            self._counts[event] += 1
            self._servers.setdefault(event, set()).add(data.get('uuid', ''))

    def reset(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()
            self._servers.clear()

    def counts(self) -> dict[str, int]:
        """Return how many of each type there were, the most frequent first."""
        with self._lock:
            return dict(self._counts.most_common())

    def without(self, event: str, servers: Iterable[str]) -> list[str]:
        """Return the servers of which there was no such notification."""
        with self._lock:
            seen = self._servers.get(event, ())
            return [server for server in servers if server not in seen]


class Requests(logging.Handler):
    """Counts HTTP requests, from what urllib3 logs of each.

    Thread-safe, but it counts for the whole process.
    """

    _LOGGER = 'urllib3.connectionpool'

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        #: Number of requests since it was attached.
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record if it is that of a response."""
        # '%s://%s:%s "%s %s %s" %s %s': the fourth is the method. Others tell
        # of connections.
        if isinstance(record.args, tuple) and len(record.args) == 8:
            self.count += 1

    def __enter__(self) -> 'Requests':
        """Begin to count."""
        logger = logging.getLogger(self._LOGGER)
        logger.setLevel(logging.DEBUG)
        # They are many, and the log is for Watcher's own lines.
        logger.propagate = False
        logger.addHandler(self)
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Stop counting."""
        logging.getLogger(self._LOGGER).removeHandler(self)
