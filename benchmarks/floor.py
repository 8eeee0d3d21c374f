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

"""The floor of a crash: nova's own work for its events."""

from collections.abc import Iterable
import queue
import threading
from typing import Any

from nova.virt import event as virtevent


def emit_stops(host: Any, uuids: Iterable[str], workers: int) -> None:
    """Tell nova that instances stopped, one after the other on each thread.

    :param host: the driver whose ``emit_event`` is called.
    :param workers: number of threads, as many as the module has.
    """
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for uuid in uuids:
        todo.put(uuid)

    def emit() -> None:
        while True:
            try:
                uuid = todo.get_nowait()
            except queue.Empty:
                return
            host.emit_event(virtevent.LifecycleEvent(
                uuid, virtevent.EVENT_LIFECYCLE_STOPPED))

    threads = [threading.Thread(target=emit) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
