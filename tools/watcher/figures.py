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

"""What a build of Watcher's model costs."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import statistics

from tools.watcher import models
from tools.watcher import stage as stage_mod
from tools.watcher import stock

# Builds of each kind, of which the median counts.
_TIMES = 3

# HTTP requests of a build: for itself, and for each host that it sees.
_CALLS = 7
_CALLS_A_HOST = 4


@dataclasses.dataclass(frozen=True)
class Figure:
    """Builds with a number of servers, seconds and HTTP requests.

    servers: how many nova has.
    cloud: of the whole cloud.
    host: of one host in scope, by a host aggregate.
    """

    servers: int
    cloud: stock.Build
    host: stock.Build


def most_calls(hosts: int) -> int:
    """Return how many HTTP requests a build may need."""
    return _CALLS + _CALLS_A_HOST * hosts


def measure(watcher: stock.Watcher, servers: int) -> Figure:
    """Build models of the cloud and of the host aggregate.

    :param servers: how many nova has.
    """
    cloud, host = (_median([watcher.build(scope) for _ in range(_TIMES)])
                   for scope in (None, stage_mod.AGGREGATE))
    return Figure(servers, cloud, host)


def measure_each(counts: Iterable[int], stage: stage_mod.Stage,
                 watcher: stock.Watcher, tell: Callable[[Figure], object]
                 ) -> list[Figure]:
    """Measure with several numbers of servers, which are booted.

    :param counts: the numbers, the smallest first.
    :param tell: called with each figure.
    """
    found = []
    for count in counts:
        if (missing := count - stage.count()) > 0:
            stage.boot(missing)
        found.append(measure(watcher, stage.count()))
        tell(found[-1])
    return found


def check(figures: Iterable[Figure], hosts: int
          ) -> list[models.Difference]:
    """Return where a build sees less, or needs more, than it should.

    Requests do not grow with the servers, and are less for one host than for
    all.

    :param hosts: number of the cloud's hosts.
    """
    found = []
    for figure in figures:
        if len(figure.cloud.view.servers) != figure.servers:
            found.append(_difference(figure, 'cloud, servers', figure.servers,
                                     len(figure.cloud.view.servers)))
        for build, number, what in ((figure.cloud, hosts, 'cloud'),
                                    (figure.host, 1, 'one host')):
            if len(build.view.hosts) != number:
                found.append(_difference(figure, what + ', hosts', number,
                                         len(build.view.hosts)))
            if build.calls > most_calls(number):
                found.append(_difference(figure, what + ', requests',
                                         most_calls(number), build.calls))
    return found


def _difference(figure: Figure, what: str, expected: int, seen: int
                ) -> models.Difference:
    return models.Difference('%d servers' % figure.servers, what,
                             ('expected', 'seen'), expected, seen)


def _median(builds: list[stock.Build]) -> stock.Build:
    """Return the last build, with the median of the seconds.

    Its requests are the most of any.
    """
    return stock.Build(
        builds[-1].view,
        statistics.median(build.seconds for build in builds),
        max(build.calls for build in builds))
