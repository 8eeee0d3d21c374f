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

"""What all reads from NovaLink have in common."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
from typing import Any

from pypowervm import exceptions as pvm_exc

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm.lifecycle import traces

# Statuses with which NovaLink says that it is not at our service at all.
_NO_SERVICE = (401, 503)


def partition_state(value: Any) -> interfaces.PartitionState | None:
    """Return a PartitionState as NovaLink gave it.

    :param value: of whatever type.
    :returns: an empty one for null, which NovaLink answers where it knows
        no state; None for what makes no sense.
    """
    if value is None:
        return interfaces.PartitionState('')
    return interfaces.PartitionState(value) if isinstance(
        value, str) else None


def is_about_one(error: Exception) -> bool:
    """Tell whether NovaLink is there and only this request failed."""
    response = getattr(error, 'response', None)
    return isinstance(error, ValueError) or (
        isinstance(error, pvm_exc.HttpError) and response is not None
        and response.status not in _NO_SERVICE)


def is_no_service(error: BaseException | None) -> bool:
    """Tell whether NovaLink is not there, or says that it cannot serve.

    A request that timed out may have failed by itself.
    """
    return isinstance(error, pvm_exc.ConnectionError) or (
        isinstance(error, pvm_exc.HttpError) and not is_about_one(error))


@contextlib.contextmanager
def counted(statistics: stats.Statistics, clock: Callable[[], float],
            kind: str) -> Iterator[None]:
    """Count and trace a read and the time that it takes.

    :param kind: the counter of this kind of read.
    """
    with traces.point('read', kind=kind):
        start = clock()
        failed = 1
        try:
            yield
            failed = 0
        except pvm_exc.HttpNotFound:
            # An answer: there is no such thing.
            failed = 0
            raise
        finally:
            seconds = clock() - start
            statistics.timed('rest', seconds)
            statistics.add(**{kind: 1}, rest_reads=1, rest_failed=failed,
                           rest_seconds=seconds)
