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


"""The faults: all LPARs stop while something is away."""

import time

from benchmarks.comparison import world as worlds

# Of each LPAR; it takes no more for something to be lost.
_EVENTS = 2

# What the end of a fault may take to be seen, seconds.
_GRACE = 0.5


def controller_away(world: worlds.World) -> list[worlds.Figures]:
    """Every call to nova-conductor fails, at once, for a time."""
    def stop() -> int:
        world.module.ask('away', seconds=world.options.away)
        sent = world.stop_lpars(world.lpars, _EVENTS)
        time.sleep(world.options.away + _GRACE)
        return sent

    return [world.measure('controller-away', stop)]


def rest_away(world: worlds.World) -> list[worlds.Figures]:
    """NovaLink refuses connections for a time, once its events have come."""
    def stop() -> int:
        sent = world.stop_lpars(world.lpars, _EVENTS)
        world.module.ask('heard', events=sent)
        world.sim.refuse(world.options.away)
        time.sleep(world.options.away + _GRACE)
        return sent

    return [world.measure('rest-away', stop)]


def missing_events(world: worlds.World) -> list[worlds.Figures]:
    """NovaLink says MISSING_EVENTS in place of each event."""
    def stop() -> int:
        world.sim.inject_fault('event', 'lose')
        sent = world.stop_lpars(world.lpars, _EVENTS)
        world.module.ask('heard', events=1)
        time.sleep(world.delay)
        world.sim.clear_faults()
        return min(1, sent)

    return [world.measure('missing-events', stop)]
