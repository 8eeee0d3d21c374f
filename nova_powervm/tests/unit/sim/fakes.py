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

"""A fake scheduler, and hosts that run on it."""

import itertools

from nova_powervm.sim import host
from nova_powervm.sim import settings
from nova_powervm.sim import virtual_io

URL = 'http://localhost:12080'


class Scheduler:
    """A fake event loop; advance() moves its clock, which starts at 1000."""

    def __init__(self):
        self.now = 1000.0
        self._calls = {}
        self._order = itertools.count()

    def time(self):
        return self.now

    def call_later(self, delay, callback):
        key = (self.now + delay, next(self._order))
        self._calls[key] = callback
        return TimerHandle(self._calls, key)

    def advance(self, seconds):
        end = self.now + seconds
        while self._calls and min(self._calls)[0] <= end:
            key = min(self._calls)
            self.now = key[0]
            self._calls.pop(key)()
        self.now = end

    @property
    def pending(self):
        """Number of pending calls."""
        return len(self._calls)


class TimerHandle:

    def __init__(self, calls, key):
        self._calls = calls
        self._key = key

    def cancel(self):
        self._calls.pop(self._key, None)


def make_host(scheduler=None, **changes):
    """Return a host that already knows the client 'test'."""
    made = host.Host(scheduler or Scheduler(), settings.Settings(**changes),
                     URL)
    made.events.fetch('test', 1)
    return made


def make_io(*groups, **changes):
    """Return the virtual I/O of a host with one VIOS.

    :param groups: its volume groups, of 100 GB each.
    """
    made = virtual_io.VirtualIo(make_host(**changes))
    made.reset(1, dict.fromkeys(groups or ('rootvg', 'data'), 100.0))
    fetch(made.host)
    return made


def fetch(made, lpar=None):
    """Fetch type and detail of a host's events since the last call.

    :param lpar: only the events of this LPAR.
    """
    fetched = made.events.fetch('test', 1_000_000)
    return [(event.event_type, event.detail) for event in fetched
            if lpar is None or event.data == made.lpar_url(lpar)]
