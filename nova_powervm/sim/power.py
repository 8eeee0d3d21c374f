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

"""Power operations: LPARs boot, shut down and restart."""

from collections.abc import Callable

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import settings
from nova_powervm.sim import transitions

# Receives the result of a power operation: None, or why it failed.
Done = Callable[[str | None], None]

# The codes by which pypowervm.tasks.power recognises an LPAR that is already
# on or off, and one without RMC; the last is from a captured job.
ALREADY_ON = 'HSCL3681 The partition is already activated.'
ALREADY_OFF = 'HSCL1558 The partition is already powered off.'
NO_RMC = 'HSCL0DB4 The partition has no active RMC connection.'
WRONG_STATE = ('HSCL05DF The operation is not possible while the partition '
               'is in the state %r.')
REPLACED = 'Another operation replaced this one.'

ON_STATES = (transitions.STARTING, transitions.OPEN_FIRMWARE,
             transitions.RUNNING)


class PowerControl:
    """Runs the power operations of LPARs, at most one for each LPAR.

    A new operation replaces the one before it, which then fails. Operations
    report their results to ``done``, at once or later. Not thread-safe.

    :param scheduler: has the clock and the timers.
    :param config: has durations and numbers of events.
    :param perform: performs one step of a transition.
    """

    def __init__(self, scheduler: transitions.Scheduler,
                 config: settings.Settings,
                 perform: Callable[[lpar_mod.Lpar, transitions.Step], None]
                 ) -> None:
        self._scheduler = scheduler
        self._config = config
        self._perform_step = perform
        self._transitions: dict[str, transitions.Transition] = {}
        # The state that completes the operation, and its done.
        self._pending: dict[str, tuple[str, Done]] = {}

    def power_on(self, lpar: lpar_mod.Lpar, done: Done) -> None:
        """Boot an LPAR; it is done at ``open firmware``."""
        if lpar.state in ON_STATES:
            done(ALREADY_ON)
        elif lpar.state != transitions.NOT_ACTIVATED:
            done(WRONG_STATE % lpar.state)
        else:
            self._start(lpar, self._boot_steps(), transitions.OPEN_FIRMWARE,
                        done)

    def power_off(self, lpar: lpar_mod.Lpar, done: Done, hard: bool = False,
                  restart: bool = False, by_os: bool = False) -> None:
        """Shut down an LPAR; it is done at ``not activated``.

        :param hard: cut the power.
        :param restart: then boot; it is done at ``open firmware``.
        :param by_os: let the operating system shut down, which needs RMC.
        """
        if lpar.state == transitions.NOT_ACTIVATED:
            done(ALREADY_OFF)
            return
        if by_os and lpar.rmc_state != 'active':
            done(NO_RMC)
            return
        if hard:
            steps = transitions.hard_power_off(self._config.shutdown_events)
        else:
            steps = transitions.shutdown(self._config.shutdown_seconds,
                                         self._config.shutdown_events)
        goal = transitions.NOT_ACTIVATED
        if restart:
            steps = transitions.concatenate(steps, self._boot_steps())
            goal = transitions.OPEN_FIRMWARE
        self._start(lpar, steps, goal, done)

    def cancel(self, lpar: lpar_mod.Lpar) -> None:
        """Cancel an LPAR's operation, if it has one; the operation fails."""
        transition = self._transitions.pop(lpar.uuid, None)
        if transition is not None:
            transition.cancel()
        _, done = self._pending.pop(lpar.uuid, ('', None))
        if done is not None:
            done(REPLACED)

    def outcome(self, lpar: lpar_mod.Lpar) -> str | None:
        """Return the state in which an operation ends; None without one."""
        transition = self._transitions.get(lpar.uuid)
        return None if transition is None else transition.outcome

    def _boot_steps(self) -> list[transitions.Step]:
        return transitions.boot(self._config.boot_seconds,
                                self._config.boot_events)

    def _start(self, lpar: lpar_mod.Lpar, steps: list[transitions.Step],
               goal: str, done: Done) -> None:
        self.cancel(lpar)
        self._pending[lpar.uuid] = (goal, done)

        def perform(step: transitions.Step) -> None:
            self._perform(lpar, step)

        transition = transitions.Transition(self._scheduler, steps, perform)
        if not transition.finished:
            self._transitions[lpar.uuid] = transition

    def _perform(self, lpar: lpar_mod.Lpar, step: transitions.Step) -> None:
        self._perform_step(lpar, step)
        if step.kind is transitions.StepKind.STATE:
            goal, done = self._pending.get(lpar.uuid, ('', None))
            if done is not None and goal == step.value:
                del self._pending[lpar.uuid]
                done(None)
