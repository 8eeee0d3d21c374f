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

"""PowerVM events, and what nova is told because of them.

NovaLink tells that something about an LPAR changed, often a dozen times for
one boot. Nova wants to know only that an LPAR's power state is no longer the
one in its database, and only when nova is not itself the cause. So an event
is never acted on: it marks its LPAR as to be looked at. What is acted on is a
comparison, made later and for many LPARs at once, of what the hypervisor says
then with what nova says then. Events that are lost, doubled or out of order
may delay a result but cannot change it.

``PowerVMNovaEventHandler`` understands events, on pypowervm's thread.
``PowerVMLifecycleEventHandler`` has the LPARs looked at, on threads of its
own; the package ``lifecycle`` holds its parts.

Where events were lost, all instances are compared at once: a resync. It is
asked for by events that say so, by what watches the polls for events, and
once after the start, since nova discards what it is told before it is ready.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
import queue
import random
import re
import threading
import time
from typing import Any

from nova import conf as nova_conf
from oslo_log import log as logging
from pypowervm import adapter as pvm_adapter
from pypowervm import entities
from pypowervm.wrappers import event as pvm_event

from nova_powervm.virt.powervm.lifecycle import cache
from nova_powervm.virt.powervm.lifecycle import comparison
from nova_powervm.virt.powervm.lifecycle import conductor
from nova_powervm.virt.powervm.lifecycle import emitter
from nova_powervm.virt.powervm.lifecycle import hypervisor
from nova_powervm.virt.powervm.lifecycle import opts
from nova_powervm.virt.powervm.lifecycle import pending
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import watch
from nova_powervm.virt.powervm.lifecycle import worker

LOG = logging.getLogger(__name__)
CONF = nova_conf.CONF
opts.register_opts(CONF)

_EventType = pvm_event.EventType

_EVENT_TYPES = frozenset(
    value for name, value in vars(_EventType).items() if name.isupper())
# After these, anything may have changed unseen. pypowervm consumes the first
# NEW_CLIENT itself, so each one here means that NovaLink lost our queue.
_LOST_TRACK = frozenset((_EventType.NEW_CLIENT, _EventType.CACHE_CLEARED,
                         _EventType.MISSING_EVENTS))
_MODIFYING = frozenset((_EventType.MODIFY_URI, _EventType.INVALID_URI,
                        _EventType.HIDDEN_URI, _EventType.VISIBLE_URI))

_ABOUT_URI = _MODIFYING | {_EventType.ADD_URI, _EventType.DELETE_URI}

_DETAILS = {'PartitionState': pending.Mark.STATE,
            'NVRAM': pending.Mark.NVRAM}
# NovaLink's details are a few words. Longer ones are heeded, but counted.
_DETAIL_MOST = 4096

_LPAR_URI = re.compile(r'(?:^|/)LogicalPartition/([^/?]*)(?:\?|$)')
_UUID = re.compile(
    r'[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}')

# Seconds for which stop() waits for work that has begun.
_STOP_TIMEOUT = 2.0


class PowerVMNovaEventHandler(pvm_adapter.WrapperEventHandler):
    """Receives NovaLink's events and marks the LPARs that they concern.

    Made once and subscribed to the session's event listener.

    :param driver: the compute driver. Its ``adapter`` and
        ``emit_event(event)`` are used, and its ``nvram_mgr``, if it has one
        that is not None by the time that an NVRAM event is looked at.
    :param lifecycle: keyword arguments of
        :class:`PowerVMLifecycleEventHandler`.
    :raises ValueError: if options contradict each other.
    """

    def __init__(self, driver: Any, **lifecycle: Any) -> None:
        self.lifecycle = PowerVMLifecycleEventHandler(driver, **lifecycle)

    @property
    def statistics(self) -> stats.Statistics:
        """Counters and gauges; ``as_dict()`` returns them all."""
        return self.lifecycle.statistics

    def process(self, events: Collection[pvm_event.Event]) -> None:
        """Mark LPARs. Waits for nothing, and lets no exception out.

        pypowervm calls this on its poll thread after each poll.

        :param events: pypowervm Event wrappers in the order in which they
            happened, possibly none.
        """
        start = time.perf_counter()
        self.lifecycle.beat(self)
        marks: dict[str, pending.Mark] = {}
        malformed = 0
        for event in events or ():
            try:
                self._ingest(event, marks)
            except Exception as error:
                malformed += 1
                LOG.debug('A PowerVM event makes no sense (%.200s): %.200s',
                          error, event)
        if marks:
            self.lifecycle.mark(marks.items())
        if events:
            self.statistics.add(
                events=len(events), events_malformed=malformed,
                poll_seconds=time.perf_counter() - start)

    def resync(self) -> None:
        """Have all instances compared; requests within the delay are one."""
        self.lifecycle.resync()

    def stop(self) -> None:
        """End the handler's threads and drop what was pending.

        Returns within some seconds even if a service does not answer. May be
        called more than once, from any thread but the handler's own.
        """
        self.lifecycle.stop()

    def _ingest(self, event: pvm_event.Event,
                marks: dict[str, pending.Mark]) -> None:
        """Add to ``marks`` what one event asks for.

        :raises Exception: if the event makes no sense.
        """
        etype, data, detail = _read(event)
        if etype not in _EVENT_TYPES:
            raise ValueError('unknown type')
        if etype in _LOST_TRACK:
            LOG.debug('NovaLink sent %s: all instances will be compared',
                      etype)
            self.lifecycle.forget_all()
            marks[pending.ALL] = pending.Mark.RESYNC
        uri = _LPAR_URI.search(data) if etype in _ABOUT_URI else None
        if uri is None:
            return
        lpar = _lpar_uuid(uri.group(1))
        if etype in _MODIFYING:
            what = pending.Mark.NOTHING
            for word in detail.split(','):
                what |= _DETAILS.get(word, pending.Mark.NOTHING)
            if what:
                marks[lpar] = what | marks.get(lpar, what)
            if len(detail) > _DETAIL_MOST:
                raise ValueError('%d characters of detail' % len(detail))
        elif etype == _EventType.ADD_URI:
            self.lifecycle.forget_state(lpar)
        else:
            marks.pop(lpar, None)
            self.lifecycle.forget(lpar)


def _read(event: pvm_event.Event) -> tuple[Any, Any, Any]:
    """Return type, data and detail of an event.

    The wrapper's own properties also log what is empty, which makes them
    five times as slow.
    """
    element = event.element
    if isinstance(element, entities.Element):
        return (element.findtext('EventType'), element.findtext('EventData'),
                element.findtext('EventDetail'))
    return event.etype, event.data, event.detail


def _lpar_uuid(uuid: Any) -> str:
    """Return an LPAR's uuid in the case in which NovaLink writes it.

    :raises ValueError: if it is no uuid.
    """
    if not (isinstance(uuid, str) and _UUID.fullmatch(uuid)):
        raise ValueError('no LPAR uuid: %.100r' % (uuid,))
    return uuid.upper()


class PowerVMLifecycleEventHandler:
    """Has LPARs compared with nova's records, and differences told to nova.

    A lifecycle event needs more care than others. A restart is a stop and a
    start, each of which is true only for a moment, and nova handles events
    beside each other; so a stop might reach the instance after the start and
    take it down for good. Therefore an LPAR is looked at only when it has
    kept still for a while, its state is what the hypervisor says at that
    moment, and there is never more than one event for it on its way.

    One thread makes comparisons, from the start; ``event_emit_workers``
    others, started when they are needed, tell nova. Thread-safe.

    :param driver: see :class:`PowerVMNovaEventHandler`. Its ``session``, if
        it has one, is watched: see :class:`.watch.ListenerWatch`.
    :param conf: configuration with the options of ``lifecycle.opts``.
    :param clock: monotonic clock, seconds.
    :param thread_factory: called like ``threading.Thread``.
    :param queue_factory: called like ``queue.Queue``.
    :param jitter: returns a number in [0, 1), the share by which attempts
        at a service that does not answer are spread.
    :raises ValueError: if options contradict each other.
    """

    def __init__(self, driver: Any, *, conf: Any = CONF,
                 clock: Callable[[], float] = time.monotonic,
                 thread_factory: Callable[..., Any] = threading.Thread,
                 queue_factory: Callable[[], Any] = queue.Queue,
                 jitter: Callable[[], float] = random.random) -> None:
        opts.validate(conf)
        options = conf.powervm
        self._clock = clock
        self._pending = pending.PendingSet(
            options.event_delay, options.event_max_delay)
        self._cache = cache.StateCache(options.event_state_ttl)
        self._emitter = emitter.Emitter(
            options.event_emit_workers, thread_factory, queue_factory)
        self.statistics = stats.Statistics({
            'pending': self._pending.unanswered,
            'confirming': self._pending.unconfirmed,
            'scheduled': self._pending.__len__,
            'cached': self._cache.__len__,
            'threads': lambda: self._worker.started + self._emitter.threads})
        self._states = hypervisor.StateReader(
            driver, self.statistics, clock)
        listener = watch.ListenerWatch(
            driver, self.statistics, clock, self.resync)
        self.beat = listener.beat
        self._worker = worker.Worker(
            self._pending, self._cache,
            comparison.Comparison(
                driver, conf.host, pending_set=self._pending,
                state_cache=self._cache, states=self._states,
                instances=conductor.InstanceReader(conf.host),
                emit=self._emitter, statistics=self.statistics,
                delay=options.event_delay,
                batch_size=options.event_batch_size, clock=clock,
                jitter=jitter),
            listener.check, clock, thread_factory)
        self.resync()

    def process(self, inst: Any, pvm_uuid: str) -> None:
        """Have an LPAR looked at once it keeps still.

        :param inst: ignored, since nova's record is read again when it is
            needed. For callers that know this method from earlier releases.
        :param pvm_uuid: uuid of the LPAR, of either case.
        :raises ValueError: if that is no uuid.
        """
        self.mark([(_lpar_uuid(pvm_uuid), pending.Mark.STATE)])

    def mark(self, marks: Iterable[tuple[str, pending.Mark]]) -> None:
        """Have LPARs looked at, each once it keeps still.

        :param marks: (upper-case LPAR uuid, what to look at) pairs.
        """
        marks = list(marks)
        self._pending.mark(marks, self._clock())
        self.statistics.add(
            lpars_marked=sum(lpar != pending.ALL for lpar, _ in marks))
        self._worker.start()

    def resync(self) -> None:
        """Have all instances compared; requests within the delay are one."""
        self.forget_all()
        self.mark([(pending.ALL, pending.Mark.RESYNC)])

    def forget_state(self, lpar: str) -> None:
        """Drop what is known of an LPAR: it may be another one by now."""
        self._cache.drop(lpar)

    def forget(self, lpar: str) -> None:
        """Drop an LPAR that was deleted."""
        self._cache.drop(lpar)
        self._states.forget(lpar)
        self._pending.forget(lpar)

    def forget_all(self) -> None:
        """Drop what is known of all LPARs and of the service."""
        self._cache.clear()
        self._states.reset()

    def run_due(self) -> None:
        """Look at all that is due now.

        For callers that pass a clock and no real threads.
        """
        self._worker.run_due()

    def stop(self) -> None:
        """See :meth:`PowerVMNovaEventHandler.stop`."""
        deadline = time.monotonic() + _STOP_TIMEOUT
        dropped = self._pending.close()
        self._worker.stop(_STOP_TIMEOUT)
        self._emitter.stop(max(deadline - time.monotonic(), 0.0))
        if dropped:
            LOG.info('PowerVM events stopped; LPARs not looked at, which '
                     'nova compares when it starts: %d', dropped)
