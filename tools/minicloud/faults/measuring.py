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

"""What a fault does to a cloud, measured."""

from collections.abc import Sequence
import dataclasses

from tools.minicloud.faults import catalog
from tools.minicloud.faults import compute_log
from tools.minicloud.faults import counters
from tools.minicloud.faults import stage as stage_mod

#: Event delays for which nova has to stay right, and for which calls are
#: counted: the event module confirms what it told nova within them.
QUIET_DELAYS = 3


@dataclasses.dataclass(frozen=True)
class Row:
    """One fault as measured.

    :ivar seconds: from ``fault.counted_from`` until nova's API was equal to
        NovaLink for every server, and stayed so; None if that never came.
    :ivar counts: of broker and database for ``length`` seconds, less what an
        idle cloud counts in as many.
    :ivar share: what of it the event module did by itself.
    :ivar running: servers that ran in the end.
    :ivar differs: what was not equal in the end.
    :ivar logged: tracebacks of nova-compute that name the driver.
    :ivar notes: what else is worth to be told.
    :ivar healed: uuids of servers that nova had left in a task or in an
        error, and that the command has reset.
    """

    fault: catalog.Fault
    servers: int
    seconds: float | None
    length: float
    counts: counters.Counters
    share: compute_log.Share
    running: int
    differs: str = ''
    logged: Sequence[str] = ()
    healed: Sequence[str] = ()
    notes: Sequence[str] = ()

    @property
    def problems(self) -> list[str]:
        """What should not have happened, one each."""
        found = ['a traceback of the driver: %s' % compute_log.error(each)
                 for each in self.tracebacks]
        if self.seconds is None:
            found.insert(0, 'not equal in the end: %s' % self.differs)
        elif (self.fault.allowed is not None
              and self.seconds > self.fault.allowed):
            found.insert(0, 'took %.0f s, more than %.0f s' % (
                self.seconds, self.fault.allowed))
        return ['%s: %s' % (self.fault.name, problem) for problem in found]

    @property
    def tracebacks(self) -> list[str]:
        """Those that are not expected."""
        expected = self.fault.expected
        return [each for each in self.logged if expected is None
                or not compute_log.ends_in(each, expected)]


def idle(stage: stage_mod.Stage, seconds: float) -> counters.Counters:
    """Return what a cloud counts in one second while only compared."""
    before, began = counters.read(stage.cloud), stage.clock()
    while stage.clock() < began + seconds:
        stage.what_differs()
        stage.sleep(stage_mod.POLL_SECONDS)
    length = stage.clock() - began
    return counters.read(stage.cloud).minus(before).per(length)


def wait_equal(stage: stage_mod.Stage, since: float, limit: float
               ) -> tuple[float | None, str]:
    """Wait until nova's API is equal to NovaLink, and stays so.

    :param since: the clock time from which seconds are counted.
    :param limit: seconds to wait for it.
    :returns: the seconds, or None and what differed.
    """
    equal_at: float | None = None
    while True:
        asked_at = stage.clock()
        differs = stage.what_differs()
        if differs:
            equal_at = None
            if asked_at - since > limit:
                return None, differs
        elif equal_at is None:
            equal_at = stage.clock()
        elif asked_at - equal_at >= QUIET_DELAYS * stage.delay:
            return max(equal_at - since, 0.0), ''
        stage.sleep(stage_mod.POLL_SECONDS)


def measure(stage: stage_mod.Stage, fault: catalog.Fault,
            idle_counts: counters.Counters) -> Row:
    """Make a fault happen to the fleet and measure it.

    The fault is undone and the servers run again afterwards, whatever
    happens.

    :param idle_counts: see :func:`idle`.
    """
    healed: list[str] = []
    try:
        stage.notes.clear()
        fault.prepare(stage)
        before, began = counters.read(stage.cloud), stage.clock()
        logs = stage.compute_logs()
        try:
            since = fault.act(stage)
            seconds, differs = wait_equal(stage, since, fault.limit)
        finally:
            fault.undo(stage)
        length = stage.clock() - began
        counts = counters.read(stage.cloud).minus(before).net(
            idle_counts, length)
        share, tracebacks = logs.share(), logs.tracebacks()
        running = sum(
            server.status == 'ACTIVE' for server in stage.servers())
    finally:
        healed += stage.restore()
    return Row(fault, len(stage.fleet), seconds, length, counts, share,
               running, differs, tracebacks, healed, list(stage.notes))
