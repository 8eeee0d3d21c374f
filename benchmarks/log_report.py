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

"""Times nova-powervm-events over a log of a million lines.

The log is made here: lines of the event module, as it logs them, among those
of other services. The command runs as a process of its own, and its CPU time
and greatest memory are measured.
"""

import argparse
from collections.abc import Iterator
from collections.abc import Sequence
import gzip
import json
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import time

if __package__ in (None, ''):
    # Run as a file: its own folder is on the path instead of the root.
    sys.path[0] = str(pathlib.Path(__file__).parents[1])

from nova_powervm.testing import processes
from nova_powervm.virt.powervm.lifecycle import histogram
from nova_powervm.virt.powervm.lifecycle import messages

# What a million lines may take.
SECONDS = 10.0
MEGABYTES = 200.0

_START = 1796000000
_OTHER = ('nova.compute.resource_tracker [None req-{request} - - - - -] '
          'Final resource view: name=cmp1 phys_ram=1048576MB used_ram=512MB')
_PREFIX = 'nova_powervm.virt.powervm.lifecycle.'
_SUFFIX = ' apply /usr/lib/python3/site-packages/nova_powervm/virt/apply.py:98'


def lines(count: int, share: float, lpars: int = 1000) -> Iterator[str]:
    """Yield the lines of a log.

    :param share: of the module's own lines, 0 to 1. A twentieth of these are
        lines of batches, as many are of events told to nova.
    """
    chance = random.Random(7)
    batch = 0
    for number in range(count):
        stamp = time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(
            _START + number // 20))
        head = '%s.%03d 4242 ' % (stamp, number % 20 * 50)
        lpar = '%08X-0000-4000-8000-0123456789AB' % chance.randrange(lpars)
        ours = chance.random()
        if ours >= share:
            yield head + 'DEBUG ' + _OTHER.format(request=lpar)
        elif ours < share * 0.05:
            batch += 1
            yield (head + 'INFO ' + _PREFIX + 'accounts [-] '
                   + messages.BATCH.text % _batch(batch, chance))
        elif ours < share * 0.1:
            yield (head + 'INFO ' + _PREFIX + 'apply [-] [instance: %s] '
                   % lpar.lower() + messages.EMITTING.text % {
                       'lpar': lpar, 'state': 'not activated',
                       'event': 'Stopped'})
        else:
            yield (head + 'DEBUG ' + _PREFIX + 'apply [-] [instance: %s] '
                   % lpar.lower() + messages.DECIDED.text % {
                       'lpar': lpar, 'state': 'running',
                       'outcome': 'NO_CHANGE'} + _SUFFIX)


def _batch(number: int, chance: random.Random) -> dict[str, object]:
    """Return the fields of the line of a batch."""
    times = {name: histogram.Histogram() for name in ('rest', 'lookup')}
    for one in times.values():
        one.add(chance.lognormvariate(-4, 1))
    return {
        'batch': number, 'events': 240, 'lpars': 20, 'rest_reads': 1,
        'rest_failed': 0, 'rest_ms': 18, 'lookups': 1, 'lookups_failed': 0,
        'lookup_ms': 18, 'outcomes': 'emit=1 no_change=19',
        'oldest_wait_ms': 16500, 'late_ms': 2, 'over': 'nothing',
        'times': histogram.pack(times)}


def measure(path: pathlib.Path) -> dict[str, float]:
    """Run the command over a log.

    :returns: seconds, seconds of CPU, and the greatest memory, MB.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        processes.python('nova_powervm.events_report', 'report', '--json',
                         str(path)),
        stdout=subprocess.PIPE, check=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        'seconds': seconds,
        'cpu_seconds': (after.ru_utime + after.ru_stime
                        - before.ru_utime - before.ru_stime),
        # Of the children it is the greatest; there is no other so far.
        'megabytes': after.ru_maxrss / 1024,
        'used': json.loads(done.stdout)['lines']['used']}


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description='Times nova-powervm-events over a log of many lines.',
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--lines', type=int, default=1_000_000)
    parser.add_argument('--share', type=float, default=0.4,
                        help="share of the event module's own lines")
    parser.add_argument('--gzip', action='store_true',
                        help='compress the log')
    parser.add_argument('--check', action='store_true',
                        help='exit with status 1 if it takes too much CPU '
                        'time or memory')
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    with tempfile.TemporaryDirectory(prefix='log-report-') as folder:
        path = pathlib.Path(folder) / 'nova-compute.log'
        with (gzip.open(path, 'wt', 1) if options.gzip
              else open(path, 'w')) as log:
            for line in lines(options.lines, options.share):
                log.write(line + '\n')
        megabytes = path.stat().st_size / 1e6
        found = measure(path)
    print('%d lines (%.0f MB), %d of the event module: %.1f s, CPU %.1f s, '
          'at most %.0f MB of memory' % (
              options.lines, megabytes, found['used'], found['seconds'],
              found['cpu_seconds'], found['megabytes']))
    return int(options.check and (
        found['cpu_seconds'] > SECONDS * options.lines / 1e6
        or found['megabytes'] > MEGABYTES))


if __name__ == '__main__':
    sys.exit(main())
