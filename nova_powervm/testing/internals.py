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


"""What tests use of the event module's inside, and of the driver's.

Everything else in this library, in the demo, in the benchmarks and in the
endurance runs uses public names, or names from here.
"""

import time
from typing import Any

import fixtures
from oslo_config import cfg
from pypowervm.helpers import vios_busy

from nova_powervm.virt.powervm.lifecycle import backoff as _backoff
from nova_powervm.virt.powervm.lifecycle import listener as _listener
from nova_powervm.virt.powervm.lifecycle import listing as _listing
from nova_powervm.virt.powervm.lifecycle import lpar_states as _lpar_states
from nova_powervm.virt.powervm.lifecycle import opts as _opts
from nova_powervm.virt.powervm.lifecycle import outage as _outage
from nova_powervm.virt.powervm.lifecycle import uuids as _uuids
from nova_powervm.virt.powervm import session as _session

#: Name under which nova knows the host, where a test does not say.
HOST = 'this-host'

# The way from an LPAR's uuid to both uuids that its instance may have, and
# back.
candidate_uuids = _uuids.candidate_uuids
lpar_uuid = _uuids.lpar_uuid

#: How the names of the event module's threads begin.
THREADS = 'powervm-'

#: The gauge of LPARs about which nova is known to agree.
AGREED = 'agreed'


def _default(name: str) -> Any:
    """Return the default of an option of the group ``[powervm]``."""
    return getattr(make_conf().powervm, name)


def make_conf(host: str = HOST, **options: Any) -> cfg.ConfigOpts:
    """Return a configuration of its own for an event handler.

    :param options: options of the group ``[powervm]``.
    """
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt('host', default=host))
    _opts.register_opts(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    for name, value in options.items():
        conf.set_override(name, value, group='powervm')
    return conf


def hasten_service(driver: Any, after: float) -> Any:
    """Let a driver see soon to nova's compute service.

    :param after: seconds of absence of NovaLink after which it is disabled.
    :returns: a function that makes it look now.
    """
    driver._service._after = after
    return driver._service.check


def handler_of(driver: Any) -> Any:
    """Return the event handler of a driver that ``init_host`` has set up."""
    return driver._event_handler


#: Seconds from an event of an LPAR to its comparison, unless told otherwise.
EVENT_DELAY: float = _default('event_delay')

#: Threads of an event handler that tell nova of events, unless told otherwise.
EMIT_WORKERS: int = _default('event_emit_workers')

#: The share of a wait between two attempts at a service that is random.
WAIT_SPREAD = _outage.JITTER


def service_wait(attempts: int, silent: bool = False) -> float:
    """Return the seconds after which a service that is away is tried again.

    At most: some of them are random.

    :param attempts: how many have failed before.
    :param silent: whether the last one ended without an answer.
    """
    return _backoff.backoff(
        attempts, most=_backoff.MOST if silent else _outage.SERVICE_MOST)


def due_at(handler: Any) -> float:
    """Return when an event handler's next batch is due, on its own clock.

    Infinity if nothing waits.
    """
    return float(handler.lifecycle._queue.ready_at())


class ShortTimes(fixtures.Fixture):
    """Shortens what the module and the driver wait for.

    So that seconds are enough for tests of what takes minutes.

    :param check: seconds between two checks of the event listener.
    :param silence: seconds without a poll after which that is logged.
    :param poll: seconds that a poll for events may take.
    :param read: seconds that another request to NovaLink may take.
    """

    def __init__(self, check: float = 0.5, silence: float = 12.0,
                 poll: float = 2.0, read: float = 1.0) -> None:
        super().__init__()
        self._values = {
            (_listener, 'CHECK_SECONDS'): check,
            (_listener, 'SILENCE_SECONDS'): silence,
            (_session, '_POLL_TIMEOUT'): poll,
            (_session, '_LOGON_TIMEOUT'): read,
            (_session, '_QUICK_TIMEOUT'): read,
            (_session, '_READ_TIMEOUT'): read,
            (_listing, 'TIMEOUT_SECONDS'): read,
            (_lpar_states, 'TIMEOUT_SECONDS'): read,
            # pypowervm waits before it repeats a request.
            (vios_busy, 'SLEEP'): lambda seconds: time.sleep(check / 5)}

    def _setUp(self) -> None:
        for (module, name), value in self._values.items():
            self.useFixture(fixtures.MonkeyPatch(
                '%s.%s' % (module.__name__, name), value))
