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

"""The module under test, wired up as in nova-compute, and its instruments."""

from collections.abc import Callable
import dataclasses
import time
from typing import Any

import nova.conf
from nova import config
from nova import objects
from nova.objects import base as objects_base
from oslo_log import log as logging
from pypowervm import adapter as pvm_adapter
from pypowervm.helpers import log_helper
from pypowervm.helpers import vios_busy

from benchmarks import instruments
from benchmarks import nova_host
from benchmarks import rpc
from nova_powervm.sim import client as sim_client
from nova_powervm.testing import waiting
from nova_powervm.virt.powervm import event

CONF = nova.conf.CONF

# How often a wait checks its condition and counts the threads, seconds.
TICK = 0.05


@dataclasses.dataclass(frozen=True)
class Options:
    """Settings of the measured process; times in seconds.

    :param log: file for the logs, which nova-compute would write too.
    :param limit: how long any wait may take before the case has failed.
    """

    case: str
    lpars: int
    events: int
    delay: float
    sim_port: int
    conductor_port: int
    log: str
    limit: float


class Rig:
    """Session, adapter, host driver, handler and instruments of one case."""

    def __init__(self, options: Options) -> None:
        self.options = options
        _configure(options)
        self.sim = sim_client.Control(options.sim_port)
        self.client = rpc.ConductorClient(options.conductor_port)
        objects_base.NovaObject.indirection_api = self.client
        session = pvm_adapter.Session(port=options.sim_port)
        self.host = nova_host.HostDriver(
            pvm_adapter.Adapter(session, helpers=[
                log_helper.log_helper, vios_busy.vios_busy_retry_helper]),
            self.client)
        self.lpars: list[str] = []

    def populate(self, lpar_state: str, **instance: Any) -> None:
        """Make the LPARs and their instances.

        :param instance: fields that differ from an active instance's.
        """
        self.lpars = self.sim.add_lpars(self.options.lpars, state=lpar_state)
        self.client.load(nova_host.instance_rows(self.lpars, **instance))

    def start_handler(self) -> None:
        """Make the handler and subscribe it, as the driver does."""
        self.threads = instruments.ThreadWatch()
        self.handler = event.PowerVMNovaEventHandler(self.host)
        self.poll = instruments.PollTimer(self.handler)
        self.host.session.get_event_listener().subscribe(self.handler)

    def wait(self, what: str, done: Callable[[], bool]) -> None:
        """Wait until it is done.

        :raises nova_powervm.testing.waiting.TimedOut: if it takes longer than
            the limit; the text has the statistics.
        """
        waiting.wait_until(
            done, what, timeout=self.options.limit, pause=self._tick,
            details=self.handler.statistics.as_dict)

    def _tick(self) -> None:
        self.threads.sample()
        time.sleep(TICK)

    def reset_counters(self) -> None:
        """Let all instruments begin anew."""
        self.sim.reset_counters()
        self.client.take_counters()
        self.host.reset_counters()
        self.poll.reset()
        self.threads.reset()

    def count(self, counter: str) -> int:
        """Return one of the handler's counters."""
        return int(self.handler.statistics.as_dict()[counter])

    def unanswered(self) -> int:
        """Return the LPARs with an event that are still to be compared."""
        return self.count('pending')


def _configure(options: Options) -> None:
    """Set options and logs as nova-compute does; bad values raise as there."""
    config.parse_args(['benchmark', '--log-file', options.log],
                      default_config_files=[], configure_db=False,
                      init_rpc=False)
    CONF.set_override('host', nova_host.HOST)
    CONF.set_override('event_delay', options.delay, 'powervm')
    CONF.set_override('event_max_delay', max(
        options.delay, CONF.powervm.event_max_delay), 'powervm')
    logging.setup(CONF, 'nova')
    objects.register_all()
