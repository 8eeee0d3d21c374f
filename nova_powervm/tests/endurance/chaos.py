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


"""A chaos run: everything fails at random, then it is quiet, and nova knows.

That is a round; a run has many, since a later change hides that an earlier
one was missed. ``python -m nova_powervm.tests.endurance.chaos`` exits with 1
if at the end of one, after the services have worked again for a while, nova's
record of an LPAR is not NovaLink's.
"""

import argparse
import collections
import concurrent.futures
import sys
import time

from nova.compute import power_state

from nova_powervm.testing import backends
from nova_powervm.tests.endurance import plan as plan_mod
from nova_powervm.tests.endurance import subject as subject_mod
from nova_powervm.virt.powervm import vm

# Not event_state_ttl: the looks at its end find what was missed, too, but only
# of LPARs that sent an event.
_OPTIONS = {'event_delay': 0.5, 'event_max_delay': 3.0,
            'rest_connect_tries': 1}
# An attempt is made once a minute after a long outage, and a read may be
# waiting for an answer that does not come.
_CONVERGE_SECONDS = 150.0
_THREADS = 5


class Run:
    """Carries out a plan; its methods are the plan's steps.

    :param subject: the processes.
    :param plan: what happens.
    """

    def __init__(self, subject, plan):
        self._subject = subject
        self._steer = subject.steer
        self._plan = plan
        self.counts = collections.Counter()
        self.module_threads = 0

    def start(self):
        """Make the LPARs and start the driver."""
        lpars = self._plan.lpars
        self._steer('add_lpars', len(lpars), uuids=lpars)
        self._subject.call('add', lpars=lpars, power=power_state.RUNNING)
        self._subject.call('start')

    def chaos(self, seconds):
        """Carry out a round, each step at its time or as soon as it can be.

        Then have everything work, and every LPAR in a state for nova.
        """
        begin = sampled = time.monotonic()
        calm = False
        for step in self._plan.round(seconds):
            if step.at > seconds and not calm:
                self._calm()
                calm = True
            time.sleep(max(0.0, begin + step.at - time.monotonic()))
            self._take(step)
            if time.monotonic() - sampled > 1:
                sampled = time.monotonic()
                self._sample()
        if not calm:
            self._calm()

    def _calm(self):
        self._steer('clear_faults')
        self._steer('configure', latency_ms=0, quick_all=True)
        self.conductor(0, 0)
        self.task(self._plan.lpars, None)
        self._steer('set_state', [
            lpar['uuid'] for lpar in self._steer('lpars')
            if lpar['state'] in plan_mod.PASSING], 'running')

    def _take(self, step):
        getattr(self, step.what)(*step.args)
        self.counts[step.what] += 1

    def converge(self):
        """Wait until nova's record is NovaLink's.

        :returns: the differences left, the last report, and the seconds.
        """
        begin = time.monotonic()
        while True:
            report = self._sample()
            different = self._subject.differences(report)
            seconds = time.monotonic() - begin
            if not different or seconds > _CONVERGE_SECONDS:
                return different, report, seconds
            time.sleep(0.2)

    def _sample(self):
        self._subject.sample()
        report = self._subject.call('report')
        self.module_threads = max(self.module_threads,
                                  report['statistics']['threads'])
        return report

    # Steps

    def power(self, lpars, operation):
        self._steer('power', lpars, operation)

    def state(self, lpars, state, events):
        known = {lpar['uuid'] for lpar in self._steer('lpars')}
        self._steer('set_state', [lpar for lpar in lpars if lpar in known],
                    state, events)

    def storm(self, lpars, events):
        self._steer('storm', lpars, events=events)

    def tell_again(self):
        self._steer('storm', events=1)

    def create(self, lpar, state):
        # As nova does: the record is there first.
        self._subject.call('add', lpars=[lpar],
                           power=vm.POWERVM_TO_NOVA_STATE[state])
        self._steer('add_lpars', 1, uuids=[lpar], state=state)

    def delete(self, lpar):
        self._steer('delete_lpars', [lpar])
        self._subject.call('remove', lpars=[lpar])

    def task(self, lpars, task):
        self._subject.call('task', lpars=lpars, task=task)

    def conductor(self, failing, slow):
        self._subject.call('conductor', failing=failing, slow=slow)

    def fault(self, kind, fault, seconds, probability):
        self._steer('inject_fault', kind, fault, seconds=seconds,
                    probability=probability)

    def latency(self, milliseconds):
        self._steer('configure', latency_ms=milliseconds)

    def quick_all(self, offered):
        self._steer('configure', quick_all=offered)

    def refuse(self, seconds):
        self._steer('refuse', seconds)

    def restart(self, seconds, new_client):
        self._steer('restart', seconds, new_client=new_client)

    def cache_cleared(self, events):
        self._steer('send_events', [{'type': 'CACHE_CLEARED'}] * events)


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
        the_run = Run(subject, plan)
        the_run.start()
        for number in range(rounds):
            the_run.chaos(options.seconds / rounds)
            different, report, seconds = the_run.converge()
            converged.append(seconds)
            left = {lpar for lpar, (uuid, _) in different.items()
                    if uuid in report['left_to_nova']}
            failures += [f'round {number}: LPAR {lpar} is {state}'
                         for lpar, (_, state) in different.items()
                         if lpar not in left]
        faults = subject.control.faults()
        subject.sample()
        subject.call('stop')
    failures += report['violations']
    if the_run.module_threads > _THREADS:
        failures.append('too many threads')
    statistics = report['statistics']
    lines = [
        'chaos: backend=%s seed=%d seconds=%g lpars=%d' % (
            backend, options.seed, options.seconds, options.lpars),
        f'  LPARs at the end          {len(report["power"])}',
        '  steps                     ' + _counted(the_run.counts),
        '  faults injected']
    lines += [f'    {kind:<24}' + _counted(counts)
              for kind, counts in sorted(faults.items())]
    lines += [
        f'    conductor               failed {report["conductor_failed"]}',
        '  the module                ' + _counted(
            {name: round(value, 1) for name, value in statistics.items()
             if value}),
        '  rounds                    %d; seconds until nova knew: %s' % (
            rounds, ', '.join('%.1f' % seconds for seconds in converged)),
        '  instances that a warning  %d, of which differ at the end %d' % (
            len(report['left_to_nova']), len(left)),
        '    left to nova',
        f'  peak memory               {subject.peak_rss_mib:.1f} MiB',
        '  peak threads              %d of the process, %d of the module' % (
            subject.peak_threads, the_run.module_threads),
        '  warnings']
    lines += [f'    {count:>6} {line[:68]}'
              for line, count in sorted(report['warnings'].items())]
    lines += [f'  FAILED: {failure}' for failure in failures[:20]]
    lines.append('  result                    '
                 + ('failed' if failures else 'passed'))
    return lines, not failures


def _counted(counts):
    return ', '.join(f'{name} {count}'
                     for name, count in sorted(counts.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--seconds', type=float, default=600,
                        help='how long there is chaos (%(default)s)')
    parser.add_argument('--round', type=float, default=30,
                        help='for how long at a time (%(default)s)')
    parser.add_argument('--seed', type=int, default=1,
                        help='the same gives the same changes and faults '
                        '(%(default)s)')
    parser.add_argument('--backend', default='both',
                        choices=(*backends.BACKENDS, 'both'),
                        help='both run at the same time (%(default)s)')
    parser.add_argument('--lpars', type=int, default=100,
                        help='LPARs at the beginning (%(default)s)')
    parser.add_argument('--log', help='file for the logs; the name of the '
                        'backend is added')
    options = parser.parse_args()
    backends = (backends.BACKENDS if options.backend == 'both'
                else (options.backend,))
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = [pool.submit(run, backend, options) for backend in backends]
        passed = True
        for each in runs:
            lines, well = each.result()
            print('\n'.join(lines), flush=True)
            passed = passed and well
    return 0 if passed else 1


if __name__ == '__main__':
    sys.exit(main())
