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

"""What the tests against a simulator have in common."""

import gc

import fixtures

from nova_powervm.sim import process
from nova_powervm.testing import waiting
from nova_powervm.tests import base
from nova_powervm.tests.functional import pauses
from nova_powervm.tests.functional import polls


class WireTestCase(base.TestCase):
    """A test against a simulator, a process that all tests of a class share.

    ``control`` is the simulator's control client.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # For what is logged between two tests, and after the last.
        for fixture in fixtures.FakeLogger(), pauses.ShortPauses():
            fixture.setUp()
            cls.addClassCleanup(fixture.cleanUp)
        # Once the simulator has ended, which ends a poll at the latest.
        cls.addClassCleanup(polls.wait_for_end)

    @classmethod
    def start_simulator(cls, **settings):
        """Start it, with settings of its own; called by ``setUpClass``."""
        cls.simulator = process.SimulatorProcess(**settings)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        # pypowervm's sessions log off when they are collected.
        cls.addClassCleanup(gc.collect)
        cls.control = cls.simulator.control

    def delete_lpars(self):
        self.control.delete_lpars(
            lpar['uuid'] for lpar in self.control.lpars())

    def wait_until(self, condition, what):
        return waiting.wait_until(
            condition, what, details=self.circumstances)

    def circumstances(self):
        """Return what helps to see why something did not happen."""
        return self.control.counters()

    def wait_for_polls(self, number=1):
        """Wait until so many more polls for events have begun."""
        def polls():
            return self.control.counters().get('event_poll', 0)

        before = polls()
        self.wait_until(lambda: polls() >= before + number, 'polls')
