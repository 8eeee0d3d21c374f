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


"""Figures of a case: what the module did, and what that took."""

from collections.abc import Callable
import gc
import pathlib
import statistics
import time
import tracemalloc
from typing import Any

from nova import context as nova_context
from nova import objects

from benchmarks import conductor
from benchmarks import instruments
from benchmarks import rig
from benchmarks import rpc
from nova_powervm.testing import agreement
from nova_powervm.testing import internals
from nova_powervm.virt.powervm import event

Figures = dict[str, Any]

# Requests that read LPARs, by the simulator's names for their kinds.
_READS = ('quick_property', 'quick_object', 'quick_all', 'lpar_feed',
          'lpar_entry', 'search')

# LPARs in the lookup that is timed.
_BULK = 200


def measure(bench: rig.Rig, name: str, trigger: Callable[[], int],
            emits: int = 0, outcome: str = 'lpars', rest: float = 0.0
            ) -> Figures:
    """Cause something and measure until the module has dealt with it.

    :param trigger: returns the number of events to wait for.
    :param emits: how many events nova is to be told.
    :param outcome: the module's counter that each LPAR is to add one to.
    :param rest: seconds for which calls are still counted afterwards.
    """
    bench.reset_counters()
    before = bench.count(outcome)
    over = _over_budget(bench)
    resting = instruments.memory()['rss']
    cpu = time.process_time()
    sent = trigger()
    bench.wait(f'the events, {name}', lambda: bench.poll.events >= sent)
    # The cheap conditions first: a drain takes long, and this process is the
    # one that is measured.
    bench.wait(f'the comparisons, {name}', lambda: (
        bench.host.emits >= emits
        and bench.count(outcome) - before >= len(bench.lpars)
        and not bench.unanswered()))
    end = bench.host.last_emit if emits else time.monotonic()
    drain = (end - bench.poll.first_due(bench.options.delay)
             if sent else None)
    ingest_cpu = bench.poll.process_cpu - cpu if sent else 0.0
    figures = {
        'name': name, 'poll': bench.poll.as_dict(), 'drain': drain,
        'cpu_ingest': ingest_cpu,
        'cpu_drain': time.process_time() - cpu - ingest_cpu,
        'threads': bench.threads.peak,
        'thread_names': sorted(bench.threads.names),
        'memory': {'rest': resting, **instruments.memory()},
        'emits': bench.host.emits, 'emits_expected': emits}
    time.sleep(rest)
    figures['over_budget'] = _over_budget(bench) - over
    figures.update(_calls(bench))
    # Now that nothing is counted any more: does nova know?
    figures['disagree'] = disagreeing(bench)
    return figures


def _over_budget(bench: rig.Rig) -> int:
    """Return how many batches made more calls than lifecycle.budget allows."""
    return bench.count('over_lookups') + bench.count('over_reads')


def _calls(bench: rig.Rig) -> Figures:
    """Return controller calls and REST reads, by who made them."""
    calls = bench.client.take_counters()
    requests = bench.sim.counters()
    return {
        'lookups': count(calls, rpc.MODULE),
        'nova_calls': count(calls, rpc.NOVA),
        'reads': reads(requests) - bench.host.info_reads,
        'nova_reads': bench.host.info_reads,
        'calls': calls, 'requests': requests}


def reads(requests: dict[str, int]) -> int:
    """Return the reads of LPARs among the requests to the simulator."""
    return sum(requests.get(kind, 0) for kind in _READS)


def count(calls: dict[str, int], origin: str) -> int:
    """Return the calls of the module or of nova, without casts."""
    return sum(count for call, count in calls.items()
               if call.startswith(origin) and ' cast ' not in call)


def disagreeing(bench: rig.Rig) -> int:
    """Return the number of LPARs about which nova and NovaLink differ.

    Those with a task are left out, once the stops that nova asked for have
    had the time to end.
    """
    time.sleep(conductor.STOP_SECONDS + 0.5)
    servers = [agreement.Server(**row) for row in bench.client.rows(
        'uuid', 'power_state', 'vm_state', 'task_state')]
    states = {lpar['uuid']: lpar['state'] for lpar in bench.sim.lpars()}
    return sum(each.fields.get('task_state') is None
               for each in agreement.differences(servers, states))


def lookup_times(bench: rig.Rig) -> Figures:
    """Return the times of a bulk and of a single lookup, milliseconds."""
    context = nova_context.get_admin_context()
    lpars = bench.lpars[:_BULK]
    filters = {'uuid': [uuid for lpar in lpars
                        for uuid in internals.candidate_uuids(lpar)],
               'deleted': False, 'soft_deleted': True}
    start = time.perf_counter()
    found = objects.InstanceList.get_by_filters(
        context, filters, expected_attrs=[])
    bulk = time.perf_counter() - start
    start = time.perf_counter()
    objects.Instance.get_by_uuid(context, found[0].uuid)
    single = time.perf_counter() - start
    return {'bulk_lpars': len(found), 'bulk_ms': bulk * 1000,
            'single_ms': single * 1000}


def median_times(work: Callable[[], None], times: int) -> Figures:
    """Return the median wall and CPU time of a call, milliseconds."""
    wall, cpu = [], []
    for _ in range(times):
        start, start_cpu = time.perf_counter(), time.process_time()
        work()
        wall.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - start_cpu) * 1000)
    return {'wall_ms': statistics.median(wall),
            'cpu_ms': statistics.median(cpu)}


def module_bytes() -> int:
    """Return the bytes that calls of the module allocated and still hold."""
    gc.collect()
    folder = pathlib.Path(event.__file__).parent
    filters = [tracemalloc.Filter(True, str(path), all_frames=True)
               for path in (folder / 'event.py', folder / 'lifecycle' / '*')]
    snapshot = tracemalloc.take_snapshot().filter_traces(filters)
    return sum(trace.size for trace in snapshot.traces)
