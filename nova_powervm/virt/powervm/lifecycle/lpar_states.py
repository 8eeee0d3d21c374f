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

"""Reading the states of LPARs, and finding out whose failure it is."""

from collections.abc import Callable
from collections.abc import Collection
import dataclasses

from oslo_serialization import jsonutils
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import logical_partition

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import listing
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import reads
from nova_powervm.virt.powervm.lifecycle import stats

_Absent = interfaces.Absent

# Seconds after which the read of one LPAR has failed. pypowervm would wait
# for 20 minutes.
TIMEOUT_SECONDS = 30.0

# Seconds after which nobody has a use for a list any more.
_LIST_SECONDS = 60.0


@dataclasses.dataclass(frozen=True)
class Observation:
    """What NovaLink said.

    :ivar states: of each LPAR that was asked for.
    :ivar listing: of all LPARs; None if they were not read or could not be.
    :ivar resume_at: clock time of the next attempt if NovaLink is away.
    """

    states: dict[interfaces.LparUuid, interfaces.Observed]
    listing: interfaces.Listing | None
    resume_at: float | None = None


class LparStates:
    """Reads the states of LPARs: a list of all, or one after the other.

    For one thread at a time, but for :meth:`reset`, :meth:`forget` and
    :meth:`check`.

    :ivar latest: the last list of all LPARs, if there was one of late.
    :ivar few: returns for how many LPARs single reads are cheaper.

    :param driver: its ``adapter`` is used, the one that it has at the time.
    :param statistics: where reads are counted.
    :param clock: monotonic clock, seconds.
    :param jitter: returns a number in [0, 1).
    """

    def __init__(self, driver: interfaces.Driver,
                 statistics: stats.Statistics, clock: Callable[[], float],
                 jitter: Callable[[], float]) -> None:
        self._driver = driver
        self._stats = statistics
        self._clock = clock
        self.latest: interfaces.Listed | None = None
        self._lister = listing.Lister(driver, statistics, clock)
        self.few = self._lister.few
        # LPARs whose last read of their own failed as if NovaLink was away,
        # and when; and those of which it was found that only they fail.
        self._failed: dict[interfaces.LparUuid, float] = {}
        self._unreadable: set[interfaces.LparUuid] = set()
        self._service = outage.Outage(
            messages.NOVALINK_AWAY, messages.NOVALINK_BACK,
            messages.NOVALINK_LATE, jitter, outage.SERVICE_MOST)
        self._listing = outage.Outage(
            messages.LISTING_AWAY, messages.LISTING_BACK)
        self._partial = outage.Outage(
            messages.LISTING_PARTIAL, messages.LISTING_COMPLETE)
        self._single = outage.Outage(
            messages.LPAR_UNREADABLE, messages.LPARS_READABLE)

    def reset(self) -> None:
        """Forget what the service was found not to offer."""
        self._lister.reset()

    def forget(self, lpar: interfaces.LparUuid) -> None:
        """Expect no answer about an LPAR any more: it was deleted."""
        self._failed.pop(lpar, None)
        self._unreadable.discard(lpar)

    def check(self, now: float) -> None:
        """Log if an answer is late, drop an old list. Waits for nothing."""
        self._service.check(now)
        if (latest := self.latest) and now - latest.ended > _LIST_SECONDS:
            self.latest = None

    def observe(self, lpars: Collection[interfaces.LparUuid],
                everything: bool = False) -> Observation:
        """Read the states of LPARs.

        An LPAR that a list lacks is read by itself: only NovaLink's word
        that there is no such LPAR counts as its absence.

        :param lpars: whose state is wanted.
        :param everything: whether a list of all LPARs is wanted as well.
        :returns: what NovaLink said; if it said nothing about any of
            ``lpars``, each of them is ``Absent.AWAY``.
        """
        if not (lpars or everything):
            return Observation({}, None)
        self._service.begin(began := self._clock())
        # Those that could not be read may have been deleted since.
        self._note_readable()
        listed = (self._read_all()
                  if everything or len(lpars) > self.few() else None)
        found = None if isinstance(listed, Exception) else listed
        states: dict[interfaces.LparUuid, interfaces.Observed] = {
            lpar: found[lpar] for lpar in lpars if found and lpar in found}
        try:
            single = self._read_each(
                [lpar for lpar in lpars if lpar not in states],
                found is not None)
        except Exception as error:
            return self._away(error, lpars, began)
        self._note_listing(listed, bool(states), single, began)
        states |= single
        self._note_answers(states)
        if found is not None or set(states.values()) - {_Absent.UNREAD}:
            self._service.over(self._clock())
        else:
            self._service.end()
        return Observation(states, found)

    def _read_all(self) -> interfaces.Listing | Exception:
        """Return a list of all LPARs, or why it cannot be read."""
        began = self._clock()
        try:
            states = self._lister.read()
        except Exception as error:
            return error
        self.latest = interfaces.Listed(began, self._clock(), states)
        return states

    def _away(self, error: Exception,
              lpars: Collection[interfaces.LparUuid],
              began: float) -> Observation:
        self._service.begin(began)
        resume_at = self._service.failed(error, self._clock())
        return Observation(dict.fromkeys(lpars, _Absent.AWAY), None,
                           resume_at)

    def _read_each(self, lpars: Collection[interfaces.LparUuid],
                   answers: bool
                   ) -> dict[interfaces.LparUuid, interfaces.Observed]:
        """Read LPARs one by one.

        One that always fails as if NovaLink was away must not keep others
        from being read. So the last that failed comes last; and if others
        were answered, it is taken to fail by itself.

        :param answers: whether NovaLink has just answered.
        :raises Exception: whatever pypowervm raises, if NovaLink is away.
        """
        states: dict[interfaces.LparUuid, interfaces.Observed] = (
            dict.fromkeys(lpars, _Absent.UNREAD))
        failures = 0
        for lpar in sorted(lpars, key=lambda lpar: self._failed.get(lpar, 0)):
            began = self._clock()
            self._service.begin(began)
            try:
                states[lpar] = self._read_one(lpar)
                answers = True
            except Exception as error:
                if not reads.is_about_one(error):
                    self._failed[lpar] = began
                    failures += 1
                    if not (answers or lpar in self._unreadable):
                        raise
                self._stats.add(rest_unusable=1)
                self._unreadable.add(lpar)
                self._single.begin(began)
                self._single.failed('%s: %s' % (lpar, error), self._clock())
                # Each may take as long as the timeout.
                if failures > listing.FEW:
                    break
        return states

    def _read_one(self, lpar: interfaces.LparUuid) -> interfaces.Observed:
        try:
            with reads.counted(self._stats, self._clock, 'rest_quick'):
                # It may fail very often: without pypowervm's log of each.
                body = self._driver.adapter.read(
                    logical_partition.LPAR.schema_type, root_id=lpar,
                    suffix_type='quick', suffix_parm='PartitionState',
                    timeout=TIMEOUT_SECONDS, helpers=[]).body
        except pvm_exc.HttpNotFound:
            return _Absent.GONE
        state = reads.partition_state(jsonutils.loads(body))
        if state is None:
            raise ValueError('a state was expected, not %.100s' % body)
        return state

    def _note_listing(
            self, listed: interfaces.Listing | Exception | None,
            useful: bool,
            single: dict[interfaces.LparUuid, interfaces.Observed],
            began: float) -> None:
        """Note whether LPARs are listed, and all of them.

        :param listed: the list, why there is none, or None for not read.
        :param useful: whether the list had any that were asked for.
        :param single: those that it lacked.
        """
        now = self._clock()
        if isinstance(listed, Exception):
            self._listing.begin(began)
            self._listing.failed(listed, now)
        if listed is None or isinstance(listed, Exception):
            return
        self._listing.over(now)
        lacking = [lpar for lpar, state in single.items()
                   if not isinstance(state, _Absent)]
        if lacking:
            self._stats.add(rest_partial=1)
            self._partial.begin(began)
            self._partial.failed('for example %s' % lacking[0], now)
        elif useful:
            self._partial.over(now)

    def _note_answers(self, states: dict[interfaces.LparUuid,
                                         interfaces.Observed]) -> None:
        for lpar, state in states.items():
            if state is not _Absent.UNREAD:
                self.forget(lpar)
        self._note_readable()

    def _note_readable(self) -> None:
        if not self._unreadable:
            self._single.over(self._clock())
