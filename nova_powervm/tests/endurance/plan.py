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


"""What happens in a round of chaos, decided before it begins.

Random numbers alone make a plan, so a run can be repeated: which LPARs change
when and how, which faults there are when and for how long.
"""

import dataclasses
import random
import uuid

_STATES = ('running', 'running', 'not activated', 'not activated',
           'suspended', 'migrating running')
# States that mean nothing to nova, or pass.
PASSING = ('Unknown', 'shutting down', 'suspending', 'resuming',
           'hardware discovery', 'not available', 'error')
_TASKS = ('powering-off', 'rebooting', 'migrating', 'image_snapshot')

_REFUSALS = ('unavailable', 'unavailable_bare', 'hang')
_SPOILERS = ('cut', 'truncated', 'garbage', 'empty')
_READS = ('quick_property', 'quick_all', 'lpar_feed')
# What nova is like when nothing fails.
NO_FAULTS = {'calls_fail': 0.0, 'call_seconds': 0.0, 'stops_get_lost': 0.0}

# After these nobody can know what was missed until there is another event.
SILENT = ('drop', 'stale')


@dataclasses.dataclass(frozen=True)
class Step:
    """Something that happens.

    :ivar at: seconds from the beginning.
    :ivar what: name of a method of :class:`.run.Run`.
    :ivar args: its arguments.
    """

    at: float
    what: str
    args: tuple


class Plan:
    """Makes the steps of rounds.

    :param seed: of the random numbers.
    :param lpars: number of LPARs that stay; others come and go.
    """

    def __init__(self, seed, lpars):
        self._chance = random.Random(seed)
        self._seconds = 0.0
        self.lpars = [self._new_uuid() for _ in range(lpars)]

    def round(self, seconds):
        """Return the steps of the next round in their order.

        What would end later ends with the round, so that nothing is quiet
        before; only what was lost silently is told again after it.

        :param seconds: how long it lasts.
        """
        self._seconds = seconds
        steps = self._finale(max(0.0, seconds - 3))
        for rate, make in ((1.5, self._change), (1 / 4, self._fault),
                           (1 / 15, self._nova), (1 / 3, self._task),
                           (1, self._operate), (1 / 15, self._lost_stops),
                           (1 / 4, self._come_or_go), (1 / 10, self._storm)):
            at = self._chance.expovariate(rate)
            while at < self._seconds:
                steps += make(at)
                at += self._chance.expovariate(rate)
        return sorted(
            (step if step.what == 'tell_again' else dataclasses.replace(
                step, at=min(step.at, self._seconds)) for step in steps),
            key=lambda step: step.at)

    def _new_uuid(self):
        number = self._chance.getrandbits(127)
        return str(uuid.UUID(int=number)).upper()

    def _some(self, most):
        return self._chance.sample(
            self.lpars, self._chance.randint(1, min(most, len(self.lpars))))

    def _change(self, at):
        lpars = self._some(self._chance.choice((1, 1, 2, 10)))
        if self._chance.random() < 0.4:
            return [Step(at, 'power', (
                lpars, self._chance.choice(('on', 'off', 'restart'))))]
        if self._chance.random() < 0.2:
            # On its way to somewhere.
            return [Step(at, 'state',
                         (lpars, self._chance.choice(PASSING), 1)),
                    Step(at + self._chance.uniform(0.1, 5), 'state',
                         (lpars, self._chance.choice(_STATES), 1))]
        return [Step(at, 'state', (lpars, self._chance.choice(_STATES),
                                   self._chance.randint(1, 5)))]

    def _fault(self, at):
        chance = self._chance
        seconds = chance.uniform(0.5, 8)
        kind = chance.choice(
            ('event_poll', 'event_poll', 'event_poll', 'event', 'event',
             'read', 'read', '*', 'logon', 'latency', 'no quick/All',
             'refuse', 'restart', 'CACHE_CLEARED'))
        if kind == 'latency':
            return [Step(at, 'latency', (chance.uniform(50, 2000),)),
                    Step(at + seconds, 'latency', (0,))]
        if kind == 'no quick/All':
            return [Step(at, 'quick_all', (False,)),
                    Step(at + seconds, 'quick_all', (True,))]
        if kind == 'refuse':
            return [Step(at, 'refuse', (seconds,))]
        if kind == 'restart':
            return [Step(at, 'restart', (chance.choice((0, seconds)),
                                         chance.choice((True, False))))]
        if kind == 'CACHE_CLEARED':
            return [Step(at, 'cache_cleared', (chance.randint(1, 50),))]
        faults = {
            'event_poll': (*_REFUSALS, *_SPOILERS, 'not_modified'),
            'event': ('duplicate', 'reorder', 'lose', 'drop'),
            'logon': ('unauthorized', 'unavailable', 'cut', 'hang'),
            '*': (*_REFUSALS, *_SPOILERS),
            'read': (*_REFUSALS, *_SPOILERS)}
        if kind == 'read':
            kind = chance.choice(_READS)
            faults[kind] = faults['read']
            if kind != 'quick_property':
                faults[kind] += ('partial', 'partial', 'stale')
        fault = chance.choice(faults[kind])
        steps = [Step(at, 'fault', (kind, fault, seconds,
                                    chance.choice((0.1, 0.5, 1.0))))]
        if kind == 'logon':
            # It needs an occasion.
            steps.append(Step(at, 'restart', (0, True)))
        if fault in SILENT:
            steps.append(Step(at + seconds + 0.1, 'tell_again', ()))
        return steps

    def _finale(self, at):
        """LPARs change while their events are lost, and then nothing more."""
        lpars = self._some(20)
        change = Step(at + 1, 'state', (
            lpars, self._chance.choice(('running', 'not activated')), 1))
        loss = self._chance.choice(('cut', 'garbage', 'lose', 'restart'))
        if loss == 'restart':
            # They are on their way when it begins.
            return [change,
                    Step(at + 1.9, 'power', (lpars, 'on')),
                    Step(at + 1.9, 'power', (lpars, 'off')),
                    Step(at + 2, 'restart',
                         (2, self._chance.choice((True, False))))]
        kind = 'event' if loss == 'lose' else 'event_poll'
        return [Step(at, 'fault', (kind, loss, 3, 1.0)), change]

    def _nova(self, at):
        seconds = self._chance.uniform(1, 10)
        faults = self._chance.choice((
            {'calls_fail': 1.0}, {'calls_fail': 0.3},
            {'calls_fail': 0.1, 'call_seconds': 0.2}, {'call_seconds': 2.0}))
        return [Step(at, 'nova', (faults,)),
                Step(at + seconds, 'nova',
                     ({'calls_fail': 0.0, 'call_seconds': 0.0},))]

    def _lost_stops(self, at):
        """nova saves power states, and does not do what follows from them."""
        return [Step(at, 'nova', ({'stops_get_lost': 0.5},)),
                Step(at + self._chance.uniform(1, 10), 'nova',
                     ({'stops_get_lost': 0.0},))]

    def _operate(self, at):
        """A user starts or stops servers."""
        return [Step(at, 'operate', (
            self._some(5), self._chance.choice(('start', 'stop'))))]

    def _task(self, at):
        lpars = self._some(5)
        return [Step(at, 'task', (lpars, self._chance.choice(_TASKS))),
                Step(at + self._chance.uniform(0.5, 15), 'task',
                     (lpars, None))]

    def _come_or_go(self, at):
        """One LPAR is made and lives for a while."""
        lpar = self._new_uuid()
        return [Step(at, 'create', (lpar, self._chance.choice(
                    ('running', 'not activated')))),
                Step(at + self._chance.uniform(0, 2), 'state',
                     ([lpar], self._chance.choice(_STATES), 2)),
                Step(at + self._chance.uniform(3, 20), 'delete', (lpar,))]

    def _storm(self, at):
        # Of some only: each event also finds what was missed before.
        return [Step(at, 'storm', (self._some(20),
                                   self._chance.randint(1, 12)))]
