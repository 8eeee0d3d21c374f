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


"""The storms: what happens to the LPARs, the same for every module."""

import time

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states

from benchmarks.comparison import releases
from benchmarks.comparison import world as worlds

_STOPPED = {'power_state': power_state.SHUTDOWN,
            'vm_state': vm_states.STOPPED, 'task_state': None}

# Shares of the delay that a restart's two halves take.
_DOWN = 0.2
_UP = 0.3

# Delays after which nova's own tasks end.
_TASK_DELAYS = 2

# Delays within which our module verifies what it answered from memory.
_VERIFIED = 4

# The mixed storm has LPARs of four kinds.
_KINDS = 4


def floor(world: worlds.World) -> list[worlds.Figures]:
    """Measure nova's own calls for the events of a crash."""
    world.stop_lpars(world.lpars, events=0)
    found = world.module.ask('floor', uuids=world.instances,
                             workers=world.options.emit_workers)
    saved = world.client.saved()['power']
    return [{'name': 'floor', 'told': found['emits'],
             'right': sorted(when - found['began']
                             for when in saved.values()),
             'wrong': world.wrong()}]


def redundant(world: worlds.World) -> list[worlds.Figures]:
    """All LPARs send events without a change; twice, within the TTL.

    9.0.0 has answered all when it has nothing left to do.
    """
    def storm() -> int:
        return world.sim.storm(world.lpars, events=world.options.events)

    return [world.measure('redundant', storm, told=0),
            world.measure('redundant, again', storm, told=0,
                          rest=0.0 if world.module.name == releases.OLD
                          else _VERIFIED)]


def busy(world: worlds.World) -> list[worlds.Figures]:
    """All LPARs stop while nova has a task for each, which then ends."""
    world.client.update(world.instances, task_state=task_states.POWERING_OFF)

    def stop() -> int:
        sent = world.stop_lpars(world.lpars, world.options.events)
        _end_tasks(world, world.instances)
        return sent

    return [world.measure('busy', stop, told=0)]


def restart(world: worlds.World) -> list[worlds.Figures]:
    """All LPARs shut down and boot within the delay."""
    return [world.measure(
        'restart', lambda: _restart(world, world.lpars), told=0)]


def crash(world: worlds.World) -> list[worlds.Figures]:
    """All LPARs stop, and nova has to be told of each."""
    return [world.measure(
        'crash', lambda: world.stop_lpars(world.lpars, world.options.events),
        told=len(world.lpars))]


def mixed(world: worlds.World) -> list[worlds.Figures]:
    """A quarter each of the other storms, all at once."""
    unchanged, crashed, stopped, restarted = (
        world.lpars[kind::_KINDS] for kind in range(_KINDS))
    busy_instances = world.instances[2::_KINDS]
    world.client.update(busy_instances, task_state=task_states.POWERING_OFF)

    def trigger() -> int:
        events = world.options.events
        sent = world.sim.storm(unchanged, events=events)
        sent += world.stop_lpars(crashed, events)
        sent += world.stop_lpars(stopped, events)
        sent += _restart(world, restarted)
        _end_tasks(world, busy_instances)
        return sent

    return [world.measure('mixed', trigger, told=len(crashed))]


def _restart(world: worlds.World, lpars: list[str]) -> int:
    down = world.options.events // 2
    up = world.options.events - down
    world.sim.configure(
        shutdown_seconds=world.delay * _DOWN, shutdown_events=down,
        boot_seconds=world.delay * _UP, boot_events=up)
    # At least these; NVRAM and other events come with them.
    return len(world.sim.power(lpars, 'restart')) * world.options.events


def _end_tasks(world: worlds.World, instances: list[str]) -> None:
    time.sleep(_TASK_DELAYS * world.delay)
    world.client.update(instances, **_STOPPED)
