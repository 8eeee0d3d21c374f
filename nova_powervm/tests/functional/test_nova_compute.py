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

"""The installed nova-compute, from its start to its exit status.

The wheel is installed with all that it requires in a virtual environment of
its own, which takes some 4 s. Three more processes are all that nova-compute
needs besides: a message queue, placement and nova-conductor, which has an
SQLite file.
"""

import json
import pathlib
import shutil
import signal
import tempfile
from typing import Any

from nova_powervm.sim import process
from nova_powervm.testing import backends
from nova_powervm.testing import compat
from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests import base
from nova_powervm.tests.functional.nova_compute import services
from nova_powervm.tests.functional import wheels

# Seconds within which SIGTERM has to end it.
_STOP_SECONDS = 20

# The loggers of the lines that say how far it is.
_DRIVER = ' INFO nova_powervm.virt.powervm.driver '
_RESYNC = ' INFO nova_powervm.virt.powervm.lifecycle.resync '
_RETRY = ' WARNING pypowervm.utils.retry '
_JOIN = ' DEBUG nova.servicegroup.drivers.db '

# The requests by which the event handler learns the states of LPARs.
_LOOKS = ('quick_property', 'quick_all', 'lpar_feed')


class TestNovaCompute(base.TestCase):
    """Each test has a nova-compute and a simulator, on a host of its own.

    One class, because making the environment takes as long as two tests.
    """

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        for name in 'wheel', 'environment', 'services':
            (folder / name).mkdir()
        environment = wheels.Environment(folder / 'environment')
        environment.install(wheels.build(folder / 'wheel'))
        cls.control_plane = services.ControlPlane(
            environment, folder / 'services')
        cls.control_plane.setUp()
        cls.addClassCleanup(cls.control_plane.cleanUp)

    def setUp(self) -> None:
        super().setUp()
        self.simulator = process.SimulatorProcess(poll_seconds=2)
        self.simulator.start()
        self.addCleanup(self.simulator.stop)
        self.control = self.simulator.control

    def start(self, **options: Any) -> None:
        """Start nova-compute; return at once."""
        self.compute = self.useFixture(services.NovaCompute(
            self.control_plane, self.id().rpartition('.')[2],
            self.simulator.port, **options))

    def start_and_wait(self, **options: Any) -> None:
        """Start it and wait until it does all that it does.

        That is, until it has compared its LPARs with nova, and takes requests.
        """
        self.start(**options)
        self.wait_for_lines(_RESYNC, _JOIN)

    def wait_for_lines(self, *loggers: str) -> None:
        """Wait until each of the loggers has logged something."""
        self.wait_until(lambda: all(
            logger in self.compute.log() for logger in loggers), loggers)

    def wait_until(self, condition: Any, what: object) -> None:
        waiting.wait_until(condition, str(what), details=lambda: (
            self.compute.log() + self.compute.process.said()))

    def wait_for_polls(self) -> None:
        """Wait until it is subscribed to the simulator's events."""
        # pypowervm's first poll is not yet the subscriber's.
        self.wait_until(
            lambda: self.control.counters().get('event_poll', 0) > 1, 'polls')

    def wait_for_request(self, kind: str) -> None:
        """Wait for a request of a kind that has not been answered."""
        self.wait_until(lambda: self.control.faults().get(kind), kind)

    def wait_for_event(self) -> None:
        """Send an event about an LPAR and wait until that is looked at."""
        def looks() -> int:
            counters = self.control.counters()
            return sum(counters.get(kind, 0) for kind in _LOOKS)

        before = looks()
        self.control.add_lpars(1)
        self.wait_until(lambda: looks() > before, 'a look at an LPAR')

    def stop(self, expected: int = 0) -> None:
        """Stop it as its administrator does; expect an exit status."""
        self.compute.signal(signal.SIGTERM)
        status = self.compute.process.wait(_STOP_SECONDS)
        self.assertEqual(expected, status, self.compute.log())

    def stop_in_init_host(self) -> None:
        signals, status = compat.stop_in_init_host()
        if signals > 1:
            self.compute.signal(signal.SIGTERM)
            self.wait_until(
                lambda: 'Traceback' in self.compute.process.said(),
                'a failure to stop')
        self.stop(status)

    def test_from_start_to_stop(self) -> None:
        self.start_and_wait()
        self.assertEqual(1, self.compute.log().count(_DRIVER))
        self.wait_for_polls()
        self.wait_for_event()
        self.assertGreater(self.compute.statistics()['events'], 0)
        self.stop()

    def test_reports_of_calls(self) -> None:
        self.start_and_wait()
        self.wait_for_polls()
        self.wait_for_event()
        live = self.compute.report()
        self.assertIn('rest, times', live)
        self.assertIn('lookup, times', live)
        self.stop()
        # The same from its log.
        found = json.loads(processes.check(processes.run(processes.python(
            'nova_powervm.events_report', 'report', '--json',
            str(self.compute.log_file)))).stdout)
        total = found['total']
        self.assertGreater(total['batches'], 0)
        self.assertEqual(0, total['batches_not_in_the_log'])
        for calls, times in ('rest_reads', 'rest'), ('lookups', 'lookup'):
            self.assertGreater(total[calls], 0)
            self.assertEqual(total[calls], total['times'][times]['count'])
        self.assertEqual(0, found['lines']['unknown'])

    def test_hangup(self) -> None:
        self.start_and_wait()
        self.compute.signal(signal.SIGHUP)
        self.wait_for_event()
        if backends.current() == 'eventlet':
            self.stop()
        # On native threads oslo.service 4.5 and 4.8, of nova 33 and 34, take
        # back their handlers of signals then, and nova-compute works on
        # without: a SIGTERM kills it.

    def test_stop_with_events_pending(self) -> None:
        # The resync of the start waits as well.
        self.start(event_delay=30)
        self.wait_for_lines(_DRIVER, _JOIN)
        self.wait_for_polls()
        self.control.add_lpars(50)
        self.wait_until(
            lambda: self.compute.statistics()['pending'] >= 50, 'pending')
        self.stop()

    def test_stop_while_novalink_hangs(self) -> None:
        self.start_and_wait()
        self.control.inject_fault('*', 'hang')
        self.wait_for_request('event_poll')
        self.stop()

    def test_stop_in_init_host_while_novalink_hangs(self) -> None:
        self.control.inject_fault('*', 'hang')
        self.start()
        self.wait_for_request('logon')
        self.stop_in_init_host()

    def test_stop_in_init_host_without_novalink(self) -> None:
        self.simulator.stop()
        self.start()
        self.wait_for_lines(_RETRY)
        self.stop_in_init_host()
