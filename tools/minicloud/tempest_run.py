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

"""The command ``python -m tools.minicloud.tempest_run``.

Runs tempest on a cloud that is up, and says what it found.
"""

import argparse
from collections.abc import Sequence
import datetime
import pathlib
import shlex
import subprocess
import sys
import time

from tools.minicloud import settings as settings_mod
from tools.minicloud import tempest_conf
from tools.minicloud import tempest_results
from tools.minicloud import tempest_tables

_PLUGIN = r'^nova_powervm\.tempest_plugin\.'
_DEFAULT = (_PLUGIN, r'^tempest\.api\.compute\.')
# tempest marks such tests in their names.
_SMOKE = (_PLUGIN, r'^tempest\.api\.compute\..*[\[,]smoke[\],]')

_CONCURRENCY = 2

_EXCLUDED = pathlib.Path(__file__).with_name('tempest-exclude.txt')


class _CannotRunError(Exception):
    """Tempest cannot be run; the text is for the user."""


def main(argv: list[str] | None = None) -> int:
    """Run tempest.

    :returns: the exit status: tempest's; 1 if no test ran or one failed; 2
        if tempest could not be run.
    """
    args = _parser().parse_args(argv)
    try:
        config = _find(args.directory)
        begin = time.monotonic()
        status, results = _run(tempest_command(args, config), config)
    except _CannotRunError as error:
        print('minicloud: %s' % error, file=sys.stderr)
        return 2
    if not results:
        print('minicloud: tempest ran no test.', file=sys.stderr)
        return status or 1
    print('\n' + tempest_tables.text(results))
    if args.rst:
        args.rst.write_text(tempest_tables.rst(
            results, _shown_command(args),
            datetime.date.today().isoformat(), time.monotonic() - begin))
    failed = any(result.outcome == tempest_results.FAILED
                 for result in results)
    return status or int(failed)


def tempest_command(args: argparse.Namespace, config: pathlib.Path
                    ) -> list[str]:
    """Return the command that runs the tests that are wanted."""
    chosen = args.tests or (_SMOKE if args.smoke else _DEFAULT)
    return [str(pathlib.Path(sys.executable).with_name('tempest')), 'run',
            '--subunit', '--config-file', str(config),
            '--concurrency', str(args.concurrency),
            '--exclude-list', str(_EXCLUDED), '--regex', '|'.join(chosen)]


def _shown_command(args: argparse.Namespace) -> str:
    """Return the command of a user that runs the same tests."""
    options = [*(['--smoke'] if args.smoke else []),
               *(['--concurrency', str(args.concurrency)]
                 if args.concurrency != _CONCURRENCY else []), *args.tests]
    return shlex.join(['tox', '-e', 'tempest',
                       *(['--', *options] if options else [])])


def _find(directory: pathlib.Path) -> pathlib.Path:
    """Return tempest's configuration of the cloud in a folder."""
    try:
        settings = settings_mod.Settings.load(str(directory))
    except (OSError, ValueError):
        raise _CannotRunError(
            'There is no cloud in %s. `tox -e cloud -- up` starts one.' %
            directory) from None
    return tempest_conf.path(settings)


def _run(command: Sequence[str], config: pathlib.Path
         ) -> tuple[int, list[tempest_results.Result]]:
    """Run tempest; return its exit status and the results.

    :raises _CannotRunError: if there is no tempest.
    """
    folder = config.parents[1]
    # tempest writes it, with the folder where it is installed itself.
    (folder / '.stestr.conf').unlink(missing_ok=True)
    results: list[tempest_results.Result] = []

    def found(result: tempest_results.Result) -> None:
        results.append(result)
        print('%-4s %6.1f s  %s' % (
            result.outcome, result.seconds, result.name), flush=True)
        if result.outcome == tempest_results.FAILED:
            print(result.text, flush=True)

    try:
        with subprocess.Popen(
                command, cwd=folder, stdout=subprocess.PIPE) as tempest:
            assert tempest.stdout is not None
            tempest_results.read(tempest.stdout, found)
    except OSError as error:
        raise _CannotRunError('%s cannot be run: %s.' % (
            command[0], error.strerror)) from None
    return tempest.returncode, results


def _concurrency(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(
            '%r is not an integer from 1' % text)
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='tox -e tempest --',
        description='Runs tempest on a cloud that `tox -e cloud -- up` has '
                    'started: the tests of the plugin and those of tempest '
                    'for nova, unless some are named.')
    parser.add_argument(
        'tests', nargs='*', metavar='TEST',
        help='names of tests, or regular expressions of which one is found '
             'in a name')
    parser.add_argument(
        '--smoke', action='store_true',
        help="the plugin's tests and, of tempest's for nova, those that it "
             'marks as smoke tests')
    parser.add_argument(
        '--concurrency', type=_concurrency, default=_CONCURRENCY,
        metavar='N',
        help='number of tests that run at once (%(default)s)')
    parser.add_argument(
        '--rst', type=pathlib.Path, metavar='FILE',
        help='file for the tables, as reStructuredText')
    parser.add_argument(
        '--directory', type=pathlib.Path, default=pathlib.Path('.minicloud'),
        help='folder of the cloud (%(default)s)')
    return parser


if __name__ == '__main__':
    sys.exit(main())
