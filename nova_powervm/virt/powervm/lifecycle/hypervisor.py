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

"""Reading the states of LPARs from NovaLink, many with one read."""

from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception
from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition

from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm import vm

# So many LPARs are still read one by one: a read of all of them costs the
# service work for each LPAR of the host. The feed has much more to say of
# each, so that it pays only for a share of them (see benchmarks/reads.py).
_FEW = 4
_FEED_SHARE = 0.1

# Seconds after which a read of all LPARs has failed. pypowervm would wait for
# 20 minutes.
_TIMEOUT = 120

# Statuses with which NovaLink says that it is not at our service at all.
_NO_SERVICE = (401, 503)


def _parse_list(body: str) -> dict[str, Any]:
    """Return the states in an answer to ``quick/All``, by upper-case uuid.

    An item that makes no sense is left out: its LPAR is asked for by itself.

    :raises ValueError: if the answer is no JSON list.
    """
    items = jsonutils.loads(body)
    if not isinstance(items, list):
        raise ValueError('a list was expected, not %.100r' % (items,))
    return {item['UUID'].upper(): item['PartitionState'] for item in items
            if isinstance(item, dict) and isinstance(item.get('UUID'), str)
            and 'PartitionState' in item}


def _is_about_one(error: Exception) -> bool:
    """Tell whether NovaLink is there and only failed at this one request."""
    response = getattr(error, 'response', None)
    return isinstance(error, ValueError) or (
        isinstance(error, pvm_exc.HttpError) and response is not None
        and response.status not in _NO_SERVICE)


class StateReader:
    """Reads the PartitionState of LPARs.

    For one thread only, but for :meth:`reset` and :meth:`forget`.

    :param driver: its ``adapter`` is used, the one that it has at the time.
    :param statistics: where reads are counted.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, driver: Any, statistics: stats.Statistics,
                 clock: Callable[[], float]) -> None:
        self._driver = driver
        self._stats = statistics
        self._clock = clock
        self._quick_all = True
        self._feed_size = 0
        # LPARs whose last read of their own failed as if NovaLink was away,
        # and those of which it was found that only they fail.
        self._failed: set[str] = set()
        self._garbled: set[str] = set()
        self._no_quick_all = outage.Outage(
            'NovaLink does not list the states of LPARs; they are read from '
            'the feed of LPARs, which takes longer',
            'NovaLink lists the states of LPARs again')
        self._no_listing = outage.Outage(
            'NovaLink does not list its LPARs; those of which something is '
            'to be known are asked for one by one',
            'NovaLink lists its LPARs again')
        self._partial_listing = outage.Outage(
            'NovaLink does not list all LPARs; those that the list lacks are '
            'asked for one by one', 'NovaLink lists all LPARs again')
        self._no_answer = outage.Outage(
            'NovaLink gives no usable answer about LPAR',
            'NovaLink gives usable answers about all LPARs again')

    def reset(self) -> None:
        """Forget what the service was found not to offer."""
        self._quick_all = True

    def forget(self, lpar: str) -> None:
        """Expect no answer about an LPAR any more: it was deleted."""
        self._failed.discard(lpar)
        self._garbled.discard(lpar)

    def read(self, lpars: Collection[str], everything: bool = False
             ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Read the states of LPARs: PartitionState as NovaLink gives it.

        An LPAR that a list lacks is read by itself: only NovaLink's word
        that there is no such LPAR counts as its absence.

        :param lpars: upper-case LPAR uuids.
        :param everything: whether all other LPARs are wanted as well.
        :returns: for each of ``lpars`` its state or a
            :class:`.decision.Absent`; and the states of all LPARs, which is
            None if they were not read, or could not be.
        :raises Exception: whatever pypowervm raises when NovaLink answers
            about none of ``lpars``; nothing is known then.
        """
        listing = error = None
        # Those that had none may have been deleted since.
        self._end_of_no_answer()
        if everything or len(lpars) > self._few():
            try:
                listing = self._read_all()
            except Exception as failure:
                error = failure
        states = {lpar: listing[lpar] for lpar in lpars
                  if listing and lpar in listing}
        unlisted = [lpar for lpar in lpars if lpar not in states]
        found = self._read_each(unlisted, listing is not None)
        now = self._clock()
        if error is not None:
            self._no_listing.failed(error, now)
        if listing is not None:
            self._no_listing.over(now)
            self._check_listing(bool(states), [
                lpar for lpar, state in found.items()
                if not isinstance(state, decision.Absent)])
        states |= found
        for lpar, state in states.items():
            if state is not decision.Absent.NO_ANSWER:
                self._failed.discard(lpar)
                self._garbled.discard(lpar)
        self._end_of_no_answer()
        return states, listing

    def _end_of_no_answer(self) -> None:
        if not self._garbled:
            self._no_answer.over(self._clock())

    def _few(self) -> float:
        return _FEW if self._quick_all else max(
            _FEW, self._feed_size * _FEED_SHARE)

    def _read_each(self, lpars: Collection[str], answers: bool
                   ) -> dict[str, Any]:
        """Read LPARs one by one.

        One that always fails as if NovaLink was away must not keep others
        from being read. So it comes after them; and if they were answered,
        it is taken to fail by itself.

        :param answers: whether NovaLink has just answered.
        """
        states: dict[str, Any] = dict.fromkeys(
            lpars, decision.Absent.NO_ANSWER)
        failures = 0
        for lpar in sorted(lpars, key=self._failed.__contains__):
            try:
                states[lpar] = self._read_one(lpar)
                answers = True
            except Exception as error:
                if not _is_about_one(error):
                    self._failed.add(lpar)
                    failures += 1
                    answers = answers or lpar in self._garbled
                    if not answers:
                        raise
                self._stats.add(rest_unusable=1)
                self._garbled.add(lpar)
                self._no_answer.failed('%s: %s' % (lpar, error),
                                       self._clock())
                # Each may take as long as the timeout.
                if failures > _FEW:
                    break
        return states

    def _read_one(self, lpar: str) -> Any:
        try:
            with self._counted('rest_quick'):
                # It may fail very often: without pypowervm's log of each.
                return vm.get_vm_qp(self._driver.adapter, lpar,
                                    'PartitionState', log_errors=False)
        except exception.InstanceNotFound:
            return decision.Absent.GONE

    def _read_all(self) -> dict[str, Any]:
        """Return the states of all LPARs by upper-case uuid."""
        if self._quick_all:
            try:
                with self._counted('rest_quick_all'):
                    body = self._driver.adapter.read(
                        logical_partition.LPAR.schema_type,
                        suffix_type='quick', suffix_parm='All',
                        timeout=_TIMEOUT, helpers=[]).body
                listing = _parse_list(body)
            except (pvm_exc.HttpError, ValueError) as error:
                if not _is_about_one(error):
                    raise
                self._no_quick_all.failed(error, self._clock())
                if isinstance(error, ValueError):
                    self._stats.add(rest_unusable=1)
                # What only failed may succeed the next time.
                self._quick_all = (isinstance(error, pvm_exc.HttpError)
                                   and error.response.status >= 500)
            else:
                self._no_quick_all.over(self._clock())
                return listing
        with self._counted('rest_feed'):
            feed = logical_partition.LPAR.wrap(self._driver.adapter.read(
                logical_partition.LPAR.schema_type, timeout=_TIMEOUT,
                helpers=[]))
        self._feed_size = len(feed)
        return {str(lpar.uuid).upper(): lpar.state for lpar in feed}

    def _check_listing(self, useful: bool, lacking: Collection[str]) -> None:
        """See whether a list lacked LPARs that there are.

        :param useful: whether it had any that were looked for.
        :param lacking: those that it did not have.
        """
        if lacking:
            self._stats.add(rest_partial=1)
            self._partial_listing.failed(
                'for example %s' % next(iter(lacking)), self._clock())
        elif useful:
            self._partial_listing.over(self._clock())

    @contextlib.contextmanager
    def _counted(self, kind: str) -> Iterator[None]:
        start = self._clock()
        failed = 1
        try:
            yield
            failed = 0
        except exception.InstanceNotFound:
            failed = 0
            raise
        finally:
            self._stats.add(**{kind: 1}, rest_reads=1, rest_failed=failed,
                            rest_seconds=self._clock() - start)
