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
from oslo_log import log as logging
from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition

from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)

# So many LPARs are still read one by one: a read of all of them costs the
# service work for each LPAR of the host (see benchmarks/reads.py).
_FEW = 4

# Seconds after which a read of all LPARs has failed. pypowervm would wait for
# 20 minutes.
_TIMEOUT = 120

# Statuses with which a service says that it has no such resource.
_NOT_OFFERED = (400, 404)


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
        # What was said once, until it is over.
        self._listing_missed = False
        self._garbled: set[str] = set()

    def reset(self) -> None:
        """Forget what the service was found not to offer."""
        self._quick_all = True

    def forget(self, lpar: str) -> None:
        """Expect no answer about an LPAR any more: it was deleted."""
        self._garbled.discard(lpar)

    def read(self, lpars: Collection[str],
             listing: dict[str, Any] | None = None) -> dict[str, Any]:
        """Read the states of LPARs.

        An LPAR that a list lacks is read by itself: only the service's word
        that there is no such LPAR counts as its absence.

        :param lpars: upper-case LPAR uuids.
        :param listing: what :meth:`read_all` gave, if it was just called.
        :returns: for each of them PartitionState as the service gave it, or
            a :class:`.decision.Absent`.
        :raises Exception: whatever pypowervm raises when the service does
            not answer; nothing is known then.
        """
        if listing is None:
            listing = self.read_all() if len(lpars) > _FEW else {}
        return {lpar: listing[lpar] if lpar in listing
                else self._read_one(lpar) for lpar in lpars}

    def _read_one(self, lpar: str) -> Any:
        state: Any = decision.Absent.NO_ANSWER
        try:
            with self._counted('rest_quick'):
                state = vm.get_vm_qp(
                    self._driver.adapter, lpar, 'PartitionState')
        except exception.InstanceNotFound:
            state = decision.Absent.GONE
        except (ValueError, pvm_exc.HttpError) as error:
            response = getattr(error, 'response', None)
            if response is not None and response.status in (401, 503):
                raise
            # The service is there and failed for this LPAR alone.
            self._stats.add(rest_unusable=1)
            if not self._garbled:
                LOG.warning('NovaLink gives no usable answer about LPAR %s; '
                            'it is asked again, and so are others of which '
                            'that is true: %.200s', lpar, error)
            self._garbled.add(lpar)
            return state
        if lpar in self._garbled:
            self._garbled.remove(lpar)
            if not self._garbled:
                LOG.info('NovaLink gives usable answers about all LPARs again')
        return state

    def read_all(self) -> dict[str, Any]:
        """Read the states of all LPARs that the service lists.

        :returns: PartitionState as the service gave it, by upper-case uuid.
        :raises Exception: as :meth:`read`.
        """
        if self._quick_all:
            try:
                with self._counted('rest_quick_all'):
                    body = self._driver.adapter.read(
                        logical_partition.LPAR.schema_type,
                        suffix_type='quick', suffix_parm='All',
                        timeout=_TIMEOUT, helpers=[]).body
                listing = _parse_list(body)
            except pvm_exc.HttpError as error:
                if error.response.status not in _NOT_OFFERED:
                    raise
                reason: Exception = error
            except ValueError as error:
                self._stats.add(rest_unusable=1)
                reason = error
            else:
                if self._listing_missed:
                    LOG.info('NovaLink lists the states of LPARs again')
                self._listing_missed = False
                return listing
            if not self._listing_missed:
                LOG.warning('NovaLink does not list the states of LPARs; they '
                            'are read from the feed of LPARs, which takes '
                            'longer: %.200s', reason)
            self._listing_missed = True
            self._quick_all = False
        with self._counted('rest_feed'):
            feed = logical_partition.LPAR.wrap(self._driver.adapter.read(
                logical_partition.LPAR.schema_type, timeout=_TIMEOUT,
                helpers=[]))
        return {str(lpar.uuid).upper(): lpar.state for lpar in feed}

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
