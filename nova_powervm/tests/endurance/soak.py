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


"""A soak: LPARs come, change and go for a long time, and nothing grows.

``python -m nova_powervm.tests.endurance.soak`` samples the process under
test, draws what it found, and exits with 1 if something grows after the
warm-up.

The criterion: between the first and the last third of the time after the
warm-up (a third of the whole) the median of the resident memory grows by less
than 2 per cent; there are never more threads than after the warm-up; the
module never keeps or schedules more LPARs than there are; and nothing is left
when all LPARs are gone.
"""

import argparse
import contextlib
import csv
import dataclasses
import random
import statistics
import sys
import time

from nova_powervm.testing import backends
from nova_powervm.testing import internals
from nova_powervm.testing import waiting
from nova_powervm.tests.endurance import picture
from nova_powervm.tests.endurance import subject as subject_mod

_OPTIONS = {'event_delay': 0.5, 'event_max_delay': 3.0, 'event_state_ttl': 20}
_GROWTH = 0.02

# What can be wrong.
MEMORY = 'memory grows'
THREADS = 'threads grow'
ENTRIES = 'more is kept than there are LPARs'
LEFTOVERS = 'something is left of deleted LPARs'

# An event that arrived just before its LPAR was deleted, and the next expiry.
_EMPTY_SECONDS = 60.0


@dataclasses.dataclass
class Sample:
    """What is at one moment; memory in MiB."""

    seconds: float
    rss_mib: float
    threads: int
    module_threads: int
    agreed: int
    scheduled: int
    lpars: int
    events: int


class Soak:
    """Churns and samples.

    :param subject: the processes.
    :param options: of the command line.
    """

    def __init__(self, subject, options):
        self._subject = subject
        self._control = subject.control
        self._options = options
        self._chance = random.Random(options.seed)
        self._begin = time.monotonic()
        self.lpars = []
        self.samples = []
        self.made = 0

    def run(self):
        """Churn for the time given, then delete all LPARs.

        :returns: the last sample, after everything had time to go.
        """
        self._make(self._options.lpars)
        self._subject.call('start')
        end = self._begin + self._options.seconds
        tick = 0
        while time.monotonic() < end:
            self._churn()
            tick += 1
            if tick % 4 == 0:
                self.samples.append(self._sample())
            time.sleep(0.25)
        self._remove(list(self.lpars))
        last = self._sample()

        def empty():
            nonlocal last
            last = self._sample()
            return not last.agreed + last.scheduled

        with contextlib.suppress(waiting.TimedOut):
            waiting.wait_until(empty, 'nothing left', timeout=_EMPTY_SECONDS,
                               pause=lambda: time.sleep(0.5))
        return last

    def _churn(self):
        self._make(self._options.churn)
        self._remove(self._chance.sample(self.lpars, self._options.churn))
        some = self._chance.sample(self.lpars, min(10, len(self.lpars)))
        self._control.power(some[:3], 'on')
        self._control.power(some[3:6], 'off')
        self._control.set_state(
            some[6:], self._chance.choice(('running', 'not activated')), 3)

    def _make(self, number):
        made = self._control.add_lpars(number)
        self._subject.call('add', lpars=made)
        self.lpars += made
        self.made += number

    def _remove(self, lpars):
        self._control.delete_lpars(lpars)
        self._subject.call('remove', lpars=lpars)
        for lpar in lpars:
            self.lpars.remove(lpar)

    def _sample(self):
        rss, threads = self._subject.sample()
        found = self._subject.call('report')['statistics']
        return Sample(
            time.monotonic() - self._begin, rss, threads, found['threads'],
            found[internals.AGREED], found['scheduled'], len(self.lpars),
            found['events'])


def judge(samples, last, lpars):
    """Compare samples with the criterion.

    :param last: sample taken after all LPARs were deleted.
    :param lpars: most LPARs that there were at a time.
    :returns: what was found, and what is wrong.
    """
    steady = samples[len(samples) // 3:]
    third = len(steady) // 3
    before, after = (statistics.median(sample.rss_mib for sample in part)
                     for part in (steady[:third], steady[-third:]))
    growth = after / before - 1
    threads = max(sample.threads for sample in steady[:third])
    most = {name: max(getattr(sample, name) for sample in steady)
            for name in ('threads', 'module_threads', 'agreed', 'scheduled')}
    lines = [
        '  memory                    %.1f MiB, in the end %.1f: %+.1f%%' % (
            before, after, 100 * growth),
        '  threads                   %d, at most %d; of the module %d' % (
            threads, most['threads'], most['module_threads']),
        '  agreed, scheduled         at most %d, %d of %d LPARs' % (
            most['agreed'], most['scheduled'], lpars),
        f'  without LPARs             {last.agreed}, {last.scheduled}']
    wrong = []
    if growth >= _GROWTH:
        wrong.append(MEMORY)
    if most['threads'] > threads:
        wrong.append(THREADS)
    # With the management partition, and those deleted a moment ago.
    if max(most['agreed'], most['scheduled']) > lpars + 1:
        wrong.append(ENTRIES)
    if last.agreed + last.scheduled:
        wrong.append(LEFTOVERS)
    return lines, wrong


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seconds', type=float, default=1800,
                        help='seconds of churn (%(default)s)')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--backend', default='threading',
                        choices=backends.BACKENDS)
    parser.add_argument('--lpars', type=int, default=200,
                        help='LPARs at a time (%(default)s)')
    parser.add_argument('--churn', type=int, default=2,
                        help='LPARs made and deleted four times a second '
                        '(%(default)s)')
    parser.add_argument('--picture', default='soak.svg',
                        help='file to draw, SVG or PNG (%(default)s)')
    parser.add_argument('--samples', help='file for the samples, CSV')
    return parser.parse_args()


def main():
    options = parse()
    with subject_mod.Subject(options.backend, options.seed,
                             **_OPTIONS) as subject:
        soak = Soak(subject, options)
        last = soak.run()
        subject.call('stop')
    if options.samples:
        with open(options.samples, 'w', newline='') as f:
            writer = csv.writer(f)
            writer.writerow(vars(last))
            writer.writerows(vars(sample).values()
                             for sample in soak.samples)
    title = (f'soak: backend={options.backend} seed={options.seed} '
             f'seconds={options.seconds:g}')
    picture.draw(soak.samples, options.picture, title)
    lines, wrong = judge(soak.samples, last,
                         options.lpars + options.churn)
    print(title)
    print(f'  LPARs                     {options.lpars} at a time, '
          f'{soak.made} in all')
    print(f'  events                    {last.events:.0f}')
    print('\n'.join(lines))
    for each in wrong:
        print(f'  FAILED: {each}')
    print('  result                    ' + ('failed' if wrong else 'passed'))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
