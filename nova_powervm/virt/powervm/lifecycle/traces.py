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

"""Trace points of osprofiler, where nova has that enabled.

nova traces what the request of a user leads to. No request leads to a batch,
so each batch is a trace of its own, with the events that follow from it. Where
osprofiler is absent or off, a trace point is one look at a thread's own data.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import functools
import threading
from typing import Any

from oslo_log import log as logging
from oslo_utils import importutils
from oslo_utils import reflection

from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage

# As nova does it: osprofiler is an extra of nova's.
profiler = importutils.try_import('osprofiler.profiler')

LOG = logging.getLogger(__name__)

#: How the names of all trace points begin.
PREFIX = 'powervm_'

Job = Callable[[], None]
_Point = contextlib.AbstractContextManager[None]

_OFF: _Point = contextlib.nullcontext()


class _Here(threading.local):
    """What this thread adds to: a trace, or none."""

    trace: '_Trace | None' = None


_here = _Here()


def point(name: str, **info: Any) -> _Point:
    """Return a trace point, which does nothing in a thread without a trace.

    :param name: what is traced, without :data:`PREFIX`.
    :param info: what to say of it; goes to where osprofiler sends traces.
    """
    trace = _here.trace
    return _OFF if trace is None else trace.point(name, info)


def bind(job: Job) -> Job:
    """Return a job that adds to this thread's trace, whatever runs it."""
    trace = _here.trace
    return job if trace is None else trace.bind(job)


class Tracer:
    """Begins a trace for each batch, if nova has osprofiler enabled.

    A batch does not depend on that: if osprofiler fails, what is left of the
    batch is done without it.

    Thread-safe.

    :param conf: nova's configuration; one without ``[profiler]`` has it off.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, conf: Any, clock: Callable[[], float]) -> None:
        group: Any = getattr(conf, 'profiler', None)
        keys = getattr(group, 'hmac_keys', None)
        # osprofiler takes neither of them alone for enabled.
        self._key = keys.split(',')[0] if (
            profiler is not None and keys and group.enabled) else None
        self._clock = clock
        self._outage = outage.Outage(
            messages.TRACING_FAILS, messages.TRACING_BACK)

    def batch(self, **info: Any) -> _Point:
        """Return what traces a batch in this thread.

        :param info: see :func:`point`.
        """
        return _OFF if self._key is None else self._batch(info)

    @contextlib.contextmanager
    def join(self, base_id: str | None = None, parent_id: str | None = None
             ) -> Iterator['_Trace']:
        """Add what this thread does to a trace, or to a new one.

        :param base_id: the trace's; None for a new one.
        :param parent_id: of the point from which this follows.
        """
        before = _here.trace
        _here.trace = trace = _Trace(self, base_id, parent_id)
        try:
            yield trace
        finally:
            _here.trace = before
            if trace.error is not None:
                self._outage.failed(trace.error, self._clock())
            elif trace.sent:
                self._outage.over(self._clock())

    def run(self, job: Job, base_id: str, parent_id: str) -> None:
        """Run a job of a trace; see :meth:`join`."""
        with self.join(base_id, parent_id):
            job()

    @contextlib.contextmanager
    def _batch(self, info: dict[str, Any]) -> Iterator[None]:
        with self.join() as trace:
            if trace.error is None:
                messages.TRACED.log(LOG, trace=trace.base_id)
            with trace.point('batch', info):
                yield

    def profiler(self, base_id: str | None, parent_id: str | None) -> Any:
        """Return a profiler that no thread has for its own.

        nova sends the ids of a thread's profiler along with its calls, and
        the threads of nova-conductor keep the first ids that they get: traces
        of users' requests would be lost in ours.
        """
        # It would return one that was left behind.
        profiler.clean()
        made = profiler.init(self._key, base_id, parent_id)
        profiler.clean()
        return made


class _Trace:
    """What one thread adds to a trace.

    :ivar base_id: by which osprofiler knows the trace, unless it failed.
    :ivar sent: whether osprofiler took something.
    :ivar error: why it failed; then the trace gets no more.
    """

    def __init__(self, tracer: Tracer, base_id: str | None,
                 parent_id: str | None) -> None:
        self._tracer = tracer
        self.base_id = ''
        self.sent = False
        self.error: Exception | None = None
        try:
            self._profiler = tracer.profiler(base_id, parent_id)
            self.base_id = self._profiler.get_base_id()
        except Exception as error:
            self.error = error

    def bind(self, job: Job) -> Job:
        """See :func:`bind`."""
        if self.error is not None:
            return job
        return functools.partial(
            self._tracer.run, job, self.base_id, self._profiler.get_id())

    @contextlib.contextmanager
    def point(self, name: str, info: dict[str, Any]) -> Iterator[None]:
        """See :func:`point`."""
        self._send('start', PREFIX + name, info)
        end = None
        try:
            yield
        except BaseException as error:
            # The words that osprofiler has for it.
            end = {'etype': reflection.get_class_name(error),
                   'message': '%.200s' % error}
            raise
        finally:
            self._send('stop', end)

    def _send(self, what: str, *arguments: Any) -> None:
        if self.error is None:
            try:
                getattr(self._profiler, what)(*arguments)
                self.sent = True
            except Exception as error:
                self.error = error
