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

"""Says what the event module does wrong, while it does it."""

import collections
import contextlib
import dataclasses
import logging

from nova.virt import event as virt_event

from nova_powervm.tests.unit.virt.powervm.model import nova
from nova_powervm.tests.unit.virt.powervm.model import slots
from nova_powervm.virt.powervm.lifecycle import messages

#: The event that each state calls for. The others call for none.
TRANSITIONS = {
    'running': virt_event.EVENT_LIFECYCLE_STARTED,
    'starting': virt_event.EVENT_LIFECYCLE_STARTED,
    'open firmware': virt_event.EVENT_LIFECYCLE_STARTED,
    'migrating running': virt_event.EVENT_LIFECYCLE_STARTED,
    'not activated': virt_event.EVENT_LIFECYCLE_STOPPED,
    'migrating not active': virt_event.EVENT_LIFECYCLE_STOPPED,
    'error': virt_event.EVENT_LIFECYCLE_STOPPED,
    'suspended': virt_event.EVENT_LIFECYCLE_SUSPENDED,
}

# Events about one state after which the module may give up, and the seconds
# for which it may leave more events about that state alone.
_EMITS = 4
_GIVEN_UP = 180


@dataclasses.dataclass
class Job:
    """An event on its way.

    :ivar handler: the handler that it belongs to.
    :ivar observed: letter -> (number of the read, state), as its batch read.
    :ivar recorded: letter -> nova's record, as its batch saw it.
    """

    handler: object
    observed: dict
    recorded: dict


class Judge(logging.Handler):
    """Watches what the module logs, looks up and emits.

    ``wrong`` is a list of sentences, empty if all is well. Exceptions would
    not do: some are raised to the module, which survives them.

    :param clock: seconds.
    """

    def __init__(self, clock):
        super().__init__(logging.WARNING)
        self.wrong = []
        self._clock = clock
        # When a warning named an instance.
        self._warned = {}
        # Number of the last read that led to an event; the last event and how
        # often it was repeated since a lookup that found nova to agree.
        self._last = {}
        self._transition = {}
        self._emits = collections.Counter()
        self._emitting = set()

    def emit(self, record):
        """Judge a line of the module's log."""
        if record.exc_info or record.levelno >= logging.ERROR:
            self.wrong.append('logged: %s' % self.format(record))
        if record.msg == messages.GIVEN_UP.text:
            slot = slots.slot_of(record.args['lpar'])
            self._warned[slot] = self._clock()
            if self._emits[slot] < _EMITS:
                self.wrong.append('%s: given up after %d events' % (
                    slot, self._emits[slot]))

    def is_warned(self, slot):
        """Tell whether a warning named an instance that nova is wrong about.

        """
        return slot in self._warned

    def news(self, *affected):
        """Note that something befell LPARs, or all of them.

        A warning of long ago is no excuse any more.
        """
        for slot in affected or list(self._warned):
            if self._clock() - self._warned.get(slot, 0) >= _GIVEN_UP:
                self._warned.pop(slot, None)

    def restarted(self):
        """Note that the module knows nothing."""
        self._warned.clear()

    def looked_up(self, slot, record, state):
        """Note that an LPAR and its instance were compared."""
        if record.task_state is None and nova.agrees(record, state):
            self._emits[slot] = 0

    @contextlib.contextmanager
    def emission(self, job, uuid, transition):
        """Judge an event while nova takes it.

        nova may begin a task, or move an instance, between the module's
        lookup and the event. What can be promised is about the lookup and
        the read that the event follows from: those of its batch.
        """
        slot = slots.slot_of(uuid)
        number, state = job.observed.get(slot, (0, None))
        record = job.recorded.get(slot)
        faults = {
            'event %s of a state read as %r' % (transition, state):
                TRANSITIONS.get(state) != transition,
            'old state after a newer': number <= self._last.get(slot, 0),
            'two events at once': (job.handler, slot) in self._emitting,
            'event without a lookup': record is None}
        if record is not None:
            faults.update({
                'event of another instance': record.uuid != uuid,
                'event of another host': record.host != nova.HOST,
                'event during a task': record.task_state is not None,
                'event without news': nova.agrees(record, state)})
        self.wrong += ['%s: %s' % (slot, what)
                       for what, is_so in faults.items() if is_so]
        self._last[slot] = number
        if self._transition.get(slot) != transition:
            self._emits[slot] = 0
        self._transition[slot] = transition
        self._emits[slot] += 1
        self._emitting.add((job.handler, slot))
        yield
        self._emitting.discard((job.handler, slot))
