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


"""A run of chaos: carries out what a plan says."""

import collections
import contextlib
import time

from nova.compute import vm_states

from nova_powervm.testing import waiting
from nova_powervm.tests.endurance import plan as plan_mod
from nova_powervm.virt.powervm import vm

# An attempt is made once a minute after a long outage, and a read may be
# waiting for an answer that does not come.
_CONVERGE_SECONDS = 150.0


class Run:
    """Carries out a plan; its methods are the plan's steps.

    :ivar counts: how many steps of each kind were taken.
    :ivar module_threads: the most threads that the module had.

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
        """Add the LPARs and start the driver.

        nova lets every second server be, whatever its LPAR does.
        """
        lpars = self._plan.lpars
        self._steer('add_lpars', len(lpars), uuids=lpars)
        self._subject.call('add', lpars=lpars[::2])
        self._subject.call('add', lpars=lpars[1::2],
                           vm_state=vm_states.RESCUED)
        self._subject.call('start')

    def chaos(self, seconds):
        """Carry out a round, each step at its time or as soon as possible.

        Then let everything work, and every LPAR be in a state for nova.
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
        self.nova(plan_mod.NO_FAULTS)
        self.task(self._plan.lpars, None)
        self._steer('set_state', [
            lpar['uuid'] for lpar in self._steer('lpars')
            if lpar['state'] in plan_mod.PASSING], 'running')

    def _take(self, step):
        getattr(self, step.what)(*step.args)
        self.counts[step.what] += 1

    def converge(self):
        """Wait until nova and NovaLink agree.

        :returns: the differences left, the last report, and the seconds.
        """
        begin = time.monotonic()
        report, different = {}, []

        def agree():
            nonlocal report, different
            report = self._sample()
            different = self._subject.differences(report)
            return not different

        with contextlib.suppress(waiting.TimedOut):
            waiting.wait_until(agree, 'agreement', timeout=_CONVERGE_SECONDS,
                               pause=lambda: time.sleep(0.2))
        return different, report, time.monotonic() - begin

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
                           power=vm.info_of(state).state)
        self._steer('add_lpars', 1, uuids=[lpar], state=state)

    def delete(self, lpar):
        self._steer('delete_lpars', [lpar])
        self._subject.call('remove', lpars=[lpar])

    def task(self, lpars, task):
        self._subject.call('task', lpars=lpars, task=task)

    def operate(self, lpars, operation):
        self._subject.call('operate', lpars=lpars, operation=operation)

    def nova(self, faults):
        self._subject.call('faults', **faults)

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
