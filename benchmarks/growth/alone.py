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

"""One handler, whose steps are taken by hand in virtual time.

No thread of the handler runs: this thread does the work of all of them, one
after the other, so its CPU time is what that work costs.
"""

from collections.abc import Callable
import contextlib
import gc
import time
import tracemalloc
from typing import Any

from benchmarks.growth import prepared
from nova_powervm.testing import internals
from nova_powervm.testing import novalink
from nova_powervm.virt.powervm import event

Figures = dict[str, Any]

_DELAY = 15.0
_TTL = 600.0


class WrongResult(Exception):
    """The module did not do what is measured: the figure is void."""


class _Idle:
    """A thread that never runs."""

    def __init__(self, **kwargs: Any) -> None:
        pass

    def start(self) -> None:
        pass

    def is_alive(self) -> bool:
        return False


class Alone:
    """A handler in virtual time.

    :param host: what it is to look after.
    """

    def __init__(self, host: prepared.Host) -> None:
        self.host = host
        self._clock = novalink.Clock()
        self.handler = event.PowerVMNovaEventHandler(
            host, conf=internals.make_conf(
                host.name, event_delay=_DELAY, event_state_ttl=_TTL),
            clock=self._clock, thread_factory=_Idle, jitter=lambda: 0.0)

    def ingest(self, events: int) -> float:
        """Hand events to the handler; return CPU seconds that it took."""
        start = time.thread_time()
        for poll in self.host.polls(events):
            self.handler.process(poll)
        return time.thread_time() - start

    def work(self, after: float, counter: str) -> float:
        """Let time pass and do all that is due then.

        :param after: seconds that pass.
        :param counter: of the handler; each LPAR has to add one to it.
        :returns: CPU seconds without those that answers took.
        """
        self._clock.advance(after)
        lpars, before = len(self.host.lpars), self._count(counter)
        answers, start = self.host.seconds, time.thread_time()
        self.handler.lifecycle.run_due()
        spent = time.thread_time() - start
        added = self._count(counter) - before
        if added != lpars:
            raise WrongResult('%s: %d LPARs instead of %d' % (
                counter, added, lpars))
        return spent - (self.host.seconds - answers)

    def _count(self, counter: str) -> float:
        values = self.handler.statistics.as_dict()
        # What expires is one less each.
        return -values['agreed'] if counter == _FORGOTTEN else values[
            _COUNTERS.get(counter, counter)]


_FORGOTTEN = 'forgotten'
_COUNTERS = {'resync': 'agreed'}


@contextlib.contextmanager
def running(host: prepared.Host) -> Any:
    """Give a handler, which is stopped in the end; nova is right before."""
    host.move(prepared.RUNNING)
    host.record(prepared.RUNNING)
    one = Alone(host)
    try:
        yield one
    finally:
        one.handler.stop()


def costs(host: prepared.Host, events: int) -> Figures:
    """Measure each kind of work once, with a new handler.

    :returns: CPU microseconds an event, and CPU microseconds an LPAR.
    """
    lpars = len(host.lpars)
    with running(host) as one:
        seconds = {'resync': one.work(2 * _DELAY, 'resync')}
        seconds['expire'] = one.work(_TTL, _FORGOTTEN)
        ingest = one.ingest(events)
        seconds['asked'] = one.work(2 * _DELAY, 'no_change')
        one.ingest(1)
        seconds['known'] = one.work(2 * _DELAY, 'cached')
        # Such answers are verified.
        one.work(4 * _DELAY, 'no_change')
        host.move(prepared.OFF)
        one.ingest(1)
        seconds['told'] = one.work(2 * _DELAY, 'emitted')
        host.record(prepared.OFF)
        seconds['confirmed'] = one.work(2 * _DELAY, 'no_change')
    return {'event_us': ingest / (events * lpars) * 1e6, **{
        '%s_us' % name: each / lpars * 1e6
        for name, each in seconds.items()}}


def memory(host: prepared.Host) -> Figures:
    """Measure the bytes that the module keeps for each LPAR.

    By tracemalloc: while all LPARs are pending, and once nova is known to
    agree, which includes the list that was read last. Nothing else allocates
    what stays: so all that is new counts, which is quicker to know of many
    LPARs than what the module's own calls allocated.
    """
    tracemalloc.start()
    try:
        with running(host) as one:
            steps: list[tuple[str, Callable[[], object]]] = [
                ('pending', lambda: one.ingest(1)),
                ('known', lambda: one.work(2 * _DELAY, 'no_change'))]
            before, found = _allocated(), {}
            for name, step in steps:
                step()
                found['%s_bytes' % name] = (
                    _allocated() - before) / len(host.lpars)
            return found
    finally:
        tracemalloc.stop()


def _allocated() -> int:
    """Return the bytes that were allocated by Python and are in use."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
