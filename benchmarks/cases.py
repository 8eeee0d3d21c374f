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
returns figures; none of them knows what the module should do beyond how many
events nova must be told and that both sides agree in the end.
"""

from collections.abc import Callable
import gc
import itertools
import pathlib
import queue
import statistics
import threading
import time
import tracemalloc
from typing import Any

from nova.compute import power_state
from nova.compute import task_states
from nova.compute import vm_states
from nova import context as nova_context
from nova import objects
from nova.virt import event as virtevent
from oslo_serialization import jsonutils
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition

from benchmarks import conductor
from benchmarks import measure
from benchmarks import nova_host
from benchmarks import rig
from benchmarks import rpc
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm import vm

Figures = dict[str, Any]

_State = base_partition.LPARState

# Requests that read LPARs, by the simulator's names for their kinds.
_READS = ('quick_property', 'quick_object', 'quick_all', 'lpar_feed',
          'lpar_entry', 'search')

_STOPPED = {'power_state': power_state.SHUTDOWN,
            'vm_state': vm_states.STOPPED, 'task_state': None}

# Shares of the delay that a restart's two halves take.
_DOWN = 0.2
_UP = 0.3

# LPARs in the lookup that is timed.
_BULK = 200

# Frames of a traceback in which the module is looked for.
_FRAMES = 12


def redundant(bench: rig.Rig) -> list[Figures]:
    """Events without a change, twice: nova is asked once, then not again."""
    bench.populate(_State.RUNNING)
    bench.start_handler()

    def storm() -> int:
        return bench.sim.storm(bench.lpars, events=bench.options.events)

    return [_measure(bench, 'redundant', storm),
            _measure(bench, 'redundant, next time', storm)]


def busy(bench: rig.Rig) -> list[Figures]:
    """All LPARs stop while nova has a task for each; then the tasks end."""
    bench.populate(_State.RUNNING, task_state=task_states.POWERING_OFF)
    bench.start_handler()

    def stop() -> int:
        return _set_state(bench, _State.NOT_ACTIVATED, bench.options.events)

    def end_tasks() -> int:
        bench.client.update(
            [row['uuid'] for row in bench.client.rows('uuid')], **_STOPPED)
        return 0

    return [_measure(bench, 'busy', stop),
            _measure(bench, 'busy, tasks end', end_tasks,
                     outcome='no_change')]


def reboot(bench: rig.Rig) -> list[Figures]:
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

    return [_measure(bench, 'reboot', restart)]


def crash(bench: rig.Rig) -> list[Figures]:
    """All LPARs stop and nova knows nothing of it."""
    bench.populate(_State.RUNNING)
    bench.start_handler()

    def stop() -> int:
        return _set_state(bench, _State.NOT_ACTIVATED, bench.options.events)

    return [_measure(bench, 'crash', stop, emits=len(bench.lpars))]


def floor(bench: rig.Rig) -> list[Figures]:
    """nova's own calls for the events of a crash, and nothing else.

    As many threads as the module has call emit_event one LPAR after the
    other, against LPARs that have stopped and instances that are active.
    """
    bench.populate(_State.NOT_ACTIVATED)
    todo: queue.SimpleQueue[str] = queue.SimpleQueue()
    for row in bench.client.rows('uuid'):
        todo.put(row['uuid'])

    def emit() -> None:
        while True:
            try:
                uuid = todo.get_nowait()
            except queue.Empty:
                return
            bench.host.emit_event(virtevent.LifecycleEvent(
                uuid, virtevent.EVENT_LIFECYCLE_STOPPED))

    workers = rig.CONF.powervm.event_emit_workers
    threads = [threading.Thread(target=emit) for _ in range(workers)]
    bench.client.take_counters()
    cpu = time.process_time()
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start
    figures = {
        'name': 'floor', 'seconds': seconds, 'threads': workers,
        'cpu': time.process_time() - cpu, 'emits': bench.host.emits,
        'nova_calls': _count(bench.client.take_counters(), rpc.NOVA),
        'nova_reads': bench.host.info_reads, 'memory': measure.memory(),
        'disagree': _disagreeing(bench)}
    figures.update(_lookup_times(bench))
    return [figures]


def memory(bench: rig.Rig) -> list[Figures]:
    """Bytes that the module keeps for each LPAR, by tracemalloc.

    While all are pending, and after nova was found to agree about them.
    """
    bench.populate(_State.RUNNING)
    tracemalloc.start(_FRAMES)
    bench.start_handler()
    before = _module_bytes()
    sent = bench.sim.storm(bench.lpars, events=1)
    bench.wait('events', lambda: bench.poll.events >= sent)
    pending = _module_bytes()
    # The resync of the start counts as one until it was made.
    waiting = bench.unanswered() - (not bench.count('resyncs'))
    bench.wait('looks', lambda: not bench.unanswered())
    known = _module_bytes()
    return [{'name': 'memory', 'pending_lpars': waiting,
             'pending_bytes': (pending - before) / len(bench.lpars),
             'known_bytes': (known - before) / len(bench.lpars)}]


def reads(bench: rig.Rig) -> list[Figures]:
    """What it costs to read LPAR states one by one, and all at once."""
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

    return [{'name': name, **_median_times(read, times)}
            for name, read, times in (('one', one, 100),
                                      ('quick/All', quick_all, 20),
                                      ('feed', feed, 5))]


CASES: dict[str, Callable[[rig.Rig], list[Figures]]] = {
    'redundant': redundant, 'busy': busy, 'reboot': reboot, 'crash': crash,
    'floor': floor, 'memory': memory, 'reads': reads}


def _set_state(bench: rig.Rig, state: str, events: int) -> int:
    bench.sim.set_state(bench.lpars, state, events=events)
    return len(bench.lpars) * events


def _measure(bench: rig.Rig, name: str, trigger: Callable[[], int],
             emits: int = 0, outcome: str = 'lpars') -> Figures:
    """Cause something and measure until the module has dealt with it.

    :param trigger: returns the number of events to wait for.
    :param emits: how many events nova is to be told.
    :param outcome: the module's counter that each LPAR is to add one to.
    """
    bench.sim.reset_counters()
    bench.client.take_counters()
    bench.host.reset_counters()
    bench.poll.reset()
    bench.threads.reset()
    before = bench.count(outcome)
    rest = measure.memory()['rss']
    cpu = time.process_time()
    sent = trigger()
    bench.wait(f'the events, {name}', lambda: bench.poll.events >= sent)
    # The cheap conditions first: a drain takes long, and this process is the
    # one that is measured.
    bench.wait(f'the looks, {name}', lambda: (
        bench.host.emits >= emits
        and bench.count(outcome) - before >= len(bench.lpars)
        and not bench.unanswered()))
    end = time.monotonic()
    if not sent:
        drain = None
    elif emits:
        drain = bench.host.last_emit - bench.poll.first_due(
            bench.options.delay)
    else:
        drain = end - bench.poll.first_due(bench.options.delay)
    ingest_cpu = bench.poll.process_cpu - cpu if sent else 0.0
    figures = {
        'name': name, 'poll': bench.poll.as_dict(), 'drain': drain,
        'cpu_ingest': ingest_cpu,
        'cpu_drain': time.process_time() - cpu - ingest_cpu,
        'threads': bench.threads.peak,
        'thread_names': sorted(bench.threads.names),
        'memory': {'rest': rest, **measure.memory()},
        'emits': bench.host.emits, 'emits_expected': emits}
    figures.update(_calls(bench))
    # Now that nothing is counted any more: does nova know?
    figures['disagree'] = _disagreeing(bench)
    return figures


def _calls(bench: rig.Rig) -> Figures:
    """Controller calls and REST reads, the module's and nova's apart."""
    calls = bench.client.take_counters()
    requests = bench.sim.counters()
    return {
        'lookups': _count(calls, rpc.MODULE),
        'nova_calls': _count(calls, rpc.NOVA),
        'reads': sum(requests.get(kind, 0) for kind in _READS)
        - bench.host.info_reads,
        'nova_reads': bench.host.info_reads,
        'calls': calls, 'requests': requests}


def _count(calls: dict[str, int], origin: str) -> int:
    """Calls of the module or of nova; a cast makes nobody wait."""
    return sum(count for call, count in calls.items()
               if call.startswith(origin) and ' cast ' not in call)


def _disagreeing(bench: rig.Rig) -> int:
    """LPARs whose power state is not the one that nova's table has.

    Those with a task are left out, once the stops that nova asked for have
    had the time to end.
    """
    time.sleep(conductor.STOP_SECONDS + 0.5)
    records = {row['uuid']: row for row in bench.client.rows(
        'uuid', 'power_state', 'task_state')}
    states = {lpar['uuid']: lpar['state'] for lpar in bench.sim.lpars()}
    wrong = 0
    for index, lpar in enumerate(bench.lpars):
        record = records[nova_host.instance_uuid(lpar, index)]
        power = vm.POWERVM_TO_NOVA_STATE[states[lpar]]
        wrong += (record['task_state'] is None
                  and record['power_state'] != power)
    return wrong


def _lookup_times(bench: rig.Rig) -> Figures:
    """What one lookup costs its caller here, milliseconds."""
    context = nova_context.get_admin_context()
    lpars = bench.lpars[:_BULK]
    filters = {'uuid': [uuid for lpar in lpars
                        for uuid in vm.instance_uuids(lpar)],
               'deleted': False}
    start = time.perf_counter()
    found = objects.InstanceList.get_by_filters(
        context, filters, expected_attrs=[])
    bulk = time.perf_counter() - start
    start = time.perf_counter()
    objects.Instance.get_by_uuid(context, found[0].uuid)
    single = time.perf_counter() - start
    return {'bulk_lpars': len(found), 'bulk_ms': bulk * 1000,
            'single_ms': single * 1000}


def _median_times(work: Callable[[], None], times: int) -> Figures:
    """Wall and CPU time of a call, milliseconds, medians."""
    wall, cpu = [], []
    for _ in range(times):
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - start_cpu) * 1000)
    return {'wall_ms': statistics.median(wall),
            'cpu_ms': statistics.median(cpu)}


def _module_bytes() -> int:
    """Bytes allocated by, or on behalf of, the module and not freed yet."""
    gc.collect()
    folder = pathlib.Path(event.__file__).parent
    filters = [tracemalloc.Filter(True, str(path), all_frames=True)
               for path in (folder / 'event.py', folder / 'lifecycle' / '*')]
    snapshot = tracemalloc.take_snapshot().filter_traces(filters)
    return sum(trace.size for trace in snapshot.traces)
