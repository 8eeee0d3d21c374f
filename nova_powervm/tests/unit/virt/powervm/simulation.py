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

"""NovaLink, nova and their failures in memory, around the real event module.

Time is a number. The module's threads are replaced by turns that they are
given: work that is to stay unfinished for a while runs on a thread that waits
whenever the test does not wait for it, so only one of them ever runs.

What the module does is judged while it does it; see :class:`Judge`.
"""

import collections
import contextlib
import dataclasses
import functools
import itertools
import logging
import queue
import threading
import types

import mock
from nova.compute import power_state
from nova import exception
from nova import objects
from nova.virt import event as virt_event
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import hypervisor
from nova_powervm.virt.powervm.lifecycle import watch
from nova_powervm.virt.powervm import vm

ELSEWHERE = 'other-host'

STARTED = virt_event.EVENT_LIFECYCLE_STARTED
STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED
SUSPENDED = virt_event.EVENT_LIFECYCLE_SUSPENDED

#: The event that each state calls for. The others call for none.
TRANSITIONS = {
    'running': STARTED,
    'starting': STARTED,
    'open firmware': STARTED,
    'migrating running': STARTED,
    'not activated': STOPPED,
    'migrating not active': STOPPED,
    'error': STOPPED,
    'suspended': SUSPENDED,
}

#: Places at which work of the module can stay unfinished: an answer of
#: NovaLink or of nova-conductor to the module is on its way; no thread takes
#: up an event; nova's manager is about to read its record again, or to save
#: it.
PLACES = ('NovaLink', 'conductor', 'emitter', 'manager', 'save')

# What NovaLink may have to say instead of a state, or of any list of them.
_NO_ANSWER = {
    'fails': world.http_error(500),
    'unavailable': world.http_error(503),
    'hangs': pvm_exceptions.TimeoutError('no answer in time')}
_NO_LISTING = {
    'nor a feed': world.http_error(500),
    'unavailable': world.http_error(503),
    'hangs': pvm_exceptions.TimeoutError('no answer in time')}

# Longer than ROUND, so that its end heals nothing that is to be healed sooner.
TTL = 3600
DELAY = 15.0
WORKERS = 2
# Events about one state after which the module may leave it to nova.
TELLINGS = 4
# Seconds within which all that waits has had its turn: 5 minutes for a task
# that ended, 1 for a service that answers again, and for four tellings 15, 30,
# 60 and 120 seconds; half as much again.
ROUND = 900


def lpar_of(slot):
    """Return the uuid of the LPAR that has a letter from A to D."""
    return '0%s000000-0000-4000-8000-000000000000' % slot


def slot_of(uuid):
    """Return the letter of an LPAR or of an instance."""
    return uuid[1].upper()


@dataclasses.dataclass
class Record:
    """Nova's record of an instance."""

    uuid: str
    power_state: int
    host: str = world.HOST
    task_state: str | None = None
    stopped: bool = False


@dataclasses.dataclass
class Job:
    """Something that an emitting thread is to do.

    :ivar handler: the handler that it belongs to.
    :ivar states: LPAR -> (number of the read, state), as its batch read it.
    :ivar records: LPAR -> nova's record, as its batch saw it.
    """

    run: object
    handler: object
    states: dict
    records: dict


class Turns:
    """Work that runs by turns with the test."""

    def __init__(self, work):
        self._work = work
        self._mine = threading.Semaphore(0)
        self._yours = threading.Semaphore(0)
        self.done = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def go_on(self):
        """Let the work go on until it waits or ends."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._mine.release()
        self._yours.acquire()
        if self.done:
            self._thread.join()

    def wait(self):
        """Wait for the next turn; for the work itself."""
        self._yours.release()
        self._mine.acquire()

    def _run(self):
        try:
            self._work()
        finally:
            self.done = True
            self._yours.release()


class Poller:
    """Stands for pypowervm's poll thread."""

    alive = True

    def is_alive(self):
        return self.alive


class Session(pvm_adapter.Session):
    """A session whose event listener polls when the test says so."""

    def __init__(self, simulation):
        self._init_by = None
        self._eventlistener = Listener(simulation)
        self.lost = False
        self.interruptions = 0


class Listener:

    timeout = 45.0

    def __init__(self, simulation):
        self._simulation = simulation
        self.handlers = []

    def subscribe(self, handler):
        if not self.handlers:
            self._simulation.begin_polls()
        self.handlers.append(handler)

    def unsubscribe(self, handler):
        self.handlers.remove(handler)


class Driver:
    """What the module uses of the driver."""

    nvram_mgr = None

    def __init__(self, simulation):
        self._simulation = simulation
        self.adapter = simulation
        self.session = Session(simulation)

    def renew_session(self):
        self._simulation.renew_session(self)

    def emit_event(self, lifecycle_event):
        self._simulation.emit_event(lifecycle_event)


class Jobs:
    """The queue of the emitting threads."""

    def __init__(self, simulation):
        self._simulation = simulation
        self._jobs = collections.deque()

    def __len__(self):
        return len(self._jobs)

    def put(self, job):
        if job is not None:
            self._jobs.append(self._simulation.job(job))

    def get_nowait(self):
        if not self._jobs:
            raise queue.Empty
        return self._jobs.popleft()


class Judge(logging.Handler):
    """Says what the module did wrong.

    ``wrong`` is a list of sentences, empty if all is well. Exceptions would
    not do: some are raised to the module, which survives them.
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.wrong = []
        #: instances that a warning has named since anything befell them
        self.warned = set()
        # Number of the last read that led to an event; events since a lookup
        # that found nova to agree.
        self._last = {}
        self._tellings = collections.Counter()
        self._emitting = set()

    def emit(self, record):
        """Judge a line of the module's log."""
        if record.exc_info or record.levelno >= logging.ERROR:
            self.wrong.append('logged: %s' % self.format(record))
        instance = getattr(record, 'instance', None)
        if instance is not None:
            slot = slot_of(instance.uuid)
            self.warned.add(slot)
            if self._tellings[slot] < TELLINGS:
                self.wrong.append('%s: warned after %d events' % (
                    slot, self._tellings[slot]))

    def looked_up(self, slot, record, state):
        """Note that an LPAR was looked at by itself."""
        if agrees(record, state):
            self._tellings[slot] = 0

    @contextlib.contextmanager
    def emission(self, job, uuid, transition):
        """Judge an event while nova takes it.

        Nova may begin a task, or move an instance, between the module's
        lookup and the event. What can be promised is about the lookup and
        the read that the event follows from: those of its batch.
        """
        slot = slot_of(uuid)
        number, state = job.states.get(slot, (0, None))
        record = job.records.get(slot)
        faults = {
            'event %s of a state read as %r' % (transition, state):
                TRANSITIONS.get(state) != transition,
            'old state after a newer': number <= self._last.get(slot, 0),
            'two events at once': (job.handler, slot) in self._emitting,
            'event without a lookup': record is None}
        if record is not None:
            faults.update({
                'event of another instance': record.uuid != uuid,
                'event of another host': record.host != world.HOST,
                'event during a task': record.task_state is not None,
                'event without news': agrees(record, state)})
        self.wrong += ['%s: %s' % (slot, what)
                       for what, is_so in faults.items() if is_so]
        self._last[slot] = number
        self._tellings[slot] += 1
        self._emitting.add((job.handler, slot))
        yield
        self._emitting.discard((job.handler, slot))


def agrees(record, state):
    """Tell whether nova's power state is a state's, or what it is told."""
    power = power_of(state)
    return record.power_state == power or (
        power == power_state.CRASHED
        and record.power_state == power_state.SHUTDOWN)


def power_of(state):
    """Return the power state that the driver reports for a state."""
    return vm.POWERVM_TO_NOVA_STATE.get(state, power_state.NOSTATE)


_confs = {}


def _conf(ttl):
    """Return a configuration; they are the same for all simulations."""
    if ttl not in _confs:
        _confs[ttl] = world.make_conf(
            event_delay=DELAY, event_state_ttl=ttl, event_batch_size=1,
            event_emit_workers=WORKERS)
    return _confs[ttl]


class Simulation:
    """NovaLink with some LPARs, nova with their instances, and the module.

    LPARs have letters: A runs; B does not, and its instance has the first bit
    of its uuid set; C is not there yet; D is an instance of another host.

    :param ttl: option ``event_state_ttl``.
    """

    helpers = ()

    def __init__(self, ttl=TTL):
        self.clock = world.Clock()
        self.ttl = ttl
        self.judge = Judge()
        self.lpars = {'A': 'running', 'B': 'not activated'}
        self.records = {}
        self._add_record('A', power_state.RUNNING)
        self._add_record('B', power_state.SHUTDOWN, stopped=True)
        self._add_record('D', power_state.RUNNING, host=ELSEWHERE)
        self.deleted = set()
        #: what NovaLink has yet to deliver: (type of event, LPAR or None)
        self.events = []
        #: whether NovaLink does so only when it is told to
        self.held = False
        #: LPARs about which nobody can expect the module to know: events
        #: were lost without a word, or nova's record was changed like that
        self.unknowable = set()
        #: LPARs whose record was changed since the module last saw it: while
        #: it trusts what it saw then, it need not know
        self.unseen = set()
        #: LPARs that the module was told of since it had to compare all
        self.announced = set()
        #: LPAR -> its power state when nova began the task that it has
        self._before = {}
        # Services.
        self.rest_error = None
        self.listing = 'offered'
        #: LPAR -> what NovaLink answers instead of its state
        self.answers = {}
        self.conductor_up = True
        #: whether nova can read all records of this host
        self.host_readable = True
        self.nova_listens = True
        # The module, and what of it is unfinished.
        self.place = None
        self.emitted = 0
        self.handler = None
        self.poller = None
        self._worker = None
        self._emitters = []
        self._emitters_busy = False
        self._turn = None
        self._job = None
        # What the present batch read and looked up, for its jobs.
        self._reads = itertools.count(1)
        self._states = {}
        self._seen = {}
        self._patches = contextlib.ExitStack()
        self._patch()
        self.start()

    def _add_record(self, slot, power, **attributes):
        uuid = lpar_of(slot).lower()
        if slot == 'B':
            uuid = '8' + uuid[1:]
        self.records[slot] = Record(uuid, power, **attributes)

    def _patch(self):
        enter = self._patches.enter_context
        enter(mock.patch.object(
            objects.InstanceList, 'get_by_filters', self._get_by_filters))
        enter(mock.patch.object(
            objects.InstanceList, 'get_by_host', self._get_by_host))
        enter(mock.patch.object(
            hypervisor.logical_partition.LPAR, 'wrap', lambda feed: feed))
        # Two LPARs are many here.
        enter(mock.patch.object(hypervisor, '_FEW', 1))
        enter(mock.patch.object(watch, 'threading', types.SimpleNamespace(
            current_thread=lambda: self.poller)))
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
        self.jobs = Jobs(self)
        self.driver = Driver(self)
        self.handler = event.PowerVMNovaEventHandler(
            self.driver, conf=_conf(self.ttl), clock=self.clock,
            thread_factory=self._thread, queue_factory=lambda: self.jobs,
            jitter=lambda: 0.0)
        self.driver.session.get_event_listener().subscribe(self.handler)

    def stop(self):
        """Stop the module, as nova-compute does when it stops."""
        if self.handler is None:
            return
        self.nova_listens = False
        self.driver.session.get_event_listener().unsubscribe(self.handler)
        self.handler.stop()
        numbers = self.handler.statistics.as_dict()
        for name in ('scheduled', 'threads'):
            if numbers[name]:
                self.judge.wrong.append(
                    '%s after the stop: %d' % (name, numbers[name]))
        self.handler = None

    def _thread(self, **_):
        self.threads += 1
        return mock.Mock(spec=threading.Thread,
                         **{'is_alive.return_value': False})

    def job(self, run):
        """Return a job of the present batch."""
        return Job(run, self.handler, dict(self._states), dict(self._seen))

    def work(self):
        """Let the module's threads do what is to be done now."""
        if self.handler is None:
            return
        if self._worker is None:
            self._worker = self._do(self._run_due)
        while len(self.jobs) and len(self._emitters) < WORKERS:
            if self.place == 'emitter':
                self.place = None
                self._emitters_busy = True
            if self._emitters_busy:
                break
            turns = self._do(functools.partial(
                self._run_job, self.jobs.get_nowait()))
            if turns is not None:
                self._emitters.append(turns)

    def resume(self):
        """Let all that is unfinished go on to its end."""
        self.place = None
        self._emitters_busy = False
        unfinished = [*filter(None, [self._worker]), *self._emitters]
        self._worker, self._emitters = None, []
        for turns in unfinished:
            self._give_turn(turns)
        self.work()

    def wait(self, seconds):
        """Let time pass, in steps so wide that the module comes late."""
        step = max(10, seconds / 10)
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now = min(self.clock.now + step, end)
            if self.polls:
                if self.held:
                    self.handler.process([])
                else:
                    self.poll()
            self.work()

    def _do(self, work):
        """Do work of the module; return it if it stays unfinished."""
        if self.place is None:
            work()
            return None
        turns = Turns(work)
        self._give_turn(turns)
        return None if turns.done else turns

    def _give_turn(self, turns):
        self._turn = turns
        turns.go_on()
        self._turn = None

    def _pause(self, place):
        """Stay unfinished here, if the test says so."""
        if self.place == place and self._turn is not None:
            self.place = None
            self._turn.wait()

    def _run_due(self):
        self._states, self._seen = {}, {}
        try:
            self.handler.lifecycle.run_due()
        except Exception as error:
            self.judge.wrong.append('run_due raised %r' % error)

    def _run_job(self, job):
        self._job = job
        job.run()

    # What the module asks NovaLink.

    def read(self, root_type, root_id=None, suffix_type=None,
             suffix_parm=None, **_):
        """Answer as an adapter of pypowervm does."""
        if self.rest_error is not None:
            answer = self.rest_error
        elif root_id:
            answer = self._read_one(slot_of(root_id))
        elif suffix_parm == 'All':
            answer = self._read_all()
        elif self.listing in _NO_LISTING:
            answer = _NO_LISTING[self.listing]
        else:
            answer = [types.SimpleNamespace(uuid=lpar_of(slot), state=state)
                      for slot, state in self._listed()]
        self._pause('NovaLink')
        if isinstance(answer, Exception):
            raise answer
        return types.SimpleNamespace(body=answer) if isinstance(
            answer, str) else answer

    def _read_one(self, slot):
        how = self.answers.get(slot)
        if slot not in self.lpars:
            return world.http_error(404)
        if how in _NO_ANSWER:
            return _NO_ANSWER[how]
        if how == 'empty':
            return ''
        if how == 'null':
            return 'null'
        return jsonutils.dumps(self._note(slot))

    def _read_all(self):
        if self.listing in ('absent', 'nor a feed'):
            return world.http_error(404)
        if self.listing == 'fails':
            return world.http_error(500)
        if self.listing in _NO_LISTING:
            return _NO_LISTING[self.listing]
        if self.listing == 'no JSON':
            return '<html>'
        return jsonutils.dumps([
            {'UUID': lpar_of(slot), 'PartitionState': state}
            for slot, state in self._listed()])

    def _listed(self):
        if self.listing == 'empty':
            return []
        return [(slot, None if self.answers.get(slot) == 'null'
                 else self._note(slot)) for slot in self.lpars
                if self.answers.get(slot) in (None, 'null')]

    def _note(self, slot):
        """Return a state that the module is told."""
        state = self.lpars[slot]
        self._states[slot] = next(self._reads), state
        return state

    # What the module asks nova-conductor, and what it tells nova.

    def _get_by_filters(self, context, filters, expected_attrs):
        found = [record for record in self.records.values()
                 if record.uuid in filters['uuid']]
        for record in found:
            slot = slot_of(record.uuid)
            self.judge.looked_up(
                slot, record, self._states.get(slot, (0, None))[1])
        return self._look_up(found)

    def _get_by_host(self, context, host, expected_attrs):
        if not self.host_readable:
            raise exception.NovaException('a record makes no sense')
        return self._look_up(
            record for record in self.records.values()
            if record.host == host)

    def _look_up(self, records):
        answer = []
        if self.conductor_up:
            for record in records:
                slot = slot_of(record.uuid)
                self._seen[slot] = dataclasses.replace(record)
                self.unseen.discard(slot)
                answer.append(objects.Instance(
                    uuid=record.uuid, host=record.host,
                    task_state=record.task_state,
                    power_state=record.power_state))
            self._pause('conductor')
            return answer
        self._pause('conductor')
        raise exception.NovaException('nova-conductor does not answer')

    def emit_event(self, lifecycle_event):
        """Take an event from the driver."""
        uuid = lifecycle_event.get_instance_uuid()
        transition = lifecycle_event.get_transition()
        job = self._job
        self.emitted += 1
        if job.handler is not self.handler:
            self.judge.wrong.append('event after the stop')
        with self.judge.emission(job, uuid, transition):
            if self.nova_listens:
                self._manage(
                    job.handler, slot_of(uuid), world.TOLD[transition])

    def _manage(self, handler, slot, power):
        """Do what nova's manager does about an event."""
        if not (self.conductor_up and slot in self.records):
            return
        if self.rest_error or self.answers.get(slot) or (
                power_of(self.lpars.get(slot)) != power):
            return
        self._pause('manager')
        record = self.records.get(slot)
        if not (self.conductor_up and handler is self.handler) or (
                record is None or record.host != world.HOST
                or record.task_state is not None):
            return
        self._pause('save')
        if not (self.conductor_up and handler is self.handler):
            return
        record.power_state = power
        if record.task_state is None and (
                record.stopped == (power == power_state.RUNNING)):
            # Its stop call. It starts nothing that somebody else started.
            self.begin(slot, 'powering-off')

    # NovaLink's events.

    @property
    def polls(self):
        """Whether pypowervm polls for events."""
        return (self.handler is not None and self.poller.alive
                and not self.driver.session.lost)

    def begin_polls(self):
        """Poll from now on; what happened before will not be delivered."""
        self.poller = Poller()
        self.events.clear()
        self._resync()

    def end_polls(self):
        """Let pypowervm's poll thread die."""
        self.poller.alive = False

    def lose_session(self):
        """Refuse to let pypowervm log on again."""
        self.driver.session.lost = True

    def renew_session(self, driver):
        """Log on anew."""
        if self.rest_error is not None:
            raise self.rest_error
        driver.session = Session(self)
        driver.session.get_event_listener().subscribe(self.handler)

    def interrupt(self):
        """Have polls fail for so long that NovaLink drops its queue."""
        self.events.clear()
        self.driver.session.interruptions += 1
        self._resync()

    def poll(self, how='in order'):
        """Deliver the events that there are, in whatever order.

        Those about an LPAR that was deleted come in order, as NovaLink sends
        them: its deletion drops what is pending for it.
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
                self._resync()
        self.handler.process([
            world.make_event(world.URI + lpar_of(slot) if slot else None,
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

    def _resync(self):
        """Note that the module has to compare all instances."""
        self.unknowable.clear()
        self.announced.clear()
        self.judge.warned.clear()

    # What happens to LPARs and instances.

    def change(self, slot, state, events=1):
        """Change the state of an LPAR, whoever does it."""
        if self.lpars.get(slot) != state:
            # Told in vain of the one before, nova has to be told of this.
            self.judge.warned.discard(slot)
        self.lpars[slot] = state
        self._send('MODIFY_URI', slot, events)

    def create(self, slot, spawn):
        """Make an LPAR, for an instance or for nobody."""
        self._send('ADD_URI', slot)
        self.change(slot, 'not activated')
        if spawn:
            if slot not in self.records:
                self._add_record(slot, power_state.NOSTATE)
            self.begin(slot, 'spawning')

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
        record = self.records[slot]
        if record.task_state is None:
            record.task_state = task
            self._before[slot] = self.lpars.get(slot)

    def end(self, slot, stale=False):
        """End a task of nova's, which saves the power state.

        :param stale: save the one that the LPAR had when the task began.
        """
        record = self.records[slot]
        if record.task_state == 'powering-off' and slot in self.lpars and (
                self.lpars[slot] != 'not activated'):
            self.change(slot, 'not activated')
        state = self._before[slot] if stale else self.lpars.get(slot)
        if state is not None:
            record.power_state = power_of(state)
            self.unseen.add(slot)
            record.stopped = record.power_state != power_state.RUNNING
        record.task_state = None

    def come(self, slot):
        """Begin to migrate an instance to this host."""
        self.begin(slot, 'migrating')
        self._send('ADD_URI', slot)
        self.change(slot, 'migrating running')

    def arrive(self, slot, stale):
        """End a migration to this host."""
        if self.lpars[slot] == 'migrating running':
            self.change(slot, 'running')
        self.records[slot].host = world.HOST
        self.end(slot, stale)

    def depart(self, slot):
        """End a migration to another host."""
        self.remove(slot, 'LPAR')
        self.records[slot].host = ELSEWHERE
        self.end(slot)

    def forget_power(self, slot):
        """Change nova's record and tell nobody."""
        record = self.records[slot]
        record.power_state = {
            power_state.RUNNING: power_state.SHUTDOWN}.get(
                record.power_state, power_state.RUNNING)
        self.unseen.add(slot)
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
        assert numbers['cached'] <= len(lpars), numbers
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
        self.nova_listens = self.conductor_up = True
        self.rest_error = None
        self.held = False
        self.resume()
        for slot, state in self.lpars.items():
            if state not in TRANSITIONS:
                self.change(slot, 'running')
        # What fails only for itself must not hold up the rest.
        trusted = self.unseen if self.ttl else set()
        alone = set(self.answers)
        if self.listing in _NO_LISTING or not self.host_readable:
            alone |= self.lpars.keys() - self.announced
        self._rest(ROUND)
        self._compare(trusted | alone)
        self.host_readable = True
        self.listing = 'offered'
        self.answers.clear()
        self._rest(ROUND)
        self._compare(self.unseen if self.ttl else ())
        self._rest(self.ttl)
        self._compare()
        emitted = self.emitted
        self.wait(2 * self.ttl + ROUND)
        self.check()
        assert self.emitted == emitted, 'events without a cause'
        numbers = self.handler.statistics.as_dict()
        assert not numbers['scheduled'], numbers
        assert not numbers['cached'], numbers

    def _rest(self, seconds):
        """Let nothing happen but what nova has begun."""
        for _ in range(30):
            for slot, record in self.records.items():
                if record.task_state is not None:
                    self.end(slot)
            self.wait(seconds / 30)

    def _compare(self, excused=()):
        """Compare nova with NovaLink.

        :param excused: LPARs about which the module need not know yet.
        """
        self.check()
        for slot in self.lpars.keys() & self.records.keys():
            record = self.records[slot]
            assert (record.host != world.HOST
                    or agrees(record, self.lpars[slot])
                    or slot in self.judge.warned
                    or slot in self.unknowable.union(excused)), (
                'nova believes that %s has the power state %s, but it is %s'
                % (slot, power_state.STATE_MAP[record.power_state],
                   self.lpars[slot]))
