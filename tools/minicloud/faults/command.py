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

"""The commands ``faults`` and ``conductors``."""

import argparse
from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import datetime
import os
import pathlib
from typing import Any

from oslo_serialization import jsonutils

from nova_powervm.testing import argument_types
from tools.minicloud import cloud as cloud_mod
from tools.minicloud.faults import catalog
from tools.minicloud.faults import conductors
from tools.minicloud.faults import measuring
from tools.minicloud.faults import report
from tools.minicloud.faults import stage as stage_mod

EXIT_PROBLEMS = 1

_IDLE_SECONDS = 30.0


def add_faults(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``faults``."""
    parser.add_argument(
        'names', nargs='*', metavar='NAME', type=_fault,
        help='faults to try, all unless given: %s' % ', '.join(
            catalog.FAULTS))
    _add_common(parser, 40)


def add_conductors(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``conductors``."""
    parser.add_argument(
        '--workers', type=_numbers_of_workers, default='1,2,4', metavar='N,N',
        help="numbers of nova-conductor's workers (%(default)s)")
    _add_common(parser, 200)


def faults(args: argparse.Namespace) -> int:
    """Try faults; print and write what they did to the cloud.

    :returns: 0, or 1 if nova was late or wrong, or the driver raised.
    :raises tools.minicloud.processes.CloudError: if the cloud is not up, or
        its servers cannot be brought to run.
    """
    with _explained():
        return _faults(args)


def _faults(args: argparse.Namespace) -> int:
    stage = stage_mod.Stage(cloud_mod.Cloud.open(args.directory))
    chosen = args.names or list(catalog.FAULTS.values())
    _say('Having %d servers run.' % args.servers)
    stage.choose(args.servers)
    _say('Watching the cloud idle for %d s.' % _IDLE_SECONDS)
    idle = measuring.idle(stage, _IDLE_SECONDS)
    rows = []
    for fault in chosen:
        _say('%s: %s.' % (fault.name, fault.summary))
        rows.append(measuring.measure(stage, fault, idle))
        _tell(rows[-1])
        # Each time, so that nothing is lost if a later one is interrupted.
        _write(args, lambda: report.rst_table(rows, _caption(
            'faults', args, [fault.name for fault in args.names])),
            lambda: report.as_dict(rows, idle))
    print(report.table(rows))
    print(report.legend(idle))
    problems = [problem for row in rows for problem in row.problems]
    for problem in problems:
        print(problem)
    return EXIT_PROBLEMS if problems else 0


def storms(args: argparse.Namespace) -> int:
    """Measure storms with several numbers of nova-conductor's workers.

    :returns: 0, or 1 if nova was not right in the end.
    :raises tools.minicloud.processes.CloudError: as for :func:`faults`.
    """
    with _explained():
        return _storms(args)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Let the user know in a sentence what the cloud does not do."""
    try:
        yield
    except stage_mod.NO_ANSWER as error:
        raise stage_mod.StageError('The cloud does not answer: %s: %s' % (
            type(error).__name__, error)) from error


def _storms(args: argparse.Namespace) -> int:
    stage = stage_mod.Stage(cloud_mod.Cloud.open(args.directory))
    _say('Having %d servers run.' % args.servers)
    stage.choose(args.servers)
    found = []
    before = stage.cloud.settings.conductors
    with contextlib.ExitStack() as undo:
        undo.callback(conductors.set_workers, stage.cloud, before)
        listener = undo.enter_context(conductors.measured_computes(stage))
        _say('Watching the cloud idle for %d s.' % _IDLE_SECONDS)
        idle = measuring.idle(stage, _IDLE_SECONDS)
        for workers in args.workers:
            _say('All LPARs go off; workers: %d.' % workers)
            found.append(conductors.measure(stage, listener, workers, idle))
            _say(report.storm_table(found[-1:]))
    print(report.storm_table(found))
    _write(args, lambda: report.rst_storm_table(found, _caption(
        'conductors', args, ['--workers', ','.join(
            map(str, args.workers))])),
        lambda: report.storms_as_dict(found, idle))
    return EXIT_PROBLEMS if any(
        storm.seconds is None for storm in found) else 0


def _add_common(parser: argparse.ArgumentParser, servers: int) -> None:
    parser.add_argument(
        '--servers', type=argument_types.integer(4), default=servers,
        metavar='N',
        help='servers that it is about; those that the cloud lacks are '
             'booted (%(default)s)')
    parser.add_argument('--rst', type=pathlib.Path, metavar='FILE',
                        help='write the table as reStructuredText')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE',
                        help='write everything that was measured')


def _fault(name: str) -> catalog.Fault:
    try:
        return catalog.FAULTS[name]
    except KeyError:
        raise argparse.ArgumentTypeError(
            'there is no fault %r; there are %s' % (
                name, ', '.join(catalog.FAULTS))) from None


def _numbers_of_workers(text: str) -> list[int]:
    return list(map(argument_types.integer(1, 64), text.split(',')))


def _tell(row: measuring.Row) -> None:
    _say('  equal after %s' % (
        'no time' if row.seconds is None else '%.0f s' % row.seconds))
    for note in row.notes:
        _say('  %s' % note)
    for server in row.healed:
        _say('  reset, as nova had left it: server %s' % server)


def _write(args: argparse.Namespace, rst: Callable[[], str],
           data: Callable[[], dict[str, Any]]) -> None:
    if args.rst:
        args.rst.write_text(rst())
    if args.json:
        args.json.write_text(jsonutils.dumps({
            'date': _now().isoformat(), **data()}, indent=1) + '\n')


def _caption(command: str, args: argparse.Namespace, words: list[str]
             ) -> str:
    return report.caption(
        ' '.join([command, *words, '--servers %d' % args.servers]),
        os.cpu_count() or 1, _now().date())


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


def _say(line: str) -> None:
    print(line, flush=True)
