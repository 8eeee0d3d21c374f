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

"""Reading the states of all LPARs at once."""

from collections.abc import Callable
from typing import Any

from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import reads
from nova_powervm.virt.powervm.lifecycle import stats

# Seconds after which a read of all LPARs has failed.
TIMEOUT_SECONDS = 120.0

# So many LPARs are still read one by one: a read of all of them costs the
# service work for each LPAR of the host. The feed has much more to say of
# each, so that it pays only for a share of them (see benchmarks/reads.py).
FEW = 4
_FEED_SHARE = 0.1

# Seconds after which quick/All is tried again that was not offered. Once it
# answered, it may have been the start of NovaLink, or an answer cut short.
_PROBE_SECONDS = 600.0


def _parse(body: str) -> dict[interfaces.LparUuid, interfaces.PartitionState]:
    """Return the states in an answer to ``quick/All``.

    An item that makes no sense is left out: its LPAR is read by itself.

    :raises ValueError: if the answer is no JSON list.
    """
    items = jsonutils.loads(body)
    if not isinstance(items, list):
        raise ValueError('a list was expected, not %.100r' % (items,))
    states = {}
    for item in items:
        if isinstance(item, dict) and isinstance(item.get('UUID'), str):
            state = reads.partition_state(item.get('PartitionState', item))
            if state is not None:
                states[interfaces.LparUuid(item['UUID'].upper())] = state
    return states


class Lister:
    """Lists the states of all LPARs, by ``quick/All`` or by their feed.

    For one thread at a time, but for :meth:`reset`.

    :param driver: its ``adapter`` is used, the one that it has at the time.
    :param statistics: where reads are counted.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, driver: interfaces.Driver,
                 statistics: stats.Statistics,
                 clock: Callable[[], float]) -> None:
        self._driver = driver
        self._stats = statistics
        self._clock = clock
        self._probe_at = 0.0
        self._feed_size = 0
        self._quick_all = outage.Outage(
            messages.QUICK_ALL_AWAY, messages.QUICK_ALL_BACK)

    def reset(self) -> None:
        """Try ``quick/All`` again: the service may be another one."""
        self._probe_at = 0.0

    def few(self) -> int:
        """Return for how many LPARs single reads are cheaper than a list."""
        if self._clock() >= self._probe_at:
            return FEW
        return max(FEW, int(self._feed_size * _FEED_SHARE))

    def read(self) -> interfaces.Listing:
        """Return the states of all LPARs.

        :raises Exception: whatever pypowervm raises if neither way works.
        """
        if self._clock() >= self._probe_at:
            self._quick_all.begin(self._clock())
            try:
                listing = self._read_quick_all()
            except (pvm_exc.HttpError, pvm_exc.TimeoutError,
                    ValueError) as error:
                about_one = reads.is_about_one(error)
                if about_one or isinstance(error, pvm_exc.TimeoutError):
                    self._note_failure(error)
                # With NovaLink away the feed would take as long once more.
                if not about_one:
                    raise
            else:
                self._quick_all.over(self._clock())
                return listing
        return self._read_feed()

    def _note_failure(self, error: Exception) -> None:
        self._quick_all.failed(error, self._clock())
        if isinstance(error, ValueError):
            self._stats.add(rest_unusable=1)
        # What only failed may succeed the next time.
        if not (isinstance(error, pvm_exc.HttpError)
                and error.response.status >= 500):
            self._probe_at = self._clock() + _PROBE_SECONDS

    def _read_quick_all(self) -> interfaces.Listing:
        with reads.counted(self._stats, self._clock, 'rest_quick_all'):
            return _parse(self._read(
                suffix_type='quick', suffix_parm='All').body)

    def _read_feed(self) -> interfaces.Listing:
        with reads.counted(self._stats, self._clock, 'rest_feed'):
            feed = logical_partition.LPAR.wrap(self._read())
        self._feed_size = len(feed)
        return {
            interfaces.LparUuid(str(lpar.uuid).upper()): state
            for lpar in feed
            if (state := reads.partition_state(lpar.state)) is not None}

    def _read(self, **kwargs: Any) -> Any:
        return self._driver.adapter.read(
            logical_partition.LPAR.schema_type, timeout=TIMEOUT_SECONDS,
            helpers=[], **kwargs)
