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

"""Times what osprofiler's trace points add to a batch, off and on.

A batch here does nothing but come past its trace points: its own, one of a
read, one of a lookup, and for each event the way to another thread and one of
the event. The same without trace points is subtracted. With osprofiler on,
what it sends is thrown away; the services that take traces cost more.
"""

import argparse
from collections.abc import Callable
from collections.abc import Sequence
import json
import logging
import pathlib
import sys
import time
import types

if __package__ in (None, ''):
    # Run as a file: its own folder is on the path instead of the root.
    sys.path[0] = str(pathlib.Path(__file__).parents[1])

from nova_powervm.testing import tables
from nova_powervm.virt.powervm.lifecycle import traces

# Microseconds that a batch without events may take longer with tracing off.
OFF_MICROSECONDS = 10.0

_UUID = '0000002A-ABCD-4000-8000-0123456789AB'


def tracer(enabled: bool) -> traces.Tracer:
    """Return what traces batches of a nova that has osprofiler on or off."""
    return traces.Tracer(types.SimpleNamespace(
        profiler=types.SimpleNamespace(enabled=enabled, hmac_keys='key')),
        time.monotonic)


def traced(by: traces.Tracer, events: int) -> None:
    """Come past the trace points of a batch."""
    def emit() -> None:
        with traces.point('emit', instance=_UUID, lpar=_UUID,
                          state='not activated', event='Stopped'):
            pass

    with by.batch(requests=200):
        with traces.point('read', kind='rest_quick_all'):
            pass
        with traces.point('lookup', lpars=200):
            pass
        jobs = [traces.bind(emit) for _ in range(events)]
    for job in jobs:
        job()


def untraced(events: int) -> None:
    """Do the same without trace points."""
    def emit() -> None:
        pass

    jobs = [emit for _ in range(events)]
    for job in jobs:
        job()


def microseconds(work: Callable[[], None], repeat: int, rounds: int = 7
                 ) -> float:
    """Return what CPU time a call takes, in the best of some rounds.

    :param repeat: calls in a round.
    """
    best = float('inf')
    for _ in range(rounds):
        start = time.thread_time()
        for _ in range(repeat):
            work()
        best = min(best, time.thread_time() - start)
    return best / repeat * 1e6


def measure(events: int, repeat: int) -> dict[str, float]:
    """Return microseconds of a batch with some events.

    :returns: without trace points, and what they add; ``on`` is missing
        where osprofiler is.
    """
    without = microseconds(lambda: untraced(events), repeat)
    off = tracer(False)
    found = {'events': events, 'without': without, 'off': microseconds(
        lambda: traced(off, events), repeat) - without}
    if traces.profiler is not None:
        on = tracer(True)
        found['on'] = microseconds(
            lambda: traced(on, events), max(repeat // 100, 1)) - without
    return found


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Times what osprofiler's trace points add to a batch.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--events', type=int, nargs='+', default=[0, 5, 200],
                        help='lifecycle events that a batch leads to')
    parser.add_argument('--repeat', type=int, default=2000,
                        help='batches in a round')
    parser.add_argument('--check', action='store_true',
                        help='exit with status 1 if trace points that are off '
                        'take too long')
    parser.add_argument('--json', metavar='FILE', type=pathlib.Path,
                        help='write all figures to a file')
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    # nova logs at INFO, unless told otherwise.
    logging.getLogger('nova_powervm').setLevel(logging.INFO)
    figures = [measure(events, options.repeat) for events in options.events]
    rows: list[tuple[str, ...]] = [
        ('events', 'without', 'off adds', 'on adds')]
    rows += [('%d' % found['events'], *(
        '%.2f us' % found[name] if name in found else 'no osprofiler'
        for name in ('without', 'off', 'on'))) for found in figures]
    print(tables.table(rows, rules=(1,)))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2))
    # Each event may take as much as the rest of a batch.
    return int(options.check and any(
        found['off'] > OFF_MICROSECONDS * (1 + found['events'])
        for found in figures))


if __name__ == '__main__':
    sys.exit(main())
