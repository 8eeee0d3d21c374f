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

"""The faults, each as data."""

from collections.abc import Callable
import dataclasses
import os
import signal

from tools.minicloud.faults import stage as stage_mod

#: Seconds for which a service is away.
AWAY_SECONDS = 20.0

#: A budget was seen on one machine: the next one may take so much longer.
TOLERANCE = 1.25

_CONDUCTOR = 'nova-conductor'

# Seconds in which nova stops all servers, at most.
_STOP_SECONDS = 120.0

Act = Callable[[stage_mod.Stage], float]


@dataclasses.dataclass(frozen=True)
class Fault:
    """Something that goes wrong, and what is expected of nova then.

    :ivar summary: what happens.
    :ivar counted_from: the moment from which seconds are counted.
    :ivar budget: seconds until nova was right, as seen before; None where
        only that it is right in the end is expected.
    :ivar act: does it, and returns the clock time of ``counted_from``.
    :ivar needs: services that have to run in the end.
    :ivar prepare: comes first, and is not measured.
    :ivar expected: name of an exception by which the driver then tells nova
        what is the matter, and which nova logs with a traceback.
    """

    name: str
    summary: str
    counted_from: str
    budget: float | None
    act: Act
    needs: tuple[str, ...] = ()
    prepare: Callable[[stage_mod.Stage], object] = lambda stage: None
    expected: str | None = None

    @property
    def allowed(self) -> float | None:
        """Seconds that it may take."""
        return None if self.budget is None else self.budget * TOLERANCE

    @property
    def limit(self) -> float:
        """Seconds after which it is given up that nova will be right."""
        return max(2 * (self.budget or 0.0), 240.0)

    def undo(self, stage: stage_mod.Stage) -> None:
        """Start what does not run; no error if all does."""
        for service in self.needs_of(stage):
            if stage.cloud.pid(service) is None:
                stage.cloud.start(service)

    def needs_of(self, stage: stage_mod.Stage) -> tuple[str, ...]:
        """Return the names of the services that have to run."""
        return tuple(name for need in self.needs for name in (
            stage.compute_services if need == 'nova-compute' else [need]))


def _off(stage: stage_mod.Stage) -> float:
    began = stage.clock()
    stage.switch_off(stage.fleet)
    return began


def _kill_worker(stage: stage_mod.Stage) -> None:
    """Kill a worker that is at work; the master makes a new one."""
    os.kill(stage.cloud.workers(_CONDUCTOR)[0], signal.SIGKILL)


def _kill_while_stopping(stage: stage_mod.Stage) -> float:
    logs = stage.compute_logs()
    began = _off(stage)
    # By then all threads that tell nova wait for nova-conductor.
    stage.wait_for(lambda: logs.emitted() > len(stage.fleet) // 4,
                   10 * stage.delay)
    _kill_worker(stage)
    return began


def _stop(stage: stage_mod.Stage) -> None:
    stage.switch_off(stage.fleet)
    stage.wait_for(lambda: all(
        server.status == 'SHUTOFF' and server.task_state is None
        for server in stage.servers()), _STOP_SECONDS)


def _kill_while_starting(stage: stage_mod.Stage) -> float:
    began = stage.clock()
    stage.start(stage.fleet, meanwhile=lambda: _kill_worker(stage))
    return began


def _away(service: str) -> Act:
    """Return what stops a service, changes LPARs and starts it again."""
    def act(stage: stage_mod.Stage) -> float:
        stage.cloud.stop(service)
        stage.switch_off(stage.fleet)
        stage.sleep(AWAY_SECONDS)
        stage.cloud.start(service)
        return stage.clock()

    return act


def _restart_rest(stage: stage_mod.Stage) -> float:
    began = _off(stage)
    for host in stage.cloud.settings.hosts:
        stage.cloud.simulator(host).restart(seconds=AWAY_SECONDS)
    return began


def _restart_compute(stage: stage_mod.Stage) -> float:
    half = len(stage.fleet) // 2
    services = stage.compute_services
    stage.switch_off(stage.fleet[:half])
    # Long enough for the events to arrive, too short for them to be due.
    stage.sleep(stage.delay / 3)
    stops = stage.each_at_once(stage.cloud.stop, services)
    stage.notes.append('nova-compute was stopped within %.0f s' % max(stops))
    stage.switch_off(stage.fleet[half:half + half // 2])
    began = stage.clock()
    stage.each_at_once(stage.cloud.start, services)
    return began


#: All faults, by name.
FAULTS = {fault.name: fault for fault in (
    Fault('off', 'all LPARs go off behind nova',
          'the first LPAR was off', 12.0, _off),
    Fault('worker-stop',
          'a nova-conductor worker is killed while nova stops all servers '
          'whose LPARs went off',
          'the first LPAR was off', 70.0, _kill_while_stopping,
          (_CONDUCTOR,)),
    Fault('worker-start',
          'a nova-conductor worker is killed while nova starts all servers',
          'the first start was asked for', None, _kill_while_starting,
          (_CONDUCTOR,), prepare=_stop),
    Fault('rabbitmq',
          'RabbitMQ is away for %d s; all LPARs go off meanwhile'
          % AWAY_SECONDS,
          'RabbitMQ was back', 79.0, _away('rabbitmq'), ('rabbitmq',)),
    Fault('mariadb',
          'MariaDB is away for %d s; all LPARs go off meanwhile'
          % AWAY_SECONDS,
          'MariaDB was back', 29.0, _away('mariadb'), ('mariadb',)),
    Fault('rest',
          "NovaLink's REST service restarts for %d s just after all LPARs "
          'went off' % AWAY_SECONDS,
          'the first LPAR was off', 35.0, _restart_rest,
          expected='nova.exception.HypervisorUnavailable'),
    Fault('compute',
          'nova-compute is restarted; half of the LPARs go off just before, '
          'a quarter while it is stopped',
          'the start of nova-compute', 22.0, _restart_compute,
          ('nova-compute',)),
)}
