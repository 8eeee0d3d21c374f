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

"""The command nova-powervm-events."""

import argparse
from collections.abc import Callable
import os
import sys

from nova_powervm.events_report import formats
from nova_powervm.events_report import plot
from nova_powervm.events_report import progress
from nova_powervm.events_report import results
from nova_powervm.events_report import selection
from nova_powervm.events_report import sources
from nova_powervm.events_report import summary
from nova_powervm.events_report import text

EXIT_NOTHING = 1
EXIT_FAILURE = 2

_PICTURES = ('.svg', '.png')


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    :param argv: its arguments, without its name.
    :returns: the exit status: 0, 1 if the logs have no line of the event
        module, or 2 if a file could not be read or written.
    """
    args = _parser().parse_args(argv)
    found = summary.Summary(
        selection.Selection(args.since, args.until, frozenset(args.host)),
        args.format)
    logs = [sources.source(name) for name in args.file or [sources.STDIN]]
    with progress.bar(sum(sources.size(log.path) for log in logs)) as update:
        for log in logs:
            found.read(log, update)
    for problem in found.unreadable:
        _complain(problem)
    status = EXIT_FAILURE if found.unreadable else 0
    if not found.lines.used:
        _complain(_nothing(found.lines))
        return status or EXIT_NOTHING
    return max(status, _write(found, args))


def _write(found: summary.Summary, args: argparse.Namespace) -> int:
    """Write the report, and draw its picture if that is wanted."""
    data = results.results(found)
    try:
        print(args.form(data), flush=True)
    except BrokenPipeError:
        # Whoever reads it has seen enough; nothing is left to be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if args.plot is not None:
        try:
            plot.plot(found, args.plot)
        except plot.CannotPlot as error:
            _complain(str(error))
            return EXIT_FAILURE
    return 0


def _nothing(lines: summary.Lines) -> str:
    """Say what was looked for and not found."""
    said = ('found no line of the loggers nova_powervm.virt.powervm.event and '
            'nova_powervm.virt.powervm.lifecycle.* that counts among {:,} '
            'lines'.format(lines.read))
    why = [meaning.format(count) for count, meaning in (
        (lines.unselected, '{:,} are of other hosts or times'),
        (lines.unformatted, '{:,} are in a format that is not known'),
        (lines.unknown, '{:,} are cut, or of another release of the module'))
        if count]
    return said + (': ' + ', '.join(why) if why else '')


def _complain(problem: str) -> None:
    print('nova-powervm-events: %s.' % problem.rstrip('.'), file=sys.stderr)


def _moment(value: str) -> float:
    try:
        return selection.moment(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "%r is no time: it is 'YYYY-MM-DD', 'YYYY-MM-DD HH:MM' or "
            "'YYYY-MM-DD HH:MM:SS'" % value) from None


def _picture(value: str) -> str:
    if not value.endswith(_PICTURES):
        raise argparse.ArgumentTypeError(
            '%r names no picture: it ends in %s' % (
                value, ' or '.join(_PICTURES)))
    return value


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='nova-powervm-events',
        description="Says what nova-compute's logs tell of PowerVM events.")
    report = parser.add_subparsers(
        required=True, metavar='COMMAND').add_parser(
            'report', help='which calls were made, how often, how slow',
            description='Reads logs of nova-compute and says which calls the '
            'PowerVM event handler made, how often and how slow they were, '
            'and what came of them.',
            epilog='The exit status is 1 if nothing was found, and 2 if a '
            'file could not be read or written.')
    report.add_argument(
        'file', nargs='*', metavar='[HOST=]FILE',
        help='a log, perhaps compressed by gzip; - or none for standard '
             'input. Without HOST the file stands for its host, unless the '
             'lines have one')
    report.add_argument(
        '--since', type=_moment, metavar='TIME',
        help="first time that counts, in the log's time zone: 'YYYY-MM-DD "
             "HH:MM:SS', without seconds or as a date")
    report.add_argument('--until', type=_moment, metavar='TIME',
                        help='time from which on nothing counts')
    report.add_argument(
        '--host', action='append', default=[], metavar='HOST',
        help='only this host; may be given several times')
    report.add_argument(
        '--format', choices=tuple(formats.FORMATS), default='detect',
        help='format of the lines (%(default)s)')
    forms: dict[str, Callable[..., str]] = {
        '--json': results.as_json, '--csv': results.as_csv}
    group = report.add_mutually_exclusive_group()
    for option, form in forms.items():
        group.add_argument(
            option, dest='form', action='store_const', const=form,
            default=text.report,
            help='write all figures as %s' % option[2:].upper())
    report.add_argument(
        '--plot', type=_picture, metavar='FILE',
        help='also draw a timeline, as SVG or PNG')
    return parser


if __name__ == '__main__':
    sys.exit(main())
