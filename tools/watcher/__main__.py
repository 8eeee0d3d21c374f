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

"""The command ``python -m tools.watcher``."""

import argparse
import importlib.util
import os
import signal
import sys

from nova_powervm.testing import argument_types


EXIT_DIFFERENT = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT

# More than a page of nova's API on one host would need more requests.
_MOST_SERVERS = 1000


def _counts(text: str) -> list[int]:
    read = argument_types.integer(1, _MOST_SERVERS)
    return sorted({read(part) for part in text.split(',')})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='tox -e watcher --',
        description="Compares Watcher's model of the mini cloud, built anew "
                    'and kept by notifications, with what NovaLink says of '
                    'each LPAR. It stops and starts servers of the cloud; '
                    'what it makes it removes.',
        epilog='The exit status is 1 if they differ, 2 if the check cannot '
               'be made.')
    parser.add_argument(
        '--directory', default='.minicloud',
        help="the cloud's folder (%(default)s)")
    parser.add_argument(
        '--servers', type=argument_types.integer(1, _MOST_SERVERS), default=40,
        metavar='N', help='least number of servers; those that are missing '
                          'are booted (%(default)s)')
    parser.add_argument(
        '--churn', type=argument_types.seconds(0, 3600), default=60.0,
        metavar='SECONDS', help='how long servers are stopped and started '
                                'at once (%(default)g)')
    parser.add_argument(
        '--figures', type=_counts, metavar='N,N,...',
        help='instead, only measure what a build of the model costs, with '
             'these numbers of servers')
    parser.add_argument(
        '--rst', type=argument_types.writable, metavar='FILE',
        help='also write the table in reStructuredText')
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the check.

    :returns: the exit status.
    """
    args = _parser().parse_args(argv)
    if importlib.util.find_spec('watcher') is None:
        return _fail('python-watcher is not installed. `tox -e watcher` '
                     'installs it.')
    # Ended by another program it cleans up as if by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _check(args)
    except KeyboardInterrupt:
        print('watcher: interrupted', file=sys.stderr)
        return EXIT_INTERRUPTED


def _check(args: argparse.Namespace) -> int:
    # They need what the environment has beside the standard library.
    from keystoneauth1 import exceptions as ksa_exc
    from openstack import exceptions as sdk_exc

    from nova_powervm.sim import client
    from tools.minicloud import processes
    from tools.watcher import check
    from tools.watcher import report

    try:
        settings = check.find(os.path.abspath(args.directory))
        if args.figures:
            rows, found = check.measure(settings, args.figures, _say)
        else:
            rows, found = check.run(settings, args.servers, args.churn, _say)
    except (processes.CloudError, check.UnfitError) as error:
        return _fail(str(error))
    except (sdk_exc.SDKException, ksa_exc.ClientException,
            client.ControlError, OSError) as error:
        return _fail('the cloud failed: %s' % error)
    _say('\n' + report.text(rows))
    if args.rst:
        with open(args.rst, 'w') as file:
            file.write(report.rst(rows))
    if not found:
        return 0
    _say('\n%d differences:\n%s\nThe log of Watcher is %s.' % (
        len(found), report.differences(found), settings.log('watcher')))
    return EXIT_DIFFERENT


def _say(line: str) -> None:
    print(line, flush=True)


def _fail(reason: str) -> int:
    print('watcher: %s' % reason, file=sys.stderr)
    return EXIT_USAGE


if __name__ == '__main__':
    sys.exit(main())
