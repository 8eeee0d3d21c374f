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


"""The process with one of the modules; it obeys commands on standard input.

It says ``ready``, and answers each command, a JSON object in a line, with
another one. It ends when its standard input is closed. The environment
chooses the backend before anything else is imported.
"""
# ruff: noqa: E402

from nova import monkey_patch

monkey_patch.patch()

import dataclasses
import json
import sys
import time
from typing import Any

import nova.conf
from nova import config
from nova import objects
from nova.objects import base as objects_base
from oslo_log import log as logging
import oslo_messaging
from pypowervm import adapter as pvm_adapter
from pypowervm.helpers import log_helper
from pypowervm.helpers import vios_busy

from benchmarks.comparison import nova_side
from benchmarks.comparison import releases
from benchmarks import floor
from benchmarks import instruments
from benchmarks import measured
from benchmarks import obey
from benchmarks import rpc

CONF = nova.conf.CONF

# How often a wait checks its condition and counts the threads, seconds.
_TICK = 0.05

# Whoever has nothing left for so long has ended, seconds.
_STILL = 0.5


@dataclasses.dataclass(frozen=True)
class Options:
    """Settings of the process; times in seconds.

    :param module: one of :data:`.releases.NAMES`.
    :param limit: how long any wait may take before it has failed.
    :param alone: let nova be alone, without the module.
    """

    module: str
    delay: float
    sim_port: int
    conductor_port: int
    log: str
    limit: float
    alone: bool


class Contestant:
    """A module, wired up as in nova-compute, and its instruments."""

    def __init__(self, options: Options) -> None:
        self._limit = options.limit
        self._green = 0
        make = releases.prepare(options.module)
        _configure(options)
        self._client = rpc.ConductorClient(options.conductor_port)
        self._client.before_call = self._fail_while_away
        self._away_until = 0.0
        objects_base.NovaObject.indirection_api = self._client
        session = pvm_adapter.Session(port=options.sim_port)
        self._host = nova_side.HostDriver(
            pvm_adapter.Adapter(session, helpers=[
                log_helper.log_helper, vios_busy.vios_busy_retry_helper]),
            self._client)
        self._threads = instruments.ThreadWatch()
        self._module = (releases.Nobody if options.alone else make)(
            self._host, CONF, options.delay)
        self._poll = instruments.PollTimer(self._module.handler)
        self.reset()
        if not options.alone:
            session.get_event_listener().subscribe(self._module.handler)

    def tick(self) -> None:
        """Count the threads."""
        self._threads.sample()
        self._green = max(self._green, self._module.green_threads())

    def reset(self) -> dict[str, Any]:
        """Let all instruments begin anew."""
        self._host.reset_counters()
        self._poll.reset()
        self._threads.reset()
        self._green = 0
        self._cpu = time.process_time()
        return {}

    def heard(self, events: int) -> dict[str, Any]:
        """Wait until so many events have come."""
        self._wait('%d events' % events, lambda: self._poll.events >= events)
        return {}

    def settle(self, events: int) -> dict[str, Any]:
        """Wait for events, and until the module has nothing left to do."""
        self.heard(events)
        busy = time.monotonic()

        def still() -> bool:
            nonlocal busy
            if self._module.unfinished():
                busy = time.monotonic()
            return time.monotonic() - busy > _STILL

        self._wait('the end of the work', still)
        last = max(self._poll.last_heard.values(), default=0.0)
        return {
            'poll': self._poll.as_dict(),
            'first_heard': self._poll.first_due(0.0), 'last_heard': last,
            'cpu': time.process_time() - self._cpu,
            'memory': instruments.memory(), 'threads': self._threads.peak,
            'green_threads': self._green, 'emits': self._host.emits,
            'info_reads': self._host.info_reads}

    def away(self, seconds: float) -> dict[str, Any]:
        """Let all calls to nova-conductor fail for a time."""
        self._away_until = time.monotonic() + seconds
        return {}

    def floor(self, uuids: list[str], workers: int) -> dict[str, Any]:
        """Tell nova of stops, without the module.

        :param workers: threads that do so, as many as our module has.
        :returns: when that began, on the monotonic clock.
        """
        began = time.monotonic()
        floor.emit_stops(self._host, uuids, workers)
        return {'began': began, 'ended': time.monotonic(),
                'emits': self._host.emits}

    def _wait(self, what: str, done: Any) -> None:
        end = time.monotonic() + self._limit
        while not done():
            if time.monotonic() > end:
                raise TimeoutError('waited %g s in vain for %s: heard %d, '
                                   'unfinished %d' % (
                                       self._limit, what, self._poll.events,
                                       self._module.unfinished()))
            self.tick()
            time.sleep(_TICK)

    def _fail_while_away(self) -> None:
        if time.monotonic() < self._away_until:
            raise oslo_messaging.MessagingTimeout('nova-conductor is away')


def _configure(options: Options) -> None:
    config.parse_args(['benchmark', '--log-file', options.log],
                      default_config_files=[], configure_db=False,
                      init_rpc=False)
    CONF.set_override('host', nova_side.HOST)
    logging.setup(CONF, 'nova')
    objects.register_all()


def main() -> None:
    """Obey commands until there are no more."""
    contestant = Contestant(Options(**json.loads(sys.argv[1])))
    obey.commands(contestant, _TICK, contestant.tick)


if __name__ == '__main__':
    measured.run(main)
