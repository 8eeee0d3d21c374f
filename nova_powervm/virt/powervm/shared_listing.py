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

"""One list of the states of all LPARs for many callers.

nova's periodic power sync asks for the power state of each instance, on a few
threads. They are all answered from one list, or two if that takes long.
"""

from collections.abc import Callable
import threading

from nova import exception

from nova_powervm.virt.powervm.lifecycle import interfaces

#: Seconds for which a list is used after it was read. nova's round over 1,000
#: instances takes 5 to 15 seconds.
MAX_AGE_SECONDS = 10.0

#: Seconds for which nobody tries again after a read that failed.
FAILURE_SECONDS = 5.0

# Seconds for which it is known that nova acted on an LPAR; no read of a list
# takes that long.
_ACTED_SECONDS = 600.0


class SharedListing:
    """Shares lists of the states of all LPARs between callers.

    Only one read is under way at a time; who asks meanwhile waits for it.
    Thread-safe.

    :param read: reads a list; it has to end by itself.
    :param elsewhere: returns a list that somebody else has read, or None.
    :param clock: monotonic clock, seconds; the same as that of
        ``elsewhere``.
    """

    def __init__(self, read: Callable[[], interfaces.Listing],
                 elsewhere: Callable[[], interfaces.Listed | None],
                 clock: Callable[[], float]) -> None:
        self._read = read
        self._elsewhere = elsewhere
        self._clock = clock
        # Guards all that follows.
        self._ended = threading.Condition()
        self._reading = False
        self._latest: interfaces.Listed | None = None
        self._failed_at = -FAILURE_SECONDS
        self._error: Exception | None = None
        # When nova last acted on an LPAR, of late.
        self._acted_at: dict[interfaces.LparUuid, float] = {}

    def get(self) -> interfaces.Listing:
        """Return the states of all LPARs, of late.

        What nova last did to one of them is in it.

        :raises nova.exception.HypervisorUnavailable: if they cannot be read,
            or could not within FAILURE_SECONDS.
        """
        with self._ended:
            acted_at = max(self._acted_at.values(), default=None)
        return self._get(acted_at).states

    def state(self, lpar: interfaces.LparUuid
              ) -> interfaces.PartitionState | None:
        """Return the state of an LPAR, of late.

        :returns: None if the list lacks the LPAR, or if nova has acted on
            the LPAR since its read began: it has to be read by itself.
        :raises nova.exception.HypervisorUnavailable: as :meth:`get`.
        """
        listed = self._get()
        with self._ended:
            acted_at = self._acted_at.get(lpar)
        if acted_at is not None and acted_at >= listed.began:
            return None
        return listed.states.get(lpar)

    def acted(self, lpar: interfaces.LparUuid) -> None:
        """Take into account that nova acts, or has acted, on an LPAR."""
        now = self._clock()
        with self._ended:
            self._acted_at[lpar] = now
            for other, acted_at in list(self._acted_at.items()):
                if acted_at < now - _ACTED_SECONDS:
                    del self._acted_at[other]

    def _get(self, after: float | None = None) -> interfaces.Listed:
        """Return a list, read by whomever.

        :param after: when its read must have begun at the earliest.
        """
        while True:
            with self._ended:
                listed = self._recent()
                if listed is not None and (
                        after is None or listed.began > after):
                    return listed
                if self._clock() < self._failed_at + FAILURE_SECONDS:
                    raise _failure(self._error) from self._error
                if self._reading:
                    self._ended.wait()
                    continue
                self._reading = True
            return self._read_all()

    def _recent(self) -> interfaces.Listed | None:
        """Return the newest list that is not too old."""
        elsewhere = self._elsewhere()
        if elsewhere is not None and (
                self._latest is None or elsewhere.began > self._latest.began):
            self._latest = elsewhere
        if self._latest is not None and (
                self._clock() >= self._latest.ended + MAX_AGE_SECONDS):
            self._latest = None
        return self._latest

    def _read_all(self) -> interfaces.Listed:
        began = self._clock()
        try:
            states = self._read()
            listed = interfaces.Listed(began, self._clock(), states)
            with self._ended:
                self._latest = listed
            return listed
        except Exception as error:
            with self._ended:
                self._error, self._failed_at = error, self._clock()
            raise _failure(error) from error
        finally:
            # Also if this thread is being killed: others wait for it.
            with self._ended:
                self._reading = False
                self._ended.notify_all()


def _failure(error: Exception | None) -> exception.HypervisorUnavailable:
    return exception.HypervisorUnavailable(
        'Cannot list the LPARs: %s' % error)
