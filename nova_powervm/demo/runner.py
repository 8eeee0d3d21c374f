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


"""Runs the phases on a stage and reports them."""

from collections.abc import Callable
import dataclasses
import shutil
import sys
import tempfile
import time

from oslo_serialization import jsonutils
import testtools

from nova_powervm.demo import baseline
from nova_powervm.demo import devices
from nova_powervm.demo import measurements
from nova_powervm.demo import phases as demo_phases
from nova_powervm.demo import plot
from nova_powervm.demo import progress
from nova_powervm.demo import report
from nova_powervm.testing import agreement
from nova_powervm.testing import stage as testing_stage


@dataclasses.dataclass(frozen=True)
class Settings:
    """How the demo is run.

    :ivar lpars: number of servers.
    :ivar delay: the module's event_delay, seconds.
    :ivar backend: nova's concurrency backend, chosen before.
    :ivar json_file: file to write the results to as well, or None.
    :ivar bare: whether the servers are bare LPARs.
    :ivar plot_file: file to draw the results to as well, or None.
    """

    lpars: int
    delay: float
    backend: str
    json_file: str | None
    bare: bool
    plot_file: str | None = None


def run(settings: Settings, check: Callable[[], None],
        pause: Callable[[float], None]) -> int:
    """Run the demo and print its results.

    :param check: called often; may raise KeyboardInterrupt to end the demo.
    :param pause: sleeps for some seconds, and checks.
    :returns: the exit status: 0 if nova and NovaLink agree and all servers
        have what they are to have, 1 if not.
    """
    began = time.monotonic()

    def say(text: str) -> None:
        check()
        print('%6.1f s  %s' % (time.monotonic() - began, text), flush=True)

    say('nova on %s with %d %sLPARs, event delay %g s' % (
        settings.backend, settings.lpars, 'bare ' if settings.bare else '',
        settings.delay))
    state_path = tempfile.mkdtemp(prefix='nova-powervm-demo-')
    keep_logs = False
    try:
        keep_logs = _attempt(settings, state_path, say, check, pause)
    finally:
        if not keep_logs:
            shutil.rmtree(state_path, ignore_errors=True)
    if keep_logs:
        print('Logs are in %s' % state_path, file=sys.stderr)
    return 1 if keep_logs else 0


def _attempt(settings: Settings, state_path: str, say: Callable[[str], None],
             check: Callable[[], None], pause: Callable[[float], None]
             ) -> bool:
    """Run the demo; return whether it failed or something was wrong."""
    try:
        return _run(settings, state_path, say, pause)
    except Exception as error:
        # Ctrl-C in a terminal may reach the simulator, too: what fails for
        # lack of it has not failed.
        check()
        print('nova-powervm-demo: %s' % _cause(error), file=sys.stderr)
        return True


def _run(settings: Settings, state_path: str, say: Callable[[str], None],
         pause: Callable[[float], None]) -> bool:
    """Run the demo; return whether something was wrong."""
    began = time.monotonic()
    with testing_stage.Stage(
            state_path, settings.delay, lambda what: say('  ' + what),
            settings.bare) as stage:
        release9 = baseline.Release9(settings.delay)
        stage.subscribe(release9)
        phases = demo_phases.Demo(
            stage, release9, settings.delay, progress.Progress(pause, say)
            ).run(settings.lpars)
        differences = measurements.disagreements(stage)
        found = [] if settings.bare else devices.of_servers(
            stage.cloud.servers().values(), stage.control.devices())
        say('end')
        return _report(settings, phases, differences, found,
                       time.monotonic() - began)


def _report(settings: Settings, phases: list[measurements.Phase],
            differences: list[agreement.Difference],
            servers: list[devices.Devices], seconds: float) -> bool:
    """Print and write the results; return whether something was wrong."""
    problems = report.problems(phases, differences, servers)
    print()
    print(report.table(phases))
    print()
    print(report.RULE % {'delay': settings.delay})
    print()
    print('\n'.join(problems) or (
        'nova and NovaLink agree about all %d servers.' % settings.lpars))
    if servers:
        print()
        print(report.servers(servers))
    if settings.json_file is not None:
        _write(settings.json_file, report.as_dict(
            phases, differences, servers, lpars=settings.lpars,
            delay=settings.delay, backend=settings.backend,
            bare=settings.bare, seconds=seconds))
    if settings.plot_file is not None:
        plot.plot(phases, settings.plot_file)
    return bool(problems)


def _write(path: str, results: object) -> None:
    with open(path, 'w') as output:
        jsonutils.dump(results, output, indent=2)
        output.write('\n')


def _cause(error: BaseException) -> BaseException:
    """Return what went wrong first, out of what a fixture collects."""
    if isinstance(error, testtools.MultipleExceptions):
        return _cause(error.args[0][1])
    return error
