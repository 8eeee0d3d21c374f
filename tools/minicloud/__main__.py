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

"""The command ``python -m tools.minicloud``."""

import argparse
from collections.abc import Callable
import dataclasses
import os
import signal
import subprocess
import sys
import time
from typing import Any

from nova_powervm.testing import argument_types
from tools.minicloud import bring_up
from tools.minicloud import cloud as cloud_mod
from tools.minicloud import credentials
from tools.minicloud.faults import command as faults_command
from tools.minicloud import processes
from tools.minicloud import settings as settings_mod

EXIT_FAILED = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT

_DIRECTORY = '.minicloud'


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    :returns: the exit status: 0, or 2 if it could not do what was asked.
    """
    args = _parser().parse_args(argv)
    args.directory = os.path.abspath(args.directory)
    # Ended by another program it cleans up as if by Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return int(args.command(args) or 0)
    except processes.CloudError as error:
        print('minicloud: %s' % error, file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        print('minicloud: interrupted', file=sys.stderr)
        return EXIT_INTERRUPTED


def _up(args: argparse.Namespace) -> None:
    names = [field.name for field in dataclasses.fields(settings_mod.Settings)]
    settings = settings_mod.Settings(
        **{name: getattr(args, name) for name in names})
    bring_up.BringUp(settings, _say).run()
    cloud = cloud_mod.Cloud(settings)
    _say('The cloud is up and uses %.1f GiB of memory. To use it:' % (
        cloud.memory() / (1 << 30)))
    _say('  . %s' % settings.path('openrc'))
    _say('  %s server list' % os.path.join(sys.prefix, 'bin', 'openstack'))
    _say('or OS_CLIENT_CONFIG_FILE=%s OS_CLOUD=%s.' % (
        settings.path('clouds.yaml'), credentials.NAME))


def _status(args: argparse.Namespace) -> int:
    cloud = cloud_mod.Cloud.open(args.directory)
    missing = 0
    for name, service in cloud.services.items():
        pid = cloud.pid(name)
        state = 'down'
        if pid is not None:
            state = 'ready' if service.ready() else 'not ready'
        missing += state != 'ready'
        print('%-20s %-10s %s' % (name, state, pid or ''))
    print('%-20s %.1f GiB' % ('memory', cloud.memory() / (1 << 30)))
    return 1 if missing else 0


def _down(args: argparse.Namespace) -> None:
    try:
        settings = settings_mod.Settings.load(args.directory)
    except (OSError, ValueError):
        # A run that was killed: there is no more to know than its folder.
        settings = settings_mod.Settings(args.directory)
    begin = time.monotonic()
    stopped = 0

    def tell(name: str, seconds: float) -> None:
        nonlocal stopped
        stopped += 1
        _say('%6.1f s  %s' % (seconds, name))

    left = cloud_mod.down(settings, tell)
    if left:
        _say('Killed what was left: %s.' % ', '.join(left))
    _say('The cloud is down after %.1f s.' % (time.monotonic() - begin)
         if stopped or left else 'There is no cloud in %s.' % args.directory)


def _logs(args: argparse.Namespace) -> int:
    folder = os.path.join(args.directory, 'log')
    names = args.names or sorted(
        name.removesuffix('.log') for name in (
            os.listdir(folder) if os.path.isdir(folder) else ())
        if name.endswith('.log'))
    paths = [os.path.join(folder, name + '.log') for name in names]
    for path in paths or [folder]:
        if not os.path.exists(path):
            raise processes.CloudError('There is no log %s.' % path)
    return subprocess.run(
        ['tail', '-n', str(args.lines), *(['-F'] if args.follow else []),
         '--', *paths], check=False).returncode


def _openrc(args: argparse.Namespace) -> None:
    cloud = cloud_mod.Cloud.open(args.directory)
    sys.stdout.write(credentials.openrc(cloud.settings))


def _start(args: argparse.Namespace) -> None:
    cloud = cloud_mod.Cloud.open(args.directory)
    for name in args.names:
        _say('%6.1f s  %s' % (cloud.start(name), name))


def _stop(args: argparse.Namespace) -> None:
    cloud = cloud_mod.Cloud.open(args.directory)
    for name in args.names:
        _say('%6.1f s  %s' % (cloud.stop(name), name))


def _say(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='tox -e cloud --',
        description='Runs an OpenStack cloud on this machine, with '
                    "nova-compute and this driver on simulated NovaLinks. "
                    'It listens on 127.0.0.1 only and is thrown away after '
                    'use.')
    parser.add_argument(
        '--directory', default=_DIRECTORY,
        help='folder of all its files (%(default)s)')
    commands = parser.add_subparsers(required=True, metavar='COMMAND')

    def add(name: str, function: Callable[[argparse.Namespace], Any],
            text: str) -> argparse.ArgumentParser:
        found = commands.add_parser(name, help=text, description=text)
        found.set_defaults(command=function)
        return found

    _add_up_options(add('up', _up, 'Start a new cloud.'))
    add('status', _status,
        'Show what runs. The exit status is 1 if something does not.')
    add('down', _down, 'Stop the cloud, and whatever a killed run has left.')
    logs = add('logs', _logs, 'Show the end of the logs.')
    logs.add_argument('names', nargs='*', metavar='SERVICE')
    logs.add_argument('-n', '--lines', type=argument_types.integer(0),
                      default=20,
                      help='lines of each (%(default)s)')
    logs.add_argument('-f', '--follow', action='store_true',
                      help='go on with what is written')
    add('openrc', _openrc, "Print lines that set OpenStack's variables.")
    faults_command.add_faults(add(
        'faults', faults_command.faults,
        'Try faults, and measure when nova is right again. The exit status '
        'is 1 if it is late or wrong.'))
    faults_command.add_conductors(add(
        'conductors', faults_command.storms,
        'Measure a storm of events with several numbers of '
        "nova-conductor's workers."))
    for name, function, text in (
            ('start', _start, 'Start services of the cloud again.'),
            ('stop', _stop, 'Stop services of the cloud.')):
        add(name, function, text).add_argument(
            'names', nargs='+', metavar='SERVICE')
    return parser


def _add_up_options(parser: argparse.ArgumentParser) -> None:
    defaults = settings_mod.Settings('')
    for name, kind, text in (
            ('first_port', argument_types.integer(1024, 65000),
             'first of the ports, which follow each other'),
            ('computes', argument_types.integer(1, settings_mod.MAX_COMPUTES),
             'number of nova-compute processes, each with a simulator'),
            ('conductors', argument_types.integer(1, 64),
             "number of nova-conductor's workers"),
            ('lpars', argument_types.integer(0, 10000),
             'servers that are booted at the end, each an LPAR'),
            ('delay', argument_types.seconds(0, 300),
             '[powervm] event_delay, seconds')):
        parser.add_argument(
            '--' + name.replace('_', '-'), type=kind,
            default=getattr(defaults, name), metavar='N',
            help='%s (%%(default)s)' % text)
    parser.add_argument(
        '--backend', choices=('threading', 'eventlet'),
        default=defaults.backend,
        help="nova-compute's concurrency backend (%(default)s)")
    parser.add_argument(
        '--bare', action='store_true',
        help='servers have no disks and network adapters')
    parser.add_argument(
        '--notifications', action='store_true',
        help='nova sends versioned notifications; somebody should read them')


if __name__ == '__main__':
    sys.exit(main())
