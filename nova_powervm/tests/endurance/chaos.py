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


"""A chaos run: everything fails at random, then nothing, and nova knows.

That is a round; a run has many, since a later change hides that an earlier
one was missed. ``python -m nova_powervm.tests.endurance.chaos`` exits with 1
if nova and NovaLink still differ a while after the end of a round.
"""

import argparse
import concurrent.futures
import sys

from nova_powervm.testing import backends
from nova_powervm.tests.endurance import plan as plan_mod
from nova_powervm.tests.endurance import run as run_mod
from nova_powervm.tests.endurance import subject as subject_mod

# Not event_state_ttl: comparisons at its end find what was missed, too, but
# only of LPARs that sent an event.
_OPTIONS = {'event_delay': 0.5, 'event_max_delay': 3.0,
            'rest_connect_tries': 1}
_THREADS = 5
_MOST_FAILURES = 20


def run(backend, options):
    """Make one run.

    :returns: the lines that say what happened, and whether it went well.
    """
    plan = plan_mod.Plan(options.seed, options.lpars)
    rounds = max(1, round(options.seconds / options.round))
    converged = []
    failures = []
    log = options.log and f'{options.log}.{backend}'
    with subject_mod.Subject(backend, options.seed, log,
                             **_OPTIONS) as subject:
        the_run = run_mod.Run(subject, plan)
        the_run.start()
        for number in range(rounds):
            the_run.chaos(options.seconds / rounds)
            different, report, seconds = the_run.converge()
            converged.append(seconds)
            failures += [f'round {number}: {each}' for each in different
                         if each.instance not in report['left_to_nova']]
        faults = subject.control.faults()
        subject.sample()
        subject.call('stop')
    failures += [f'two events at once for {uuid}'
                 for uuid in report['overlaps']]
    if the_run.module_threads > _THREADS:
        failures.append('too many threads')
    left = [each for each in different
            if each.instance in report['left_to_nova']]
    lines = _lines(backend, options, the_run, faults, report, converged, left)
    lines += _memory(subject, the_run)
    lines += [f'  FAILED: {failure}' for failure in failures[:_MOST_FAILURES]]
    lines.append('  result                    '
                 + ('failed' if failures else 'passed'))
    return lines, not failures


def _lines(backend, options, the_run, faults, report, converged, left):
    """Return the lines about what was done and what the module did."""
    return [
        'chaos: backend=%s seed=%d seconds=%g lpars=%d' % (
            backend, options.seed, options.seconds, options.lpars),
        f'  servers at the end        {len(report["servers"])}',
        '  steps                     ' + _counted(the_run.counts),
        '  faults injected',
        *(f'    {kind:<24}' + _counted(counts)
          for kind, counts in sorted(faults.items())),
        '    nova                    ' + _counted({
            'calls failed': report['calls_failed'],
            'stops lost': report['stops_lost']}),
        '  the module                ' + _counted(
            {name: round(value, 1) for name, value
             in report['statistics'].items() if value}),
        '  rounds                    %d; seconds until nova knew: %s' % (
            len(converged), ', '.join('%.1f' % each for each in converged)),
        '  given up with a warning   %d, of which differ at the end %d' % (
            len(report['left_to_nova']), len(left)),
        '  warnings',
        *(f'    {count:>6} {line[:68]}'
          for line, count in sorted(report['warnings'].items()))]


def _memory(subject, the_run):
    return [
        f'  peak memory               {subject.peak_rss_mib:.1f} MiB',
        '  peak threads              %d of the process, %d of the module' % (
            subject.peak_threads, the_run.module_threads)]


def _counted(counts):
    return ', '.join(f'{name} {count}'
                     for name, count in sorted(counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seconds', type=float, default=600,
                        help='seconds of chaos (%(default)s)')
    parser.add_argument('--round', type=float, default=30,
                        help='seconds of chaos in a round (%(default)s)')
    parser.add_argument('--seed', type=int, default=1,
                        help='the same seed makes the same changes and '
                        'faults (%(default)s)')
    parser.add_argument('--backend', default='both',
                        choices=(*backends.BACKENDS, 'both'),
                        help='both run at the same time (%(default)s)')
    parser.add_argument('--lpars', type=int, default=100,
                        help='LPARs at the beginning (%(default)s)')
    parser.add_argument('--log', help='file for the logs; the name of the '
                        'backend is added')
    options = parser.parse_args()
    chosen = (backends.BACKENDS if options.backend == 'both'
              else (options.backend,))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(run, backend, options) for backend in chosen]
        passed = True
        for each in runs:
            lines, well = each.result()
            print('\n'.join(lines), flush=True)
            passed = passed and well
    return 0 if passed else 1


if __name__ == '__main__':
    sys.exit(main())
