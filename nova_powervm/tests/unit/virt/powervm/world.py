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

"""A world in memory around the real event module, on a clock of its own."""

import logging

import fixtures
import mock
from nova.compute import power_state
from nova import objects
from oslo_utils import uuidutils
import testtools

from nova_powervm.testing import agreement
from nova_powervm.testing import drivers
from nova_powervm.testing import internals
from nova_powervm.testing import logs
from nova_powervm.testing import nova as testing_nova
from nova_powervm.testing import novalink
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import messages

HOST = internals.HOST
RUNNING = power_state.RUNNING
SHUTDOWN = power_state.SHUTDOWN
SUSPENDED = power_state.SUSPENDED
#: The power state that each lifecycle event tells nova.
TOLD = testing_nova.TOLD

# Seconds from an event until its LPAR is looked at: the delay, and a tenth of
# it in which others may join.
DELAY = 16.5
URI = novalink.lpar_uri('')

Clock = novalink.Clock
http_error = novalink.http_error
make_conf = internals.make_conf
make_event = novalink.make_event


class Adapter(novalink.FakeAdapter):
    """Answers reads from memory.

    :ivar timeouts: seconds after which each read would have failed.
    """

    def __init__(self):
        super().__init__()
        self.timeouts = []

    def read(self, *args, **kwargs):
        self.timeouts.append(kwargs.get('timeout'))
        return super().read(*args, **kwargs)


class Nova(testing_nova.Nova):
    """nova in memory, whose calls may fail with any error.

    :ivar error: what each call raises, if it is not None.
    :ivar undecodable: uuids of records that fail each lookup they are in.
    :ivar contexts: context of each lookup.
    :ivar joined: names of what each lookup joined.
    """

    def __init__(self, driver):
        super().__init__(driver)
        self.error = None
        self.undecodable = set()
        self.contexts = []
        self.joined = []

    def get_by_filters(self, context, filters, expected_attrs=None):
        self._note(context, expected_attrs)
        found = super().get_by_filters(context, filters)
        if self.undecodable.intersection(record.uuid for record in found):
            raise ValueError('a field has no such value')
        return found

    def get_by_host(self, context, host, expected_attrs=None):
        self._note(context, expected_attrs)
        return super().get_by_host(context, host)

    def _note(self, context, expected_attrs):
        self.contexts.append(context)
        self.joined.append(expected_attrs)

    def _call(self):
        if self.error is not None:
            raise self.error
        super()._call()


class IdleThread:
    """A thread that gets no turn; see :meth:`World.run_due`."""

    def __init__(self, target, name, daemon):
        self.target = target
        self.name = name

    def start(self):
        pass

    def is_alive(self):
        return False


class World(testtools.TestCase):
    """A test with LPARs, nova's instances, a driver and the real module.

    nova does about events what its compute manager does, at once.

    :cvar options: of the handler, as pairs.
    :ivar adapter: answers reads of LPARs.
    :ivar lpars: PartitionStates by upper-case uuid, those of the adapter.
    :ivar nova: has the records, and is told of events.
    :ivar logs: what the module has logged.
    :ivar threads: that it started, each an :class:`IdleThread`.
    :ivar jitter: what the module gets instead of a random number.
    :ivar errors: how many unexpected errors the test leads to; None if that
        does not matter.
    """

    options = ()

    def setUp(self):
        super().setUp()
        objects.register_all()
        # Shows what was logged if the test fails, and what cannot be logged.
        self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        self.logs = self.useFixture(logs.Logs())
        self.clock = novalink.Clock()
        self.adapter = Adapter()
        self.lpars = self.adapter.lpars
        self.driver = drivers.FakeDriver(self.adapter)
        self.nova = self.useFixture(Nova(self.driver))
        self.driver.register_event_listener(self.nova.handle_events)
        self.threads = []
        self.jitter = 0.0
        self.errors = 0
        self._raised = []
        self.handler = self.make_handler()

    def tearDown(self):
        # The module lets no failure of the test out.
        for error in self._raised:
            raise error
        if self.errors is not None:
            self.assertEqual(
                self.errors, self.handler.statistics.as_dict()['errors'])
        super().tearDown()

    def make_handler(self):
        """Make a handler that has done the resync of its start.

        As long as there is nothing to compare.
        """
        handler = self.start_handler(**dict(self.options))
        self.clock.now += 1000
        handler.lifecycle.run_due()
        self.begin(handler)
        return handler

    def start_handler(self, **options):
        """Make a handler that has yet to do the resync of its start."""
        handler = event.PowerVMNovaEventHandler(
            self.driver, conf=self.make_conf(**options), clock=self.clock,
            thread_factory=self._thread, jitter=lambda: self.jitter)
        self.addCleanup(handler.stop)
        return handler

    def make_conf(self, **options):
        """Return the handler's configuration."""
        return make_conf(**options)

    def _thread(self, **kwargs):
        self.threads.append(IdleThread(**kwargs))
        return self.threads[-1]

    def begin(self, handler=None):
        """Forget what was read, asked, emitted, counted and logged."""
        self._before = (handler or self.handler).statistics.counters()
        self.adapter.reads.clear()
        self.adapter.timeouts.clear()
        self.nova.forget_calls()
        self.logs.clear()

    def add(self, state='running', power=RUNNING, instance=True,
            high_bit=False, **fields):
        """Add an LPAR and, with ``instance``, nova's record of it.

        :param high_bit: whether the uuid of the instance has the bit that
            PowerVM clears.
        :param fields: of the record.
        :returns: the LPAR's uuid.
        """
        lpar = internals.lpar_uuid(uuidutils.generate_uuid())
        self.lpars[lpar] = state
        if instance:
            uuid = internals.candidate_uuids(lpar)[high_bit]
            self.nova.add([lpar], power, uuid=uuid, **fields)
        return lpar

    def add_store(self):
        """Give the driver a store for NVRAM, and return its method."""
        self.driver.nvram_mgr = mock.Mock(spec=['store'])
        return self.driver.nvram_mgr.store

    def add_many(self, count, *args, **kwargs):
        """Add LPARs, and return their uuids."""
        return [self.add(*args, **kwargs) for _ in range(count)]

    def instance(self, lpar):
        """Return nova's record of an LPAR."""
        return self.nova.find(lpar)

    def send(self, *lpars, **kwargs):
        """Send an event for each LPAR, in one answer to a poll."""
        self.handler.process([novalink.lpar_event(lpar, **kwargs)
                              for lpar in lpars])

    def lose_events(self):
        """Tell the module that any event may be lost."""
        self.handler.process([make_event(None, None, 'MISSING_EVENTS')])

    def run_due(self):
        """Do what the module's threads would do now."""
        self.handler.lifecycle.run_due()

    def run_batch(self):
        """Do the batch that is due, and nothing of what follows from it."""
        self.handler.lifecycle.loop.step()
        self.handler.lifecycle.workers.run_next()

    def advance(self, seconds):
        """Let time pass and do what is due at the end of it."""
        self.clock.now += seconds
        self.run_due()

    def wait(self, seconds):
        """Let time pass, second by second, and do what is due."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.advance(min(1.0, end - self.clock.now))

    def look(self, *lpars, **kwargs):
        """Send an event for each LPAR and wait until they are looked at."""
        self.send(*lpars, **kwargs)
        self.advance(DELAY)

    def meanwhile(self, owner, name, work):
        """Do some work once, while the answer of a call is on its way."""
        call = getattr(owner, name)

        def answer(*args, **kwargs):
            result = call(*args, **kwargs)
            patcher.stop()
            try:
                work()
            except Exception as error:
                self._raised.append(error)
            return result

        patcher = mock.patch.object(owner, name, answer)
        patcher.start()
        self.addCleanup(patcher.stop)

    def during_lookup(self, work):
        """Do some work once, while a lookup of instances is on its way."""
        self.meanwhile(objects.InstanceList, 'get_by_filters', work)

    def during_read(self, work):
        """Do some work once, while a read of LPARs is on its way."""
        self.meanwhile(self.adapter, 'read', work)

    def during_emit(self, work):
        """Do some work once, while nova deals with an event."""
        self.meanwhile(self.driver, 'emit_event', work)

    def count(self, name):
        """Return a gauge, or what was counted since :meth:`begin`."""
        value = self.handler.statistics.as_dict()[name]
        return value - self._before.get(name, 0)

    @property
    def emitted(self):
        """Uuid and power state of each event that nova was told."""
        return [(told.uuid, told.power_state) for told in self.nova.events]

    def named(self, line):
        """Return the instances that log lines of a kind name."""
        return [record.instance_uuid for record in self.logs.of(line)]

    def assertEmitted(self, *expected):
        """Compare what was emitted with (LPAR, power state) pairs."""
        self.assertEqual(
            sorted((self.instance(lpar).uuid, power)
                   for lpar, power in expected), sorted(self.emitted))

    def assertLogged(self, line, times=1):
        """Compare how often a line of ``messages`` was logged."""
        self.assertEqual(times, self.logs.count(line))

    def assertErrors(self, times=1):
        """Check that errors were counted, and logged once above DEBUG."""
        self.assertEqual(times, self.count('errors'))
        self.assertLogged(messages.UNEXPECTED, times)
        self.assertEqual(1, self.logs.counts(logging.INFO)[
            messages.UNEXPECTED.text])

    def assertAgreement(self, *lpars):
        """Check that nova has nothing to do about LPARs."""
        for lpar in lpars:
            record = self.instance(lpar)
            self.assertIsNone(agreement.difference(record, self.lpars[lpar]))
