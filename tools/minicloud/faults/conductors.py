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

"""A storm of events with several numbers of nova-conductor's workers."""

from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import dataclasses
import pathlib

import psutil

from tools.minicloud import apis
from tools.minicloud import cloud as cloud_mod
from tools.minicloud.faults import counters
from tools.minicloud.faults import measuring
from tools.minicloud.faults import rpc_metrics
from tools.minicloud.faults import stage as stage_mod
from tools.minicloud import processes

_CONDUCTOR = 'nova-conductor'

# Seconds after which it is given up that all servers will be right.
_LIMIT = 600.0


@dataclasses.dataclass(frozen=True)
class Storm:
    """All LPARs went off at once, as measured.

    :ivar calls: how long each call of nova-compute to nova-conductor took,
        seconds, nova's own and the event module's.
    :ivar seconds: until all servers were right; None if they never were.
    :ivar counts: of broker and database, less those of an idle cloud.
    :ivar cpu: seconds of CPU of nova-conductor and its workers.
    """

    workers: int
    servers: int
    calls: Sequence[float]
    seconds: float | None
    counts: counters.Counters
    cpu: float


def mean(calls: Sequence[float]) -> float:
    """Return the mean duration, 0 of no calls."""
    return sum(calls) / len(calls) if calls else 0.0


def share_over(calls: Sequence[float], seconds: float) -> float:
    """Return which share of calls took longer, from 0 to 1."""
    return (sum(call > seconds for call in calls) / len(calls)
            if calls else 0.0)


def cpu_seconds(cloud: cloud_mod.Cloud) -> float:
    """Return the CPU time of nova-conductor and its workers so far."""
    pid = cloud.pid(_CONDUCTOR)
    return 0.0 if pid is None else processes.cpu_seconds(psutil.Process(pid))


@contextlib.contextmanager
def measured_computes(stage: stage_mod.Stage
                      ) -> Iterator[rpc_metrics.Listener]:
    """Have all nova-computes measure their calls; undone at the end."""
    cloud = stage.cloud
    path = cloud.settings.path('run', 'rpc-metrics')
    with (rpc_metrics.Listener(path) as listener,
          contextlib.ExitStack() as changes):
        # Undone last, when the files are what they were.
        changes.callback(_restart, stage)
        for name in stage.compute_services:
            changes.enter_context(_appended(
                apis.folder(cloud.settings, 'nova') / (name + '.conf'),
                rpc_metrics.options(path)))
        _restart(stage)
        yield listener


@contextlib.contextmanager
def _appended(path: pathlib.Path, text: str) -> Iterator[None]:
    before = path.read_text()
    path.write_text(before + text)
    try:
        yield
    finally:
        path.write_text(before)


def _restart(stage: stage_mod.Stage) -> None:
    stage.each_at_once(stage.cloud.stop, stage.compute_services)
    stage.each_at_once(stage.cloud.start, stage.compute_services)


def set_workers(cloud: cloud_mod.Cloud, workers: int) -> None:
    """Restart nova-conductor with a number of workers."""
    cloud.stop(_CONDUCTOR)
    cloud.set_conductors(workers)
    cloud.start(_CONDUCTOR)


def measure(stage: stage_mod.Stage, listener: rpc_metrics.Listener,
            workers: int, idle_counts: counters.Counters) -> Storm:
    """Let all LPARs go off with a number of workers, and measure.

    The servers run again afterwards.

    :param idle_counts: see :func:`.measuring.idle`.
    """
    set_workers(stage.cloud, workers)
    try:
        before, cpu = counters.read(stage.cloud), cpu_seconds(stage.cloud)
        listener.take()
        began = stage.clock()
        stage.switch_off(stage.fleet)
        seconds, _ = measuring.wait_equal(stage, began, _LIMIT)
        calls, length = listener.take(), stage.clock() - began
        return Storm(
            workers, len(stage.fleet), calls, seconds,
            counters.read(stage.cloud).minus(before).net(
                idle_counts, length),
            cpu_seconds(stage.cloud) - cpu)
    finally:
        stage.restore()
