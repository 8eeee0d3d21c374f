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

"""The command ``python -m tools.dropin``."""

import argparse
from collections.abc import Sequence
import pathlib
import sys
import tempfile
from typing import Any

from nova_powervm.testing import argument_types
from nova_powervm.testing import processes
from tools.dropin import internals
from tools.dropin import scratch
from tools.dropin import steps

_LPARS = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all steps.

    :returns: the exit status: 0, or 2 if a step failed.
    """
    parser = argparse.ArgumentParser(
        prog='python -m tools.dropin',
        description='Copies the event module into nova-powervm 9.0.0 and '
        'lets its driver run with nova 34 and the simulator.')
    parser.add_argument('--lpars', type=argument_types.integer(1),
                        default=_LPARS,
                        help='LPARs of the simulated host (%(default)s)')
    parser.add_argument('--log', type=pathlib.Path, metavar='FILE',
                        help="file for the driver's log")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            _run(pathlib.Path(folder), args)
        except (steps.Failed, processes.ProcessError, OSError) as error:
            print('dropin: %s' % error, file=sys.stderr)
            return 2
    return 0


def _run(folder: pathlib.Path, args: argparse.Namespace) -> None:
    original = scratch.fetch(folder)
    tree = scratch.copy(original, 'dropped-in')
    print(scratch.drop_in(tree), flush=True)
    _print_scenarios(steps.scenarios(
        tree, args.lpars, (args.log or folder / 'log').absolute()))
    services = folder / 'services'
    services.mkdir()
    _print_scenarios([steps.nova_compute(tree, services)])
    tests = steps.unit_tests(tree, original)
    print('\nunit tests of %s: %d passed' % (
        scratch.RELEASE, len(tests['passed'])))
    for name in tests['internals']:
        print('not expected to pass: %s: %s' % (
            name, internals.REASONS[name]))
    for name in tests['before']:
        print('fails with its own event.py as well: %s' % name)
    print(scratch.drop_in(tree, '--undo'), flush=True)
    if left := list(steps.differences(original, tree)):
        raise steps.Failed('--undo left behind: %s' % left)


def _print_scenarios(found: list[dict[str, Any]]) -> None:
    for each in found:
        print('%-16s %5.1f s  %s' % (each['name'], each['seconds'], ' '.join(
            '%s=%g' % figure for figure in each['figures'].items())),
            flush=True)


if __name__ == '__main__':
    sys.exit(main())
