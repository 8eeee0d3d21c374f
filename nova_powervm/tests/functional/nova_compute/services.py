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

"""The services around nova-compute, and nova-compute itself, as processes."""

import os
import pathlib
import re
import signal

import fixtures

from nova_powervm.testing import backends
from nova_powervm.testing import compat
from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.nova_compute import broker
from nova_powervm.tests.functional.nova_compute import database
from nova_powervm.tests.functional.nova_compute import placement_api
from nova_powervm.tests.functional import wheels
from nova_powervm.virt.powervm.lifecycle import stats

_COMMON = '''
[DEFAULT]
{stop_options}
host = {host}
my_ip = 127.0.0.1
state_path = {folder}
log_file = {folder}/nova.log
default_log_levels = nova.servicegroup=DEBUG, {event_levels}
transport_url = rabbit://guest:guest@127.0.0.1:{broker}/
rpc_response_timeout = 20
[oslo_messaging_rabbit]
heartbeat_timeout_threshold = 0
[oslo_concurrency]
lock_path = {folder}
[placement]
auth_type = none
endpoint_override = http://127.0.0.1:{placement}
'''

_CONDUCTOR = '''
[database]
connection = sqlite:///{database}
[conductor]
workers = 1
'''

# What the quick start says, but for the port and the times.
_COMPUTE = (
    processes.ROOT / 'doc/source/install/nova-compute-simulator.conf'
    ).read_text() + '''
[powervm]
rest_port = {rest_port}
event_delay = {event_delay}
event_max_delay = 60
'''


# Of the processes that are not nova's.
_THREADS = backends.environment('threading')

# nova's default.
_STOP_SECONDS = 160


class _NovaService(fixtures.Fixture):
    """A service of nova's, from its installed command.

    :param environment: where it is installed.
    :param name: such as ``nova-compute``.
    :param folder: for its configuration, its log and its state; is made.
    :param configuration: text of its configuration file.
    """

    def __init__(self, environment: wheels.Environment, name: str,
                 folder: pathlib.Path, configuration: str) -> None:
        self.log_file = folder / 'nova.log'
        folder.mkdir()
        path = folder / 'nova.conf'
        path.write_text(configuration)
        self.process = processes.Child(
            [environment.command(name), '--config-file', str(path)],
            variables={
                # None of the tests' own modules.
                'PYTHONPATH': '',
                **backends.environment(backends.current())},
            stop_seconds=30)

    def _setUp(self) -> None:
        self.addCleanup(self.process.stop)
        self.process.start()

    def log(self) -> str:
        """Return its log; empty if there is none yet."""
        try:
            return self.log_file.read_text(errors='replace')
        except FileNotFoundError:
            return ''


class ControlPlane(fixtures.Fixture):
    """A message queue, placement and nova-conductor.

    :param environment: where nova-conductor is installed.
    :param folder: an empty one.
    """

    def __init__(self, environment: wheels.Environment,
                 folder: pathlib.Path) -> None:
        self.environment = environment
        self.folder = folder

    def _setUp(self) -> None:
        self._ports = {'broker': self._start(broker.__name__),
                       'placement': self._start(placement_api.__name__)}
        path = self.folder / 'cell.sqlite'
        processes.check(processes.run(
            processes.python(database.__name__, str(path)),
            variables=_THREADS))
        self.useFixture(_NovaService(
            self.environment, 'nova-conductor', self.folder / 'conductor',
            self.configuration('conductor', _CONDUCTOR, database=path)))

    def configuration(self, host: str, more: str, **values: object) -> str:
        """Return the text of the configuration of a service.

        :param host: name of its host and of its folder.
        """
        return (_COMMON + more).format(
            host=host, folder=self.folder / host,
            # Each batch has a line then.
            event_levels='nova_powervm.virt.powervm.lifecycle=DEBUG',
            stop_options='\n'.join(
                '%s = %d' % option for option in
                compat.stop_options(_STOP_SECONDS).items()),
            **self._ports, **values)

    def _start(self, module: str) -> int:
        child = processes.Child(
            processes.python(module), ready='port ', variables=_THREADS)
        self.addCleanup(child.stop)
        return int(child.start())


class NovaCompute(_NovaService):
    """nova-compute with this driver, on a host of its own.

    :param control_plane: what it talks to.
    :param host: name of the host.
    :param rest_port: port of NovaLink's REST service.
    :param event_delay: the option, seconds.
    """

    def __init__(self, control_plane: ControlPlane, host: str,
                 rest_port: int, event_delay: float = 0.5) -> None:
        super().__init__(
            control_plane.environment, 'nova-compute',
            control_plane.folder / host, control_plane.configuration(
                host, _COMPUTE, rest_port=rest_port,
                event_delay=event_delay))

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    def report(self) -> str:
        """Return what a Guru Meditation Report says of events.

        :raises nova_powervm.testing.waiting.TimedOut: if none is written.
        """
        before = len(self.process.said())
        self.signal(signal.SIGUSR2)
        return waiting.wait_until(
            lambda: _section(self.process.said()[before:]),
            'a report', details=self.log)

    def statistics(self) -> dict[str, float]:
        """Return the counters and gauges of such a report."""
        return _statistics(self.report())


def _section(report: str) -> str:
    """Return the section about events; nothing if it is not whole."""
    _, _, section = report.partition(' PowerVM events ')
    return section if stats.COUNTERS.keys() <= _statistics(
        section).keys() else ''


def _statistics(section: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(
        r'^ +(\w+) = ([0-9.]+)\n', section, re.MULTILINE)}
