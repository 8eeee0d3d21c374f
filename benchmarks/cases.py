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

"""The storms, and the floor that they are compared with.

Each case prepares LPARs and instances, lets the simulator send its events and
returns figures. It knows how many events nova must be told and that both
sides have to agree in the end, and nothing else of what the module should do.
"""

from collections.abc import Callable
import itertools
import time
import tracemalloc

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from oslo_serialization import jsonutils
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition

from benchmarks import bad_day_case
from benchmarks import figures
from benchmarks import floor as floor_mod
from benchmarks import instruments
from benchmarks import power_sync
from benchmarks import rig
from benchmarks import rpc
from nova_powervm.virt.powervm import vm

_State = base_partition.LPARState

_STOPPED = {'power_state': power_state.SHUTDOWN,
            'vm_state': vm_states.STOPPED, 'task_state': None}

# Shares of the delay that a restart's two halves take.
_DOWN = 0.2
_UP = 0.3

# Delays within which an answer from memory is verified.
_VERIFIED = 4

# Frames of a traceback in which the module is looked for.
_FRAMES = 12


def redundant(bench: rig.Rig) -> list[figures.Figures]:
    """All LPARs send events without a change, twice.

    The second time nova is known to agree, which it is asked about later.
    """
    bench.populate(_State.RUNNING)
    bench.start_handler()

    def storm() -> int:
        return bench.sim.storm(bench.lpars, events=bench.options.events)

    return [figures.measure(bench, 'redundant', storm),
            figures.measure(bench, 'redundant, next time', storm,
                            rest=_VERIFIED * bench.options.delay)]


def busy(bench: rig.Rig) -> list[figures.Figures]:
    """All LPARs stop while nova has a task for each; then the tasks end."""
    bench.populate(_State.RUNNING, task_state=task_states.POWERING_OFF)
    bench.start_handler()

    def stop() -> int:
        return _set_state(bench, _State.NOT_ACTIVATED, bench.options.events)

    def end_tasks() -> int:
        bench.client.update(
            [row['uuid'] for row in bench.client.rows('uuid')], **_STOPPED)
        return 0

    return [figures.measure(bench, 'busy', stop),
            figures.measure(bench, 'busy, tasks end', end_tasks,
                     outcome='no_change')]


def reboot(bench: rig.Rig) -> list[figures.Figures]:
    """All LPARs shut down and boot within the delay."""
    options = bench.options
    bench.populate(_State.RUNNING)
    down = options.events // 2
    up = options.events - down
    bench.sim.configure(
        shutdown_seconds=options.delay * _DOWN, shutdown_events=down,
        boot_seconds=options.delay * _UP, boot_events=up)
    bench.start_handler()

    def restart() -> int:
        # At least these; NVRAM and other events come with them.
        return len(bench.sim.power(bench.lpars, 'restart')) * options.events

    return [figures.measure(bench, 'reboot', restart)]


def crash(bench: rig.Rig) -> list[figures.Figures]:
    """All LPARs stop, and nova has to be told of each."""
    bench.populate(_State.RUNNING)
    bench.start_handler()

    def stop() -> int:
        return _set_state(bench, _State.NOT_ACTIVATED, bench.options.events)

    return [figures.measure(bench, 'crash', stop, emits=len(bench.lpars))]


def floor(bench: rig.Rig) -> list[figures.Figures]:
    """Measure nova's own calls for the events of a crash.

    As many threads as the module has call emit_event one LPAR after the
    other, against LPARs that have stopped and instances that are active.
    """
    bench.populate(_State.NOT_ACTIVATED)
    uuids = [row['uuid'] for row in bench.client.rows('uuid')]
    workers = rig.CONF.powervm.event_emit_workers
    bench.client.take_counters()
    cpu = time.process_time()
    start = time.monotonic()
    floor_mod.emit_stops(bench.host, uuids, workers)
    seconds = time.monotonic() - start
    found = {
        'name': 'floor', 'seconds': seconds, 'threads': workers,
        'cpu': time.process_time() - cpu, 'emits': bench.host.emits,
        'nova_calls': figures.count(bench.client.take_counters(), rpc.NOVA),
        'nova_reads': bench.host.info_reads, 'memory': instruments.memory(),
        'disagree': figures.disagreeing(bench)}
    found.update(figures.lookup_times(bench))
    return [found]


def memory(bench: rig.Rig) -> list[figures.Figures]:
    """Measure the bytes that the module keeps for each LPAR.

    By tracemalloc, while all are pending and once nova is known to agree.
    """
    bench.populate(_State.RUNNING)
    tracemalloc.start(_FRAMES)
    bench.start_handler()
    before = figures.module_bytes()
    sent = bench.sim.storm(bench.lpars, events=1)
    bench.wait('events', lambda: bench.poll.events >= sent)
    pending = figures.module_bytes()
    # The resync of the start counts as one until it was made.
    waiting = bench.unanswered() - (not bench.count('resyncs'))
    bench.wait('comparisons', lambda: not bench.unanswered())
    agreed = figures.module_bytes()
    return [{'name': 'memory', 'pending_lpars': waiting,
             'pending_bytes': (pending - before) / len(bench.lpars),
             'agreed_bytes': (agreed - before) / len(bench.lpars)}]


def reads(bench: rig.Rig) -> list[figures.Figures]:
    """Time the reads of LPAR states one by one, and all at once."""
    bench.populate(_State.RUNNING)
    adapter = bench.host.adapter
    lpar_type = logical_partition.LPAR.schema_type
    lpars = itertools.cycle(bench.lpars)

    def one() -> None:
        vm.get_vm_qp(adapter, next(lpars), 'PartitionState')

    def quick_all() -> None:
        jsonutils.loads(adapter.read(
            lpar_type, suffix_type='quick', suffix_parm='All',
            helpers=[]).body)

    def feed() -> None:
        for lpar in logical_partition.LPAR.wrap(
                adapter.read(lpar_type, helpers=[])):
            # Both are parsed when they are asked for.
            _ = lpar.uuid, lpar.state

    return [{'name': name, **figures.median_times(read, times)}
            for name, read, times in (('one', one, 100),
                                      ('quick/All', quick_all, 20),
                                      ('feed', feed, 5))]


CASES: dict[str, Callable[[rig.Rig], list[figures.Figures]]] = {
    'redundant': redundant, 'busy': busy, 'reboot': reboot, 'crash': crash,
    'floor': floor, 'memory': memory, 'reads': reads,
    'sync': power_sync.sync, 'bad day': bad_day_case.bad_day}


def _set_state(bench: rig.Rig, state: str, events: int) -> int:
    bench.sim.set_state(bench.lpars, state, events=events)
    return len(bench.lpars) * events
