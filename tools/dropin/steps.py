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

"""What ``tox -e dropin`` does with the tree, one after the other."""

from collections.abc import Iterator
import filecmp
import json
import pathlib
import time
from typing import Any

from nova_powervm.sim import process as sim_process
from nova_powervm.testing import processes
from tools.dropin import internals
from tools.dropin import scratch

# Seconds for all scenarios, and for all unit tests.
_TIMEOUT = 900.0


class Failed(Exception):
    """A step failed; the text says which and why."""


def scenarios(tree: pathlib.Path, lpars: int, log: pathlib.Path
              ) -> list[dict[str, Any]]:
    """Let the driver run through the scenarios.

    :param lpars: number of LPARs.
    :param log: file for the driver's log.
    :returns: name, seconds and figures of each.
    :raises Failed: if one fails, or the process does not end by itself.
    """
    with sim_process.SimulatorProcess(lpars=lpars) as simulated:
        said = _check(processes.python(
            'tools.dropin.subject', str(tree), str(simulated.port), str(log)),
            scratch.environment(tree))
    return [json.loads(line) for line in said.splitlines()
            if line.startswith('{')]


def nova_compute(tree: pathlib.Path, folder: pathlib.Path) -> dict[str, Any]:
    """Let a nova-compute run with the driver.

    :param folder: an empty one.
    :returns: name, seconds and figures.
    :raises Failed: if it does not do what it should.
    """
    began = time.monotonic()
    done = _check(processes.python(
        'tools.dropin.nova_compute', str(tree), str(folder)))
    return {'name': 'nova_compute', 'seconds': time.monotonic() - began,
            'figures': json.loads(done.splitlines()[-1])}


def unit_tests(tree: pathlib.Path, original: pathlib.Path
               ) -> dict[str, list[str]]:
    """Run the unit tests of the release that have to do with the handler.

    :param tree: the tree with the event module.
    :param original: the tree as it was. What fails for another reason than
        the one that is listed has to fail there as well.
    :returns: names of tests: ``passed``; ``internals``, which are listed;
        ``before``, which fail with the release's own event module as well.
    :raises Failed: if another test fails, or one that is listed does not.
    """
    found = _run_tests(tree, internals.MODULES)
    failed = set(found['failed'])
    expected = set(internals.REASONS)
    if missing := expected - failed:
        raise Failed('expected to fail, and did not: %s' % sorted(missing))
    others = sorted(failed - expected)
    before = set(_run_tests(original, others)['failed']) if others else set()
    if new := set(others) - before:
        raise Failed('unit tests that failed only with the event module: '
                     '%s' % sorted(new))
    return {'passed': sorted(set(found['ran']) - failed),
            'internals': sorted(expected), 'before': sorted(before)}


def _run_tests(tree: pathlib.Path, names: Any) -> dict[str, list[str]]:
    said = _check(processes.python('tools.dropin.unit_tests', str(tree),
                                   *names), scratch.environment(tree))
    found: dict[str, list[str]] = json.loads(said.splitlines()[-1])
    return found


def _check(command: list[str], variables: dict[str, str] | None = None
           ) -> str:
    """Run a command to its end, and return what it wrote.

    :raises Failed: if it fails, or does not end.
    """
    try:
        return processes.check(processes.run(
            command, variables=variables, timeout=_TIMEOUT)).stdout
    except processes.ProcessError as error:
        raise Failed(str(error)) from None


def differences(one: pathlib.Path, other: pathlib.Path) -> Iterator[str]:
    """Yield in what two trees differ, bytecode aside."""
    yield from _differences(filecmp.dircmp(
        one, other, ignore=['__pycache__']))


def _differences(compared: filecmp.dircmp[str]) -> Iterator[str]:
    for names in (compared.left_only, compared.right_only,
                  compared.diff_files):
        yield from names
    for below in compared.subdirs.values():
        yield from _differences(below)
