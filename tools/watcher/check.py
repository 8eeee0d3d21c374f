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

"""The whole check, from an empty queue to an empty queue."""

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
import contextlib
import tempfile
import time

from tools.minicloud import processes
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.watcher import counting
from tools.watcher import figures as figures_mod
from tools.watcher import models
from tools.watcher import phases
from tools.watcher import report
from tools.watcher import stage as stage_mod
from tools.watcher import stock

# Until servers that were booted here are gone.
_DELETE_SECONDS = 60.0
_DELETE_SECONDS_A_SERVER = 5.0
_INTERVAL = 0.5


class UnfitError(Exception):
    """The cloud is not one that can be checked so; the text says why."""


def find(directory: str) -> settings_mod.Settings:
    """Return what the cloud in a folder is like.

    :raises UnfitError: if there is none, it is down, or its nova sends no
        notifications.
    """
    try:
        settings = settings_mod.Settings.load(directory)
    except (FileNotFoundError, ValueError):
        raise UnfitError('There is no cloud in %s. `tox -e cloud -- up '
                         '--notifications` starts one.' % directory) from None
    if not settings.notifications:
        raise UnfitError('Its nova sends no notifications. Take the cloud '
                         'down and start it with --notifications.')
    if not service.responds(settings.url('nova-api'))():
        raise UnfitError('The API of its nova does not respond.')
    return settings


def run(settings: settings_mod.Settings, servers: int, churn: float,
        say: Callable[[str], object]
        ) -> tuple[report.Rows, list[models.Difference]]:
    """Check that all agree after each of several changes.

    :param servers: how many servers there have to be at least.
    :param churn: seconds of stops and starts at once.
    :param say: called with each line of news.
    :returns: a table, and what differs.
    """
    with _set_up(settings, say) as (stage, watcher, notifications):
        _boot(stage, servers, say)
        watcher.start()
        figure = figures_mod.measure(watcher, stage.count())
        results = phases.Phases(
            stage, watcher, notifications, settings.delay,
            lambda result: say(report.line(result))).run(churn)
        if stage.refused:
            say('nova refused to start a server that was on its way to '
                'another state: %d times' % stage.refused)
    return report.result_rows(results), [
        *figures_mod.check([figure], settings.computes),
        *(difference for result in results
          for difference in result.differences)]


def measure(settings: settings_mod.Settings, counts: Sequence[int],
            say: Callable[[str], object]
            ) -> tuple[report.Rows, list[models.Difference]]:
    """Measure what a build costs, with several numbers of servers.

    :param counts: the numbers, the smallest first.
    :returns: as :func:`run`.
    :raises UnfitError: if there are more servers than the smallest number.
    """
    with _set_up(settings, say) as (stage, watcher, _):
        if (found := stage.count()) > counts[0]:
            raise UnfitError('The cloud has %d servers, which is more than '
                             '%d.' % (found, counts[0]))
        figures = figures_mod.measure_each(
            counts, stage, watcher, lambda figure: say(
                '%d servers: %.2f s' % (figure.servers,
                                        figure.cloud.seconds)))
    return report.figure_rows(figures), figures_mod.check(
        figures, settings.computes)


@contextlib.contextmanager
def _set_up(settings: settings_mod.Settings, say: Callable[[str], object]
            ) -> Iterator[tuple[stage_mod.Stage, stock.Watcher,
                                counting.Notifications]]:
    """Make what a check needs, and remove it whatever happens."""
    with contextlib.ExitStack() as stack:
        stage = stage_mod.Stage(settings)
        # Also what a killed run has left.
        stage.delete_aggregates()
        stock.delete_queue(settings)
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        notifications = counting.Notifications()
        stack.callback(_delete_servers, stage, say)
        stack.callback(stage.delete_aggregates)
        stage.add_aggregate()
        stack.callback(stock.delete_queue, settings)
        watcher = stock.Watcher(stock.configure(settings, folder),
                                notifications)
        stack.callback(watcher.stop)
        yield stage, watcher, notifications


def _boot(stage: stage_mod.Stage, servers: int,
          say: Callable[[str], object]) -> None:
    if (missing := servers - stage.count()) > 0:
        say('Booting %d servers.' % missing)
        stage.boot(missing)


def _delete_servers(stage: stage_mod.Stage, say: Callable[[str], object]
                    ) -> None:
    booted = stage.booted()
    if not booted:
        return
    say('Deleting %d servers.' % len(booted))
    stage.delete(booted)
    seconds = _DELETE_SECONDS + _DELETE_SECONDS_A_SERVER * len(booted)
    deadline = time.monotonic() + seconds
    while left := stage.booted():
        if time.monotonic() > deadline:
            raise processes.CloudError(
                '%d servers are not deleted after %g s.' % (
                    len(left), seconds))
        time.sleep(_INTERVAL)
