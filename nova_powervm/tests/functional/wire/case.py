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

import time

from nova_powervm.sim import process
from nova_powervm.tests import base

_PATIENCE = 60.0


class WireTestCase(base.TestCase):
    """A test against a simulator, a process that all tests of a class share.

    ``control`` is the simulator's control client.
    """

    @classmethod
    def start_simulator(cls, **settings):
        """Start it, with settings of its own; called by ``setUpClass``."""
        cls.simulator = process.SimulatorProcess(**settings)
        cls.simulator.start()
        cls.addClassCleanup(cls.simulator.stop)
        cls.control = cls.simulator.control

    def delete_lpars(self):
        self.control.delete_lpars(
            lpar['uuid'] for lpar in self.control.lpars())

    def wait_until(self, condition, what):
        deadline = time.monotonic() + _PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                self.fail('Not in %d s: %s; %s' % (
                    _PATIENCE, what, self.circumstances()))
            time.sleep(0.01)

    def circumstances(self):
        """Return what helps to see why something did not happen."""
        return self.control.counters()
