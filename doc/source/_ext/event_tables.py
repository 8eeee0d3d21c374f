# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""Tables of the admin guide, made from the event module.

Each function that :data:`TABLES` names returns reStructuredText.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence
import dataclasses
import itertools
import logging
import math
import re

from nova.compute import power_state
from nova.compute import vm_states
from oslo_config import cfg

from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import opts
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm import vm

import rst_tables

_Absent = interfaces.Absent
_Outcome = plans.Outcome
_Row = Sequence[str]

#: What nova does, in the table of agreement.
SAVE = 'save'
SAVE_AND_STOP = '**save and stop**'

_HOST = 'here'
_LPAR = interfaces.LparUuid('1F7E52D3-5F50-4B0E-9D0C-51C5F3C3A9D1')
_RUNNING = interfaces.PartitionState('running')
_OFF = interfaces.PartitionState('not activated')
_PASSING = interfaces.PartitionState('shutting down')
_RECORD = interfaces.Record(
    _LPAR.lower(), _HOST, vm_states.ACTIVE, power_state.RUNNING, None)

# All waits begin at a multiple of this many seconds, which is one of each
# wait as well: so none of them is rounded.
_ROUND = 2400.0

# So many equal waits after each other are taken for all that follow.
_SAME = 50

_FIELD = re.compile(r'%\((\w+)\)[.\d]*[a-z]')


def policy() -> plans.Policy:
    """Return the policy that follows from the default options."""
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    return plans.Policy(
        _HOST, conf.powervm.event_delay, conf.powervm.event_state_ttl,
        conf.powervm.event_batch_size)


def example(outcome: _Outcome) -> plans.Case:
    """Return a case that leads to an outcome at clock time 0.

    An event asked for it, and nothing was found in vain before.
    """
    case = plans.Case(
        _LPAR, plans.Request(interfaces.PowerKey(_LPAR), 0, 0.0), None,
        _RUNNING, _RECORD)
    changes: dict[_Outcome, dict[str, object]] = {
        _Outcome.EMIT: {'observed': _OFF},
        _Outcome.NO_CHANGE: {},
        _Outcome.CACHED: {
            'recorded': _Absent.NOT_ASKED,
            'remembered': memory.Agreed(
                power_state.RUNNING, _RECORD.uuid, policy().ttl)},
        _Outcome.BUSY: {'recorded': _RECORD._replace(task_state='deleting')},
        _Outcome.GONE: {'observed': _Absent.GONE},
        _Outcome.NOT_OURS: {'recorded': None},
        _Outcome.TRANSIENT: {'observed': _PASSING},
        _Outcome.RETRY: {
            'observed': _Absent.UNREAD, 'recorded': _Absent.NOT_ASKED},
        _Outcome.GIVEN_UP: {
            'observed': _OFF,
            'remembered': memory.Emitted(
                power_state.SHUTDOWN, decision.EMITS_MOST)},
        _Outcome.NVRAM: {
            'power': None,
            'nvram': plans.Request(interfaces.NvramKey(_LPAR), 0, 0.0)},
        _Outcome.ASK: {'recorded': _Absent.NOT_ASKED},
    }
    return dataclasses.replace(
        case, **changes[outcome])  # type: ignore[arg-type]


def waits(outcome: _Outcome) -> tuple[list[float], _Outcome | None]:
    """Return when an LPAR is looked at again that stays as it is.

    :returns: seconds of each wait, and the outcome after the last; the last
        wait stands for all that follow if that is the outcome itself.
    """
    case, now = example(outcome), 0.0
    found: list[float] = []
    while True:
        plan = decision.decide(case, policy(), now)
        if plan.outcome is not outcome:
            return found, plan.outcome
        again = plan.power_again
        if again is None or case.power is None:
            return found, None
        found.append(again.at - now)
        if len(found) > _SAME and len(set(found[-_SAME:])) == 1:
            return found[:1 - _SAME], outcome
        case = dataclasses.replace(
            case, remembered=plan.remember, power=case.power._replace(
                attempts=again.attempts,
                since=None if again.answered else case.power.since))
        now = math.ceil(again.at / _ROUND) * _ROUND


def outcomes() -> str:
    """Return a table of all outcomes and of what follows from each."""
    return rst_tables.list_table((12, 34, 16, 22, 16), [
        ('Outcome', 'When', 'What is done', 'When the LPAR is compared again',
         'What is remembered'),
        *(('``%s``' % outcome.name.lower(), outcome.value,
           _done(outcome), _again(outcome), _remembered(outcome))
          for outcome in _Outcome)])


def agreements() -> str:
    """Return a table of what nova does about each power state."""
    powers = list(_states_by_power())
    return rst_tables.list_table((20, *(20 for _ in powers)), [
        ('vm_state', *(power_state.STATE_MAP[power] for power in powers)),
        *((vm_state, *(
            SAVE_AND_STOP if agreement.would_act(vm_state, power, power)
            else SAVE for power in powers))
          for vm_state in vm_state_names())])


def states() -> str:
    """Return a table of LPAR states, and of the events that they lead to."""
    known = _states_by_power()
    others = [state for state in vm.POWERVM_TO_NOVA_STATE
              if agreement.power_of(interfaces.PartitionState(state)) is None]
    return rst_tables.list_table((50, 25, 25), [
        ('State of the LPAR', 'Power state', 'Event'),
        *((_literals(names), power_state.STATE_MAP[power],
           agreement.transition(power).name.lower())
          for power, names in known.items()),
        (_literals(others), 'not compared', 'none')])


def log_lines() -> str:
    """Return a list of all lines that are logged."""
    return _definitions(
        ('``%s`` %s' % (logging.getLevelName(line.level),
                        _literals([_FIELD.sub(r'<\1>', line.text)])),
         line.meaning)
        for line in messages.lines().values())


def fields() -> str:
    """Return a list of the fields of the line of a batch."""
    return _definitions(('``%s``' % name, meaning)
                        for name, meaning in batch_fields.meanings().items())


def times() -> str:
    """Return a list of what the line of a batch has times of."""
    return _definitions(('``%s``' % name, meaning)
                        for name, meaning in batch_fields.TIMES.items())


def counters() -> str:
    """Return a list of all counters."""
    return _definitions(('``%s``' % name, meaning)
                        for name, meaning in stats.COUNTERS.items())


def vm_state_names() -> list[str]:
    """Return all vm_states of nova."""
    return sorted(value for name, value in vars(vm_states).items()
                  if name.isupper() and isinstance(value, str))


#: What makes the text of each table, by the name that pages use.
TABLES: dict[str, Callable[[], str]] = {
    'outcomes': outcomes,
    'agreement': agreements,
    'states': states,
    'log-lines': log_lines,
    'batch-fields': fields,
    'times': times,
    'counters': counters,
}


def _done(outcome: _Outcome) -> str:
    plan = decision.decide(example(outcome), policy(), 0.0)
    if plan.store_nvram:
        return 'the NVRAM goes to the store'
    if plan.transition is None:
        return 'nothing'
    return 'nova gets an event; at most %d for one state' % len(
        waits(outcome)[0])


def _again(outcome: _Outcome) -> str:
    if outcome is _Outcome.ASK:
        return "at once, with nova's record"
    seconds, following = waits(outcome)
    if not seconds:
        return 'only if something asks for it'
    text = 'after %s s' % ', '.join(
        '%d%s' % (wait, ' (%d times)' % times if times > 1 else '')
        for wait, times in ((wait, len(list(same))) for wait, same
                            in itertools.groupby(seconds)))
    if following is None:
        return '%s; once' % text
    if following is outcome:
        return '%s and so on' % text
    return '%s; then ``%s``' % (text, following.name.lower())


def _remembered(outcome: _Outcome) -> str:
    """Say what a plan leaves behind, or which entries survive it."""
    case = example(outcome)
    plan = decision.decide(case, policy(), 0.0)
    entry = plan.remember
    if isinstance(entry, memory.Agreed):
        return 'that nova has nothing to learn, %s' % (
            'for %d s' % entry.expires if entry.verify_at is None
            else 'until this is verified')
    if isinstance(entry, memory.Emitted):
        return 'the number of events'
    if isinstance(entry, memory.GivenUp):
        return 'that the events were in vain, for %d s' % entry.expires
    kept = [survivor for survivor in (
        memory.Agreed(power_state.SHUTDOWN, _RECORD.uuid, policy().ttl),
        memory.Emitted(power_state.SHUTDOWN, 1),
        memory.GivenUp(power_state.SHUTDOWN, None, None, policy().ttl))
        if decision.decide(dataclasses.replace(
            case, remembered=survivor), policy(), 0.0).remember is survivor]
    if not kept:
        return 'nothing'
    return 'the same as before' if len(kept) == 3 else (
        'the number of events, if there were some')


def _states_by_power() -> dict[int, list[str]]:
    """Return the states of LPARs by the power state that they stand for."""
    found: dict[int, list[str]] = {}
    for state in vm.POWERVM_TO_NOVA_STATE:
        power = agreement.power_of(interfaces.PartitionState(state))
        if power is not None:
            found.setdefault(power, []).append(state)
    return found


def _literals(texts: Sequence[str]) -> str:
    return ', '.join('``%s``' % text for text in texts)


def _definitions(items: Iterable[tuple[str, str]]) -> str:
    return ''.join('%s\n    %s\n' % item for item in items)
