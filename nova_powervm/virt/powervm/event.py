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

NovaLink tells that something about an LPAR changed, a dozen times for a boot.
Nova wants to know only that an LPAR's power state is no longer the one in its
database, and only when nova is not the cause. So an event is never acted on:
it adds its LPAR to a work queue. What is acted on is a comparison, made later
and for many LPARs at once, of what NovaLink says then with what nova says
then. Lost, doubled or reordered events may delay a result but not change it.

``PowerVMNovaEventHandler`` receives events, on pypowervm's thread;
``PowerVMLifecycleEventHandler`` observes, decides and applies, on threads of
its own, with the parts in the package ``lifecycle``.
"""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
import random
import threading
import time
from typing import Any

from nova import conf as nova_conf
from oslo_log import log as logging
from pypowervm import adapter as pvm_adapter
from pypowervm.wrappers import event as pvm_event

from nova_powervm.virt.powervm.lifecycle import guru  # noqa: F401
from nova_powervm.virt.powervm.lifecycle import ingest
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import listener
from nova_powervm.virt.powervm.lifecycle import loop
from nova_powervm.virt.powervm.lifecycle import lpar_states
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import opts
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import pool
from nova_powervm.virt.powervm.lifecycle import reconcile
from nova_powervm.virt.powervm.lifecycle import resync
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import traces
from nova_powervm.virt.powervm.lifecycle import workqueue

LOG = logging.getLogger(__name__)
CONF = nova_conf.CONF
opts.register_opts(CONF)

# Seconds for which stop() waits for work that has begun.
_STOP_TIMEOUT = 2.0


class PowerVMNovaEventHandler(pvm_adapter.WrapperEventHandler):
    """Receives NovaLink's events and queues the LPARs that they concern.

    :ivar statistics: counters and gauges.
    :param driver: the compute driver. Its ``adapter`` and ``emit_event`` are
        used, and its ``nvram_mgr``, if it has one by the time it is needed.
    :param lifecycle: keyword arguments of
        :class:`PowerVMLifecycleEventHandler`.
    :raises ValueError: if options contradict each other.
    """

    def __init__(self, driver: interfaces.Driver, **lifecycle: Any) -> None:
        self.lifecycle = PowerVMLifecycleEventHandler(driver, **lifecycle)
        self.statistics = self.lifecycle.statistics
        self.lifecycle.watchdog.watch(self)

    @property
    def listed(self) -> interfaces.Listed | None:
        """The last list of all LPARs that was read, if there was one."""
        return self.lifecycle.states.latest

    def process(self, events: Collection[pvm_event.Event]) -> None:
        """Queue LPARs. Waits for nothing, and lets no exception out.

        pypowervm calls this on its poll thread after each poll.

        :param events: pypowervm Event wrappers, oldest first, possibly none.
        """
        start = time.perf_counter()
        try:
            self.lifecycle.watchdog.beat()
            self.lifecycle.loop.start()
            if not events:
                return
            keys, malformed = ingest.ingest(events, self.lifecycle)
            if keys:
                self.lifecycle.add(keys)
            self.statistics.add(
                events=len(events), events_malformed=malformed,
                poll_seconds=time.perf_counter() - start)
        except Exception:
            # What these events said is lost, so all is compared.
            self.statistics.add(errors=1)
            messages.UNEXPECTED.log(
                LOG, exc_info=True, doing='receiving PowerVM events')
            self.lifecycle.resync()

    def resync(self) -> None:
        """Compare all instances; requests within the delay are one."""
        self.lifecycle.resync()

    def forget_agreement(self, pvm_uuid: str) -> None:
        """Drop that nova agrees about an LPAR: the driver acts on it."""
        self.lifecycle.forget_agreement(pvm_uuid)

    def stop(self) -> None:
        """End the handler's threads and drop what is queued.

        Returns within some seconds, whatever hangs. May be called more than
        once, from any thread but the handler's own.
        """
        self.lifecycle.stop()


class PowerVMLifecycleEventHandler:
    """Compares LPARs with nova's records and reports differences to nova.

    A restart is a stop and a start, each of which is true only for a moment,
    and nova handles events beside each other; so a stop might reach the
    instance after the start and take it down for good. Therefore an LPAR is
    compared only when it has kept still for a while, its state is what
    NovaLink says then, and never more than one event for it is on its way.

    One thread says what is due; ``event_emit_workers`` others, started when
    they are needed, wait for NovaLink and for nova. Thread-safe.

    :param driver: see :class:`PowerVMNovaEventHandler`. Its ``session``, if
        it has one, is watched: see :class:`.listener.Watchdog`.
    :param conf: configuration with the options of ``lifecycle.opts``.
    :param clock: monotonic clock, seconds.
    :param thread_factory: called like ``threading.Thread``.
    :param jitter: returns a number in [0, 1); spreads resyncs and retries.
    :raises ValueError: if options contradict each other.
    """

    def __init__(self, driver: interfaces.Driver, *, conf: Any = CONF,
                 clock: Callable[[], float] = time.monotonic,
                 thread_factory: Callable[..., Any] = threading.Thread,
                 jitter: Callable[[], float] = random.random) -> None:
        opts.validate(conf)
        options = conf.powervm
        self._clock = clock
        self._jitter = jitter
        self._memory = memory.Memory()
        self._queue: workqueue.WorkQueue[interfaces.Key] = (
            workqueue.WorkQueue(options.event_delay, options.event_max_delay))
        self.statistics = stats.Statistics({
            'pending': self._queue.unanswered,
            'confirming': self._memory.unconfirmed,
            'scheduled': self._queue.__len__,
            'agreed': self._memory.agreed,
            'threads': lambda: self.loop.alive + self.workers.threads})
        self.workers = pool.Pool(
            options.event_emit_workers, thread_factory, self.statistics)
        self.states = lpar_states.LparStates(
            driver, self.statistics, clock, jitter)
        self._instances = instances.Instances(
            conf.host, options.event_batch_size, self.statistics, clock,
            jitter)
        self.watchdog = listener.Watchdog(
            driver, self.statistics, clock, self._resync_lost_events,
            lambda job: self.workers.submit(pool.Lane.SESSION, job))
        self.loop = loop.Loop(
            self._queue, self._memory, self.workers, reconcile.Reconciler(
                driver, self._queue, self._memory, self.states,
                self._instances, self.workers, plans.Policy(
                    conf.host, options.event_delay, options.event_state_ttl,
                    options.event_batch_size), self.statistics, clock,
                traces.Tracer(conf, clock)).run,
            (self.watchdog.check, self.workers.check, self.states.check,
             self._instances.check), self.statistics, clock, thread_factory)
        self._muted = not opts.nova_accepts_events(conf)
        if self._muted:
            messages.MUTED.log(LOG)
        self.resync()

    def process(self, inst: Any, pvm_uuid: str) -> None:
        """Compare an LPAR once it keeps still.

        :param inst: ignored: nova's record is read when it is needed.
        :param pvm_uuid: uuid of the LPAR, of either case.
        :raises ValueError: if that is no uuid.
        """
        self.add([interfaces.PowerKey(ingest.lpar_uuid(pvm_uuid))])

    def add(self, keys: Iterable[interfaces.Key]) -> None:
        """Queue keys, each until its LPAR keeps still."""
        wanted = [key for key in keys if not self._muted
                  or isinstance(key, interfaces.NvramKey)]
        self.statistics.add(lpars_added=resync.add(
            self._queue, wanted, self._clock(), self._jitter()))
        self.loop.start()

    def resync(self) -> None:
        """Compare all instances, also those that were given up."""
        self._memory.clear()
        self._resync_lost_events()

    def forget_agreement(self, lpar: str) -> None:
        """Drop that nova agrees about an LPAR, or never will: one moved."""
        self._memory.forget_conclusions(interfaces.LparUuid(lpar.upper()))

    def forget(self, lpar: interfaces.LparUuid) -> None:
        """Drop an LPAR that was deleted: who misses a key drops the rest."""
        self._queue.drop(interfaces.PowerKey(lpar))
        self._queue.drop(interfaces.NvramKey(lpar))
        self._memory.forget(lpar)
        self.states.forget(lpar)
        self._instances.forget(lpar)

    def forget_agreements(self) -> None:
        """Drop what is known of all LPARs and of the service."""
        self._memory.forget_agreements()
        self.states.reset()

    def run_due(self) -> None:
        """Do all that is due, here; for callers without real threads."""
        self.loop.step()
        while self.workers.run_next():
            pass

    def stop(self) -> None:
        """See :meth:`PowerVMNovaEventHandler.stop`."""
        deadline = time.monotonic() + _STOP_TIMEOUT
        self.watchdog.stop()
        dropped = self._queue.close()
        self.loop.stop(_STOP_TIMEOUT)
        self.workers.stop(max(deadline - time.monotonic(), 0.0))
        self._memory.clear()
        if dropped:
            messages.STOPPED.log(LOG, dropped=dropped)

    def _resync_lost_events(self) -> None:
        self.forget_agreements()
        self.add([interfaces.ResyncKey()])
