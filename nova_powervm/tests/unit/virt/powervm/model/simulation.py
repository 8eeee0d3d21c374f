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

"""NovaLink, nova and their failures around the real event module.

Time is a number. The module's threads are replaced by turns that they are
given: work that is to stay unfinished for a while runs on a thread that waits
whenever the test does not wait for it, so only one of them ever runs.

What the module does is judged while it does it; see :class:`.judge.Judge`.
"""

import contextlib
import logging
import threading
import types

import mock
from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova import objects

from nova_powervm.testing import agreement
from nova_powervm.testing import internals
from nova_powervm.testing import nova as testing_nova
from nova_powervm.testing import novalink as testing_novalink
from nova_powervm.tests.unit.virt.powervm.model import judge
from nova_powervm.tests.unit.virt.powervm.model import nova
from nova_powervm.tests.unit.virt.powervm.model import novalink
from nova_powervm.tests.unit.virt.powervm.model import slots
from nova_powervm.tests.unit.virt.powervm.model import turns
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import listener
from nova_powervm.virt.powervm.lifecycle import listing
from nova_powervm.virt.powervm.lifecycle import pool

#: Places at which work of the module can stay unfinished: an answer of
#: NovaLink or of nova-conductor is on its way; no thread takes up a job;
#: nova's manager is about to read its record again, or to save it.
PLACES = ('NovaLink', 'conductor', 'threads', 'manager', 'save')

# Longer than ROUND, so that its end heals nothing that is to be healed sooner.
TTL = 3600
DELAY = 15.0
WORKERS = 2
# Seconds within which all that waits has had its turn: up to 450 for a task
# that ended, 90 for a service that answers again, and for four events and
# their confirmation 340, a pause of a service in between; the delay; and a
# batch that reads what hangs takes the others' time.
ROUND = 1500

_confs = {}


def _conf(ttl):
    """Return a configuration; they are the same for all simulations."""
    if ttl not in _confs:
        _confs[ttl] = internals.make_conf(
            nova.HOST, event_delay=DELAY, event_state_ttl=ttl,
            event_batch_size=2, event_emit_workers=WORKERS)
    return _confs[ttl]


class Driver:
    """What the module uses of the driver."""

    nvram_mgr = None

    def __init__(self, simulation):
        self._simulation = simulation
        self.adapter = simulation.novalink
        self.session = novalink.Session(simulation.begin_polls)

    def renew_session(self):
        self._simulation.renew_session(self)

    def emit_event(self, lifecycle_event):
        self._simulation.emit_event(lifecycle_event)


class Simulation:
    """A host, its nova and the module; see :data:`.slots.SLOTS`.

    :param ttl: option ``event_state_ttl``.
    """

    def __init__(self, ttl=TTL):
        self.clock = testing_novalink.Clock()
        self.ttl = ttl
        self.judge = judge.Judge(self.clock)
        self.stage = turns.Stage()
        self.novalink = novalink.NovaLink(self.stage, self.clock)
        self.nova = nova.Nova(self.stage, self._looked_up, self.clock)
        self.lpars, self.records = self.novalink.lpars, self.nova.records
        self.deleted = set()
        #: what NovaLink has yet to deliver: (type of event, LPAR or None)
        self.events = []
        #: whether NovaLink does so only when it is told to
        self.held = False
        #: LPARs about which nobody can expect the module to know: events
        #: were lost without a word, or nova's record was changed like that
        self.unknowable = set()
        #: LPARs that the module was told of since it had to compare all
        self.announced = set()
        self.emitted = 0
        self.handler = None
        self.poller = None
        # What of the module is unfinished.
        self._unfinished = []
        self._ran = False
        self._job = None
        self._patches = contextlib.ExitStack()
        self._patch()
        self.start()

    def _patch(self):
        enter = self._patches.enter_context
        enter(mock.patch.object(objects.InstanceList, 'get_by_filters',
                                self.nova.get_by_filters))
        enter(mock.patch.object(objects.InstanceList, 'get_by_host',
                                self.nova.get_by_host))
        enter(mock.patch.object(
            listing.logical_partition.LPAR, 'wrap', lambda feed: feed))
        # Two LPARs are many here.
        enter(mock.patch.object(listing, 'FEW', 1))
        enter(mock.patch.object(listener, 'threading', types.SimpleNamespace(
            current_thread=lambda: self.poller, Lock=threading.Lock)))
        logger = logging.getLogger('nova_powervm')
        before = logger.level, logger.propagate
        logger.addHandler(self.judge)
        logger.setLevel(logging.WARNING)
        logger.propagate = False

        def restore():
            logger.removeHandler(self.judge)
            logger.setLevel(before[0])
            logger.propagate = before[1]

        self._patches.callback(restore)

    def close(self):
        """End the module and all that is unfinished."""
        self.stop()
        self.resume()
        self._patches.close()

    # The module.

    def start(self):
        """Start the module, as nova-compute does when it starts."""
        self.threads = 0
        self.judge.restarted()
        self.driver = Driver(self)
        self.handler = event.PowerVMNovaEventHandler(
            self.driver, conf=_conf(self.ttl), clock=self.clock,
            thread_factory=self._thread, jitter=lambda: 0.0)
        workers = self.handler.lifecycle.workers
        workers.submit = self._judged(self.handler, workers.submit)
        self.driver.session.get_event_listener().subscribe(self.handler)

    def stop(self):
        """Stop the module, as nova-compute does when it stops."""
        if self.handler is None:
            return
        self.nova.listens = False
        self.driver.session.get_event_listener().unsubscribe(self.handler)
        self.handler.stop()
        numbers = self.handler.statistics.as_dict()
        self.judge.wrong += [
            '%s after the stop: %d' % (name, numbers[name])
            for name in ('scheduled', 'threads', 'agreed') if numbers[name]]
        self.handler = None

    def _thread(self, **_):
        self.threads += 1
        return mock.Mock(spec=threading.Thread,
                         **{'is_alive.return_value': False})

    def _judged(self, handler, submit):
        """Let events remember what their batch has read."""
        def wrapped(lane, job):
            if lane is pool.Lane.EMIT:
                submit(lane, self._emitting(judge.Job(
                    handler, dict(self.novalink.observed),
                    dict(self.nova.recorded)), job))
            elif lane is pool.Lane.RECONCILE:
                submit(lane, self._reading(job))
            else:
                submit(lane, job)

        return wrapped

    def _emitting(self, job, run):
        def emit():
            self._job = job
            run()

        return emit

    def _reading(self, run):
        def read():
            self.novalink.observed.clear()
            self.nova.recorded.clear()
            run()

        return read

    def work(self):
        """Let the module's threads do what is to be done now."""
        if self.handler is None:
            return
        self.handler.lifecycle.loop.step()
        while len(self._unfinished) < WORKERS:
            if self.stage.place == 'threads':
                break
            unfinished = self.stage.run(self._run_next)
            if unfinished is not None:
                self._unfinished.append(unfinished)
            elif not self._ran:
                break

    def _run_next(self):
        self._ran = self.handler.lifecycle.workers.run_next()

    def resume(self):
        """Let all that is unfinished go on to its end."""
        self.stage.place = None
        unfinished, self._unfinished = self._unfinished, []
        for each in unfinished:
            self.stage.go_on(each)
        self.work()

    def wait(self, seconds, step=10):
        """Let time pass, in steps so wide that the module comes late."""
        step = max(step, seconds / 10)
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + step, end)
            if self.polls:
                if self.held:
                    self.handler.process([])
                else:
                    self.poll()
            self.work()

    # Between the module and nova.

    def _looked_up(self, slot, record):
        self.judge.looked_up(
            slot, record, self.novalink.observed.get(slot, (0, None))[1])

    def emit_event(self, lifecycle_event):
        """Take an event from the driver."""
        uuid = lifecycle_event.get_instance_uuid()
        transition = lifecycle_event.get_transition()
        slot, job = slots.slot_of(uuid), self._job
        self.emitted += 1
        if job.handler is not self.handler:
            self.judge.wrong.append('event after the stop')
        with self.judge.emission(job, uuid, transition):
            if self.nova.listens and self.nova.manage(
                    slot, testing_nova.TOLD[transition],
                    lambda: job.handler is self.handler,
                    lambda: self._get_info(slot)):
                self.begin(slot, task_states.POWERING_OFF)

    def _get_info(self, slot):
        if self.novalink.says_nothing(slot):
            return None
        return agreement.power_of(self.lpars.get(slot))

    # NovaLink's events.

    @property
    def polls(self):
        """Whether pypowervm polls for events."""
        return (self.handler is not None and self.poller.alive
                and not self.driver.session.lost)

    def begin_polls(self):
        """Poll from now on; what happened before will not be delivered."""
        self.poller = novalink.Poller()
        self.events.clear()
        self._must_compare_all()

    def end_polls(self):
        """Let pypowervm's poll thread die."""
        self.poller.alive = False

    def lose_session(self):
        """Refuse to let pypowervm log on again."""
        self.driver.session.lost = True

    def renew_session(self, driver):
        """Log on anew."""
        if self.novalink.error is not None:
            raise self.novalink.error
        driver.session = novalink.Session(self.begin_polls)
        driver.session.get_event_listener().subscribe(self.handler)

    def interrupt(self):
        """Fail polls for so long that NovaLink drops its queue."""
        self.events.clear()
        self.driver.session.interruptions += 1
        self._must_compare_all()

    def poll(self, how='in order'):
        """Deliver the events that there are, in whatever order.

        Those about an LPAR that was deleted come in order, as NovaLink sends
        them: its deletion drops what is queued for it.
        """
        events, self.events = self.events, []
        if 'DELETE_URI' in dict(events):
            how = 'in order'
        if how == 'backwards':
            events.reverse()
        elif how == 'doubled':
            events = [each for each in events for _ in range(2)]
        elif how == 'again later':
            self.events = list(events)
        for etype, slot in events:
            if etype == 'MODIFY_URI':
                self.unknowable.discard(slot)
                self.announced.add(slot)
            elif slot is None:
                self._must_compare_all()
        self.handler.process([testing_novalink.make_event(
            testing_novalink.lpar_uri(slots.lpar_of(slot)) if slot else None,
            etype=etype) for etype, slot in events])

    def lose(self, notice=None):
        """Lose the events that there are.

        :param notice: type of the event that says so, if one does.
        """
        if notice is None:
            self.unknowable.update(
                slot for _, slot in self.events if slot is not None)
            self.events = [each for each in self.events if each[1] is None]
        else:
            self.events.clear()
            self._send(notice, None)

    def _send(self, etype, slot, count=1):
        self.events += [(etype, slot)] * count
        if self.polls and not self.held:
            self.poll()

    def _must_compare_all(self):
        self.unknowable.clear()
        self.announced.clear()
        self.judge.news()

    # What happens to LPARs and instances.

    def change(self, slot, state, events=1):
        """Change the state of an LPAR, whoever does it."""
        self.judge.news(slot)
        self.lpars[slot] = state
        self._send('MODIFY_URI', slot, events)

    def create(self, slot, spawn):
        """Make an LPAR, for an instance or for nobody."""
        self._send('ADD_URI', slot)
        self.change(slot, 'not activated')
        if spawn:
            if slot not in self.records:
                self.nova.add(slot, power_state.NOSTATE, vm_states.BUILDING)
            self.begin(slot, task_states.SPAWNING)

    def remove(self, slot, what):
        """Delete an LPAR, an instance or both."""
        if what != 'instance':
            del self.lpars[slot]
            self.deleted.add(slot)
            self._send('DELETE_URI', slot)
        if what != 'LPAR':
            self.records.pop(slot, None)

    def begin(self, slot, task):
        """Begin a task of nova's."""
        self.nova.begin(slot, task, self.lpars.get(slot))

    def end(self, slot, stale=False):
        """End a task of nova's, which saves the power state.

        :param stale: save the one that the LPAR had when the task began.
        """
        wanted = {task_states.POWERING_OFF: 'not activated',
                  task_states.POWERING_ON: 'running'}.get(
                      self.records[slot].task_state)
        if wanted is not None and self.lpars.get(slot, wanted) != wanted:
            self.change(slot, wanted)
        self.nova.end(slot, self.lpars.get(slot),
                      stale and wanted is None)

    def operate_and_undo(self, slot, task, state):
        """Let nova start or stop an LPAR, and somebody else undo it."""
        self.begin(slot, task)
        self.end(slot)
        self.change(slot, state)

    def come(self, slot):
        """Begin to migrate an instance to this host."""
        self.begin(slot, task_states.MIGRATING)
        self._send('ADD_URI', slot)
        self.change(slot, 'migrating running')

    def arrive(self, slot, stale):
        """End a migration to this host."""
        if self.lpars[slot] == 'migrating running':
            self.change(slot, 'running')
        self.records[slot].host = nova.HOST
        self.end(slot, stale)

    def depart(self, slot):
        """End a migration to another host."""
        self.remove(slot, 'LPAR')
        self.records[slot].host = nova.ELSEWHERE
        self.end(slot)

    def forget_power(self, slot, vm_state):
        """Change nova's record and tell nobody."""
        record = self.records[slot]
        record.power_state = {
            power_state.RUNNING: power_state.SHUTDOWN}.get(
                record.power_state, power_state.RUNNING)
        record.vm_state = vm_state
        self.unknowable.add(slot)

    # What must hold.

    def check(self):
        """Fail if the module did wrong, or keeps too much.

        :raises AssertionError: if so.
        """
        if self.judge.wrong:
            raise AssertionError('; '.join(self.judge.wrong))
        if self.handler is None:
            return
        numbers = self.handler.statistics.as_dict()
        lpars = {*self.lpars, *self.records, *self.deleted}
        assert numbers['agreed'] <= len(lpars), numbers
        # One more stands for a resync.
        assert numbers['scheduled'] <= len(lpars) + 1, numbers
        assert self.threads == numbers['threads'] <= 1 + WORKERS, numbers

    def settle(self):
        """Let everything come to rest, and check that the module has.

        :raises AssertionError: if nova is wrong about an LPAR that the
            module had to know about, or the module keeps anything.
        """
        if self.handler is None:
            self.start()
        self.nova.listens = True
        self.nova.error = self.novalink.error = None
        self.nova.loses_stops = self.held = False
        self.resume()
        for slot, state in self.lpars.items():
            if state not in judge.TRANSITIONS:
                self.change(slot, 'running')
        self._rest(ROUND)
        # What fails only for itself must not hold up the rest.
        alone = {*self.novalink.answers, *self.nova.unreadable}
        if self.novalink.listing in novalink.NO_LISTING or (
                # Neither NovaLink nor nova says which LPARs there are.
                self.novalink.listing == 'empty'
                and (self.nova.unreadable or not self.nova.host_readable)):
            alone |= self.lpars.keys() - self.announced
        self._compare(alone)
        self.nova.host_readable = True
        self.nova.unreadable.clear()
        self.novalink.listing = 'offered'
        self.novalink.answers.clear()
        self._rest(ROUND)
        self._compare()
        # What expires is looked at once more, and may find what was lost.
        self._rest(self.ttl + ROUND, 100)
        self._compare()
        emitted = self.emitted
        self.wait(2 * self.ttl + ROUND)
        self.check()
        assert self.emitted == emitted, 'events without a cause'
        numbers = self.handler.statistics.as_dict()
        left = {name: numbers[name] for name in (
            'scheduled', 'agreed', 'confirming') if numbers[name]}
        assert not left, left

    def _rest(self, seconds, step=30):
        """Let nothing happen but what nova has begun."""
        for _ in range(10):
            for slot, record in self.records.items():
                if record.task_state is not None:
                    self.end(slot)
            self.wait(seconds / 10, step)

    def _compare(self, excused=()):
        """Compare nova with NovaLink.

        :param excused: LPARs about which the module need not know yet.
        """
        self.check()
        for slot in self.lpars.keys() & self.records.keys():
            record = self.records[slot]
            assert (record.host != nova.HOST
                    or nova.agrees(record, self.lpars[slot])
                    or self.judge.is_warned(slot)
                    or slot in self.unknowable.union(excused)), (
                'nova believes that %s is %s with the power state %s, but it '
                'is %s' % (slot, record.vm_state,
                           power_state.STATE_MAP[record.power_state],
                           self.lpars[slot]))
