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

"""What happens to the driver of 9.0.0, and what has to come of it."""

from collections.abc import Callable
from collections.abc import Mapping
import threading
import time
from typing import Any

from nova.compute import power_state

from tools.dropin import host
from tools.dropin import supplies

#: PartitionState events of each LPAR in a storm.
EVENTS = 12

#: Seconds for which a service is away.
OUTAGE = 6.0

_RUNNING, _OFF = 'running', 'not activated'


def start(rig: host.Host) -> Mapping[str, Any]:
    """nova learns which LPARs went off while nova-compute was not there."""
    rig.wait_for_rest()
    told = {uuid for uuid, _ in rig.instances.events}
    missed = {lpar.lower() for lpar in rig.missed}
    assert told == missed, told ^ missed
    figures = rig.figures()
    # What the driver itself does as it starts.
    rig.wait('the NVRAMs at the start',
             lambda: len(rig.store.stored) == len(rig.lpars))
    rig.sim.set_state(rig.missed, _RUNNING)
    rig.wait_for_power(power_state.RUNNING)
    rig.wait_for_rest()
    return {'missed': len(missed), **figures}


def storm(rig: host.Host) -> Mapping[str, Any]:
    """All LPARs send events without a change: nova is told nothing."""
    rig.forget()
    sent = rig.sim.storm(rig.lpars, events=EVENTS)
    rig.wait_for_events(sent)
    rig.wait_for_rest()
    assert not rig.instances.events, rig.instances.events
    return {'events': sent, **rig.figures()}


def crash(rig: host.Host) -> Mapping[str, Any]:
    """All LPARs go off: nova is told of each, once."""
    rig.forget()
    rig.sim.set_state(rig.lpars, _OFF, events=EVENTS)
    rig.wait_for_power(power_state.SHUTDOWN)
    rig.wait_for_rest()
    told = [uuid for uuid, _ in rig.instances.events]
    assert len(told) == len(set(told)) == len(rig.lpars), len(told)
    return {'events': EVENTS * len(rig.lpars), **rig.figures()}


def novalink_away(rig: host.Host) -> Mapping[str, Any]:
    """NovaLink restarts and forgets its events as all LPARs start."""
    rig.forget()
    rig.sim.set_state(rig.lpars, _RUNNING)
    rig.sim.restart(seconds=OUTAGE)
    rig.wait_for_power(power_state.RUNNING)
    rig.wait_for_rest()
    return {'away_s': OUTAGE, **rig.figures()}


def conductor_away(rig: host.Host) -> Mapping[str, Any]:
    """nova-conductor does not answer while all LPARs go off."""
    rig.forget()
    rig.instances.away = True
    try:
        rig.sim.set_state(rig.lpars, _OFF)
        time.sleep(OUTAGE)
        assert not rig.instances.events, rig.instances.events
    finally:
        rig.instances.away = False
    rig.wait_for_power(power_state.SHUTDOWN)
    rig.wait_for_rest()
    return {'away_s': OUTAGE, **rig.figures()}


def nvram(rig: host.Host) -> Mapping[str, Any]:
    """The NVRAM of all LPARs changes: the driver's manager stores each."""
    rig.forget()
    sent = rig.sim.storm(rig.lpars, events=EVENTS, detail='NVRAM')
    rig.wait('NVRAMs', lambda: len(rig.store.stored) == len(rig.lpars))
    rig.wait_for_rest()
    wrong = {uuid: data for uuid, data in rig.store.stored.items()
             if data != supplies.nvram_of(uuid)}
    assert not wrong, wrong
    return {'events': sent, 'stored': len(rig.store.stored),
            'store_calls': rig.store.calls, **rig.figures()}


def cleanup_host(rig: host.Host) -> Mapping[str, Any]:
    """The driver's cleanup_host: no poll and no event after it."""
    rig.forget()
    listener = rig.driver.session.get_event_listener()
    rig.driver.cleanup_host(host.NAME)
    assert not listener.handlers, listener.handlers
    rig.wait('the end of the poll thread', lambda: not _pollers())
    rig.sim.reset_counters()
    rig.sim.set_state(rig.lpars, _RUNNING)
    # Longer than the event module would take.
    time.sleep(4 * host.DELAY)
    assert not rig.instances.events, rig.instances.events
    counted = rig.sim.counters()
    assert not any(counted.values()), counted
    # Daemons, so nova-compute ends all the same: this process has to.
    return {'threads': sum(thread.name.startswith('powervm-')
                           for thread in threading.enumerate())}


def _pollers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate()
            if type(thread).__name__ == '_EventPollThread']


#: In the order in which they are to run: each leaves the LPARs for the next.
SCENARIOS: list[Callable[[host.Host], Mapping[str, Any]]] = [
    start, storm, crash, novalink_away, conductor_away, nvram, cleanup_host]
