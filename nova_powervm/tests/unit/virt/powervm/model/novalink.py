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

"""NovaLink in memory: LPARs, their events, and what fails."""

import itertools
import types

from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm.model import slots

ERRORS = {
    'refused': pvm_exceptions.ConnectionError('refused'),
    'unavailable': novalink.http_error(503),
    'unauthorized': novalink.http_error(401),
    'fails': novalink.http_error(500),
    'absent': novalink.http_error(404),
    'hangs': pvm_exceptions.TimeoutError('no answer in time')}

#: Answers about one LPAR that carry no information, or none at all.
ANSWERS = ('not listed', 'null', 'empty', 'object', 'list', 'number',
           'fails', 'unavailable', 'hangs')
_BODIES = {'null': 'null', 'empty': '', 'object': '{}', 'list': '[]',
           'number': '7'}

#: Answers to a list of all LPARs.
LISTINGS = ('offered', 'absent', 'no JSON', 'empty', 'fails', 'nor a feed',
            'unavailable', 'hangs')
#: Those with which there is no list at all.
NO_LISTING = {'nor a feed': ERRORS['fails'],
              'unavailable': ERRORS['unavailable'],
              'hangs': ERRORS['hangs']}


class Poller:
    """Stands for pypowervm's poll thread."""

    alive = True

    def is_alive(self):
        return self.alive


class Session(pvm_adapter.Session):
    """A session whose event listener polls when the test says so."""

    def __init__(self, begin_polls):
        self._init_by = None
        self._eventlistener = Listener(begin_polls)
        self.lost = False
        self.polls_fail = False
        self.interruptions = 0


class Listener:

    timeout = 45.0

    def __init__(self, begin_polls):
        self._begin_polls = begin_polls
        self.handlers = []

    def subscribe(self, handler):
        if not self.handlers:
            self._begin_polls()
        self.handlers.append(handler)

    def unsubscribe(self, handler):
        self.handlers.remove(handler)


class NovaLink:
    """Answers reads as pypowervm's adapter does.

    :ivar lpars: states by letter.
    :ivar error: what every read raises, or None.
    :ivar listing: one of :data:`LISTINGS`.
    :ivar answers: by letter one of :data:`ANSWERS`.
    :ivar observed: letter -> (number of the read, state), as read since
        somebody emptied it.

    :param stage: where an answer may stay on its way.
    :param clock: moves by its timeout for each read that hangs.
    """

    helpers = ()

    def __init__(self, stage, clock):
        self._stage = stage
        self._clock = clock
        self._reads = itertools.count(1)
        self.lpars = {'A': 'running', 'B': 'not activated'}
        self.error = None
        self.listing = 'offered'
        self.answers = {}
        self.observed = {}

    def read(self, root_type, root_id=None, suffix_type=None,
             suffix_parm=None, *, timeout, **_):
        """Answer, or raise what pypowervm raises."""
        if self.error is not None:
            answer = self.error
        elif root_id:
            answer = self._read_one(slots.slot_of(root_id))
        elif suffix_parm == 'All':
            answer = self._read_all()
        elif self.listing in NO_LISTING:
            answer = NO_LISTING[self.listing]
        else:
            answer = [types.SimpleNamespace(uuid=slots.lpar_of(slot),
                                            state=state)
                      for slot, state in self._listed()]
        self._stage.pause('NovaLink')
        if answer is ERRORS['hangs']:
            self._clock.advance(timeout)
        if isinstance(answer, Exception):
            raise answer
        return types.SimpleNamespace(body=answer) if isinstance(
            answer, str) else answer

    def says_nothing(self, slot):
        """Tell whether an LPAR cannot be read at present."""
        return self.error is not None or slot in self.answers

    def _read_one(self, slot):
        how = self.answers.get(slot)
        if slot not in self.lpars:
            return ERRORS['absent']
        if how in ERRORS:
            return ERRORS[how]
        if how in _BODIES:
            return _BODIES[how]
        return jsonutils.dumps(self._note(slot))

    def _read_all(self):
        if self.listing in ('absent', 'nor a feed'):
            return ERRORS['absent']
        if self.listing in ERRORS:
            return ERRORS[self.listing]
        if self.listing == 'no JSON':
            return '<html>'
        return jsonutils.dumps([
            {'UUID': slots.lpar_of(slot), 'PartitionState': state}
            for slot, state in self._listed()])

    def _listed(self):
        if self.listing == 'empty':
            return []
        garbled = {'null': None, 'object': {}, 'list': [], 'number': 7}
        return [(slot, garbled[how] if how in garbled else self._note(slot))
                for slot in self.lpars
                if (how := self.answers.get(slot)) in (None, *garbled)]

    def _note(self, slot):
        """Return a state that somebody is told."""
        state = self.lpars[slot]
        self.observed[slot] = next(self._reads), state
        return state
