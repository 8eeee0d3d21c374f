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

"""The command nova-powervm-sim."""

import argparse
import asyncio
import dataclasses
import errno
import logging
import os
import sys

from nova_powervm.sim.ctl import command as ctl
from nova_powervm.sim.ctl import values
from nova_powervm.sim import settings
from nova_powervm.testing import argument_types

DEFAULT_PORT = 12080


def main(argv: list[str] | None = None) -> int:
    """Run the simulator until a signal stops it; after ``ctl``, control it.

    :returns: the exit status: 0, or 1 if the simulator did not start or could
        not keep its state; see :mod:`.ctl.command` for ``ctl``.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if arguments[:1] == ['ctl']:
        return ctl.main(arguments[1:], DEFAULT_PORT)
    parser = _parser()
    args = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if args.debug else logging.WARNING,
        format='%(asctime)s %(levelname)s %(name)s %(message)s')
    changes = {name: value for name, value in vars(args).items()
               if name in _setting_names() and value is not None}
    try:
        config = settings.Settings(**changes)
    except ValueError as exc:
        parser.error(str(exc))
    try:
        # Imported here: at the top, a missing extra would be a traceback.
        from nova_powervm.sim import server
        from nova_powervm.sim import state_file
    except ImportError as exc:
        if exc.name != 'aiohttp':
            raise
        print('nova-powervm-sim: aiohttp is not installed; install '
              'nova-powervm[sim].', file=sys.stderr)
        return 1
    try:
        listener = server.listen(args.port)
    except OSError as exc:
        reason = os.strerror(exc.errno or errno.EIO)
        print(f'nova-powervm-sim: cannot listen on {server.ADDRESS}:'
              f'{args.port}: {reason}.', file=sys.stderr)
        return 1
    beginning = server.Beginning(
        args.memory_mb, args.proc_units, args.vios, args.volume_groups,
        args.lpars, args.state and state_file.StateFile(args.state))
    try:
        asyncio.run(server.serve(
            listener, config, beginning, args.until_eof,
            lambda url: print(f'listening on {url}', flush=True)))
    except state_file.StateError as exc:
        print(f'nova-powervm-sim: {exc}.', file=sys.stderr)
        return 1
    return 0


def _setting_names() -> set[str]:
    return {field.name for field in dataclasses.fields(settings.Settings)}


def _volume_groups(text: str) -> dict[str, float]:
    found = {}
    for item in text.split(','):
        name, _, gb = item.partition('=')
        if not name or not (gb.isascii() and gb.isdecimal() and int(gb)):
            raise argparse.ArgumentTypeError(
                f'{text!r} is not a list like rootvg=100,data=1000')
        found[name] = float(gb)
    return found


def _parser() -> argparse.ArgumentParser:
    defaults = settings.Settings()
    parser = argparse.ArgumentParser(
        prog='nova-powervm-sim',
        description='Simulates the NovaLink REST service on 127.0.0.1.',
        epilog='%(prog)s ctl controls a simulator that runs; '
               '%(prog)s ctl --help says how.')
    parser.add_argument(
        '--port', type=values.port, default=DEFAULT_PORT,
        help='port to listen on; 0 chooses a free one (%(default)s)')
    parser.add_argument(
        '--lpars', type=argument_types.integer(), default=0,
        help='number of running LPARs at the start (%(default)s)')
    parser.add_argument(
        '--memory-mb', type=argument_types.integer(), default=16 * 1024 * 1024,
        help='installed memory of the host, MB (%(default)s)')
    parser.add_argument(
        '--proc-units', type=argument_types.integer(), default=1024,
        help='installed processors of the host (%(default)s)')
    parser.add_argument(
        '--vios', type=argument_types.integer(), default=1,
        help='number of Virtual I/O Servers (%(default)s)')
    parser.add_argument(
        '--volume-groups', type=_volume_groups,
        default='rootvg=100,data=10000',
        help='volume groups of each and their capacities, GB (%(default)s)')
    parser.add_argument(
        '--rmc', action='store_true',
        help='LPARs that clients create have RMC while they run, which lets '
             'adapters be added then')
    parser.add_argument(
        '--state', metavar='FILE',
        help='keep LPARs, Virtual I/O Servers, storage and networks in this '
             'file; if it exists, begin with what it has, whatever --lpars, '
             '--vios and --volume-groups say')
    parser.add_argument(
        '--until-eof', action='store_true',
        help='stop at the end of standard input as well: when the program '
             'that started it ends, even if it is killed')
    parser.add_argument(
        '--debug', action='store_true',
        help='log refused requests and more to standard error')
    for name, kind, text in (
            ('boot_seconds', float, 'duration of a boot, seconds'),
            ('boot_events', int, 'PartitionState events of a boot'),
            ('shutdown_seconds', float, 'duration of a shutdown, seconds'),
            ('shutdown_events', int, 'PartitionState events of a shutdown'),
            ('copy_seconds', float, 'duration of a copy of a disk, seconds'),
            ('poll_seconds', float, 'how long an event poll waits, seconds'),
            ('event_queue_size', int, 'events queued for each client'),
            ('latency_ms', float,
             'latency of each response except to event polls, ms')):
        parser.add_argument(
            '--' + name.replace('_', '-'), type=kind,
            help=f'{text} ({getattr(defaults, name)})')
    return parser


if __name__ == '__main__':
    sys.exit(main())
