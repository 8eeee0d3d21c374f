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

"""Many handlers in one process, with their real threads in real time."""

from collections.abc import Callable
from collections.abc import Sequence
import time
from typing import Any

from benchmarks.growth import prepared
from benchmarks import instruments
from nova_powervm.testing import internals
from nova_powervm.testing import waiting
from nova_powervm.virt.powervm import event

Figures = dict[str, Any]

# Shorter than an operator would have it, because it is waited for.
_DELAY = 2.0
# How often a wait looks, and how long it may take, seconds.
_TICK = 0.1
_LIMIT = 300.0


class Crowd:
    """Handlers, one for each host.

    :param hosts: what they look after.
    """

    def __init__(self, hosts: Sequence[prepared.Host]) -> None:
        self._hosts = hosts
        self._watch = instruments.ThreadWatch()
        self._threads = 0.0
        # CPU seconds of this benchmark's own that are no handler's work.
        self._own = 0.0
        self._handlers = [event.PowerVMNovaEventHandler(
            host, conf=internals.make_conf(host.name, event_delay=_DELAY))
            for host in hosts]

    @property
    def threads(self) -> int:
        """The most threads at a time, as Python or the handlers count."""
        return max(self._watch.peak, int(self._threads))

    def stop(self) -> None:
        """End all handlers."""
        for handler in self._handlers:
            handler.stop()

    def count(self, counter: str) -> float:
        """Return the sum of a counter of the handlers."""
        return sum(handler.statistics.as_dict()[counter]
                   for handler in self._handlers)

    def forget_agreements(self) -> None:
        """Let nova be asked about all LPARs."""
        for handler in self._handlers:
            handler.lifecycle.forget_agreements()

    def ingest(self, events: int) -> float:
        """Hand events to all handlers; return CPU seconds that it took."""
        spent = 0.0
        for host, handler in zip(self._hosts, self._handlers, strict=True):
            start = time.thread_time()
            for poll in host.polls(events):
                handler.process(poll)
            spent += time.thread_time() - start
            # Lets green threads run as native ones would.
            time.sleep(0)
        self._own += spent
        return spent

    def work(self, counter: str, number: int, cause: Callable[[], object]
             ) -> float:
        """Cause some work and wait until it is done.

        :param counter: the handlers', which grows by the work.
        :param number: by how much.
        :returns: CPU seconds of the process, without those of ``cause`` if
            that is :meth:`ingest`, of the wait and of answers.
        """
        wanted = self.count(counter) + number
        start = time.process_time()
        answers, own = self._answers(), self._own
        cause()
        waiting.wait_until(
            lambda: self._sampled(counter) >= wanted, counter,
            timeout=_LIMIT, pause=lambda: time.sleep(_TICK))
        return (time.process_time() - start - (self._own - own)
                - (self._answers() - answers))

    def _answers(self) -> float:
        return sum(host.seconds for host in self._hosts)

    def _sampled(self, counter: str) -> float:
        start = time.thread_time()
        self._watch.sample()
        self._threads = max(self._threads, self.count('threads'))
        count = self.count(counter)
        self._own += time.thread_time() - start
        return count


def costs(hosts: Sequence[prepared.Host], events: int) -> Figures:
    """Measure each kind of work once, with new handlers.

    :returns: CPU microseconds an event and an LPAR, seconds by the clock
        from the first event until nova was asked about all, and threads.
    """
    lpars = sum(len(host.lpars) for host in hosts)
    for host in hosts:
        host.move(prepared.RUNNING)
    crowd = Crowd(hosts)
    ingest: list[float] = []
    try:
        resync = crowd.work('resyncs', len(hosts), lambda: None)
        crowd.forget_agreements()
        start = time.monotonic()
        asked = crowd.work('no_change', lpars, lambda: ingest.append(
            crowd.ingest(events)))
        seconds = time.monotonic() - start
        known = crowd.work('cached', lpars, lambda: crowd.ingest(1))
        for host in hosts:
            host.move(prepared.OFF)
        told = crowd.work('emitted', lpars, lambda: crowd.ingest(1))
    finally:
        crowd.stop()
    return {'event_us': ingest[0] / (events * lpars) * 1e6,
            'resync_us': resync / lpars * 1e6,
            'asked_us': asked / lpars * 1e6, 'known_us': known / lpars * 1e6,
            'told_us': told / lpars * 1e6, 'seconds': seconds,
            'threads': crowd.threads}
