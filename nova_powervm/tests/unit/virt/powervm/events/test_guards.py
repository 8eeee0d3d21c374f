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

"""Whatever is raised: nothing is lost, and nothing stands still."""


import ddt
import mock

from nova_powervm.testing import drivers
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_LIFECYCLE = 'nova_powervm.virt.powervm.lifecycle.'


@ddt.ddt
class TestDefects(world.World):
    """A defect of the module costs time, and no event."""

    def setUp(self):
        super().setUp()
        # Each test counts them by itself.
        self.errors = None

    @ddt.data('lpar_states.LparStates.observe', 'instances.Instances.find',
              'decision.decide', 'memory.Memory.put', 'memory.Memory.get',
              'apply.Applier._apply_power', 'decision.compare',
              'reconcile.Reconciler._cases')
    def test_anywhere_in_a_batch(self, name):
        lpar = self.add('not activated')
        with mock.patch(_LIFECYCLE + name, side_effect=ZeroDivisionError):
            self.look(lpar)
        self.assertErrors()
        self.wait(1.5 + 1)
        self.assertEmitted((lpar, SHUTDOWN))
        self.wait(60)
        self.assertEqual([1, 0], [
            self.count('no_change'), self.count('pending')])

    @ddt.data('resync.Resync.run', 'resync.Resync.disagreeing',
              'instances.Instances.find_all')
    def test_in_a_resync(self, name):
        silent, lpar = self.add_many(2, 'not activated')
        with mock.patch(_LIFECYCLE + name, side_effect=ZeroDivisionError):
            self.lose_events()
            self.look(lpar)
        self.wait(60)
        self.assertEmitted((silent, SHUTDOWN), (lpar, SHUTDOWN))

    def test_while_an_event_is_made(self):
        lpar = self.add('not activated')
        with mock.patch('nova.virt.event.LifecycleEvent',
                        side_effect=ZeroDivisionError):
            self.look(lpar)
        self.assertErrors()
        self.wait(1.5 + 1)
        self.assertEmitted((lpar, SHUTDOWN))

    @ddt.data('decision.decide', 'lpar_states.LparStates.observe',
              'apply.Applier._apply_power')
    def test_repeated(self, name):
        lpar = self.add('not activated')
        with mock.patch(_LIFECYCLE + name, side_effect=ZeroDivisionError):
            self.look(lpar)
            self.wait(600)
            # Ever more rarely, and told once.
            self.assertLess(self.count('errors'), 20)
            self.assertErrors(self.count('errors'))
        self.wait(1.5 * 60)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_about_one_lpar(self):
        # The others of its batch do not wait for it.
        bad, *good = self.add_many(10, 'not activated')
        decide = decision.decide

        def decide_but_one(case, *args):
            if case.lpar == bad:
                raise ZeroDivisionError
            return decide(case, *args)

        with mock.patch(_LIFECYCLE + 'decision.decide', decide_but_one):
            self.look(bad, *good)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in good))
        self.assertEqual(1, self.count('retry'))
        self.wait(1.5 + 1)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in (bad, *good)))

    def test_of_a_store(self):
        store = self.add_store()
        lpar = self.add()
        with mock.patch(_LIFECYCLE + 'apply.Applier._apply_nvram',
                        side_effect=ZeroDivisionError):
            self.look(lpar, detail='NVRAM,PartitionState')
        self.assertErrors()
        # The power state is none of its business.
        self.assertEqual(1, self.count('no_change'))
        self.wait(1.5 + 1)
        store.assert_called_once_with(
            self.instance(lpar).uuid)

    @ddt.data('read', 'emit_event')
    def test_a_thread_that_is_killed(self, name):
        lpar = self.add('not activated')
        owner = self.adapter if name == 'read' else self.driver
        self.send(lpar)
        with mock.patch.object(owner, name, side_effect=SystemExit):
            self.assertRaises(SystemExit, self.advance, world.DELAY)
        self.wait(1.5 + 1)
        self.assertEmitted((lpar, SHUTDOWN))


class _BrokenDriver(drivers.FakeDriver):
    """A driver that cannot tell its session."""

    @property
    def session(self):
        raise ZeroDivisionError


class TestChecks(world.World):
    """A check that raises ends neither the checks nor anything else."""

    def setUp(self):
        super().setUp()
        # Each test counts them by itself.
        self.errors = None
        # Before the handler is stopped.
        self.addCleanup(self.mend)

    def mend(self):
        self.driver.__class__ = drivers.FakeDriver

    def test_logged_once(self):
        self.driver.__class__ = _BrokenDriver
        self.wait(300)
        self.assertEqual(30, self.count('errors'))
        self.assertLogged(messages.UNEXPECTED)

    def test_logged_each_time_that_it_begins(self):
        self.driver.__class__ = _BrokenDriver
        self.wait(30)
        self.mend()
        self.wait(30)
        self.driver.__class__ = _BrokenDriver
        self.wait(30)
        self.assertLogged(messages.UNEXPECTED, 2)

    def test_stop(self):
        self.driver.__class__ = _BrokenDriver
        self.handler.stop()
        self.send(self.add())
        self.assertEqual([0, 0], [
            self.count('scheduled'), self.count('threads')])

    def test_events_are_handled(self):
        lpar = self.add('not activated')
        self.driver.__class__ = _BrokenDriver
        self.handler.lifecycle.process(None, lpar)
        self.advance(world.DELAY)
        self.assertEmitted((lpar, SHUTDOWN))

    def test_other_checks_are_made(self):
        self.driver.__class__ = _BrokenDriver
        self.during_lookup(lambda: self.wait(30))
        self.handler.lifecycle.process(None, self.add())
        self.advance(world.DELAY)
        self.assertLogged(messages.CONDUCTOR_LATE)
