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
import shutil
import sys
import tempfile
import time

from oslo_serialization import jsonutils
import testtools

from nova_powervm.demo import phases as demo_phases
from nova_powervm.demo import report
from nova_powervm.demo import stage as demo_stage


def run(lpars: int, delay: float, backend: str, json_file: str | None,
        check: Callable[[], None], pause: Callable[[float], None]) -> int:
    """Run the demo and print its results.

    :param lpars: number of servers.
    :param delay: the module's event_delay, seconds.
    :param backend: nova's concurrency backend, selected before.
    :param json_file: where to write the results to, too.
    :param check: called often; may raise KeyboardInterrupt to end the demo.
    :param pause: sleeps for some seconds, and checks.
    :returns: the exit status: 0 if nova and NovaLink agree, 1 if not.
    """
    began = time.monotonic()

    def say(text: str) -> None:
        check()
        print('%6.1f s  %s' % (time.monotonic() - began, text), flush=True)

    say('nova on %s with %d LPARs, event delay %g s' % (backend, lpars, delay))
    state_path = tempfile.mkdtemp(prefix='nova-powervm-demo-')
    try:
        status = _attempt(lpars, delay, backend, json_file, state_path, say,
                          pause, check)
    except KeyboardInterrupt:
        shutil.rmtree(state_path, ignore_errors=True)
        raise
    if status:
        print('Logs are in %s' % state_path, file=sys.stderr)
    else:
        shutil.rmtree(state_path, ignore_errors=True)
    return status


def _attempt(lpars: int, delay: float, backend: str, json_file: str | None,
             state_path: str, say: Callable[[str], None],
             pause: Callable[[float], None], check: Callable[[], None]
             ) -> int:
    try:
        return _run(lpars, delay, backend, json_file, state_path, say, pause)
    except Exception as error:
        # Ctrl-C in a terminal may reach the simulator, too: what fails for
        # lack of it has not failed.
        check()
        print('nova-powervm-demo: %s' % _cause(error), file=sys.stderr)
        return 1


def _run(lpars: int, delay: float, backend: str, json_file: str | None,
         state_path: str, say: Callable[[str], None],
         pause: Callable[[float], None]) -> int:
    began = time.monotonic()
    with demo_stage.Stage(
            state_path, delay, lambda what: say('  ' + what)) as stage:
        demo = demo_phases.Demo(stage, delay, pause, say)
        phases = demo.run(lpars)
        differences = demo.disagreements()
        say('end')
        print()
        print(report.table(phases))
        print()
        print(report.RULE % {'delay': delay})
        print()
        problems = differences + [
            '%s: %s' % (phase.name, problem)
            for phase in phases for problem in phase.problems]
        print('\n'.join(problems) or (
            'nova and NovaLink agree about all %d servers.' % lpars))
        if json_file is not None:
            results = report.as_dict(
                phases, differences, lpars=lpars, delay=delay,
                backend=backend, seconds=time.monotonic() - began)
            with open(json_file, 'w') as output:
                jsonutils.dump(results, output, indent=2)
                output.write('\n')
    return 1 if problems else 0


def _cause(error: BaseException) -> BaseException:
    """Return what went wrong first, out of what a fixture collects."""
    if isinstance(error, testtools.MultipleExceptions):
        return _cause(error.args[0][1])
    return error
