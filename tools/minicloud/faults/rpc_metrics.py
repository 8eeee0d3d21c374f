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

"""How long calls to nova-conductor take, as oslo.messaging measures them.

oslo.messaging sends a datagram for each call to a Unix socket, where
oslo.metrics would listen; this listens in its place.
"""

import pathlib
import socket
import threading
from typing import Any
from typing import Self

from oslo_serialization import jsonutils

#: The metric of a call that was answered, with its duration in seconds.
_DURATION = 'rpc_client_processing_seconds'

_MOST_BYTES = 65536
_CHECK_SECONDS = 0.2


def options(path: pathlib.Path) -> str:
    """Return the section of a configuration that sends metrics to a path."""
    return ('\n[oslo_messaging_metrics]\nmetrics_enabled = true\n'
            'metrics_buffer_size = 100000\nmetrics_socket_file = %s\n' % path)


def duration(datagram: bytes) -> float | None:
    """Return the seconds that a call to nova-conductor took.

    :returns: None if the datagram is about something else.
    :raises ValueError: if it is no metric.
    """
    metric: Any = jsonutils.loads(datagram)
    labels = metric['labels']
    if (metric['name'], labels.get('topic'), labels.get('call_type')) != (
            _DURATION, 'conductor', 'call'):
        return None
    return float(metric['action']['value'])


class Listener:
    """Keeps the durations of calls; a context manager.

    :param path: of the socket; it is removed at the end. Linux allows 107
        bytes.
    """

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._lock = threading.Lock()
        self._durations: list[float] = []

    def take(self) -> list[float]:
        """Return the durations since the last take, seconds."""
        with self._lock:
            taken, self._durations = self._durations, []
        return taken

    def __enter__(self) -> Self:
        # A command that was killed may have left it.
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        self._socket.settimeout(_CHECK_SECONDS)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                found = duration(self._socket.recv(_MOST_BYTES))
            except TimeoutError:
                continue
            if found is not None:
                with self._lock:
                    self._durations.append(found)
