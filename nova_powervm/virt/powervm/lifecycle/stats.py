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

"""What an operator can see of the event handler, as numbers."""

from collections.abc import Callable
from collections.abc import Mapping
import threading
import weakref

from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import busiest
from nova_powervm.virt.powervm.lifecycle import histogram

#: Every counter, and what it counts since the handler was made.
COUNTERS = {
    'events': 'events received, of whatever kind',
    'lpars_added': 'LPARs that an answer to a poll added to the work queue',
    'events_malformed': 'events that made no sense',
    'poll_seconds': "time spent on pypowervm's poll thread, seconds",
    'batches': 'batches of LPARs observed',
    'lpars': 'LPARs observed, each time that they were',
    'rest_reads': 'reads from NovaLink, of all kinds',
    'rest_quick': 'reads of the state of one LPAR',
    'rest_quick_all': 'reads of the states of all LPARs',
    'rest_feed': 'reads of the LPAR feed, where the former is not offered',
    'rest_failed': 'reads from NovaLink that failed',
    'rest_seconds': 'time spent on reads from NovaLink, seconds',
    'rest_unusable': 'answers of NovaLink that made no sense',
    'rest_partial': 'lists of LPARs that lacked some of them',
    'unknown_states': 'times that an LPAR had a state that this release does '
                      'not know',
    'lookups': 'lookups of instances through nova-conductor',
    'lookups_failed': 'lookups of instances that failed',
    'lookup_seconds': 'time spent on lookups of instances, seconds',
    'emitted': 'lifecycle events handed to nova',
    'emit_failed': 'lifecycle events that the driver could not hand to nova',
    'no_change': 'outcome: nova agrees',
    'cached': 'outcome: nova was known to agree, without a lookup',
    'busy': 'outcome: the instance has a task_state',
    'gone': 'outcome: the LPAR does not exist',
    'not_ours': 'outcome: no instance of this host',
    'transient': 'outcome: a passing or an unknown state',
    'retry': 'outcome: something failed and is retried',
    'given_up': 'outcome: nova was told in vain',
    'resyncs': 'comparisons of all instances',
    'resyncs_failed': 'comparisons of all instances that failed',
    'silences': 'times that no poll succeeded for a minute',
    'poll_restarts': 'times that the event poll thread had died',
    'interruptions': 'times that polls failed and succeed again',
    'sessions_renewed': 'times that the session was lost and renewed',
    'nvram_stored': 'LPARs whose NVRAM was handed to the NVRAM store',
    'nvram_failed': 'LPARs whose NVRAM the NVRAM store refused',
    'over_lookups': 'batches with more lookups than their budget has',
    'over_reads': 'batches with more reads from NovaLink than their budget '
                  'has',
    'over_slow': 'batches that waited longer than a second for one call',
    'errors': 'unexpected errors on threads of the event handler',
}


class Statistics:
    """Counters that only grow, and gauges of the present.

    Thread-safe, and safe to read from a signal handler, as are the gauges.

    :ivar busiest: the LPARs that are compared most often.

    :param gauges: a function for each gauge; called when somebody asks.
    :param reported: whether they are in the Guru Meditation Report.
    """

    def __init__(self, gauges: Mapping[str, Callable[[], float]],
                 reported: bool = True) -> None:
        self._gauges = gauges
        self._lock = threading.Lock()
        self._counters: dict[str, float] = dict.fromkeys(COUNTERS, 0)
        self.busiest = busiest.Busiest()
        self._times = _histograms()
        self._recent = _histograms()
        if reported:
            _reported.add(self)

    def add(self, **counts: float) -> None:
        """Add to counters.

        :raises KeyError: if there is no such counter.
        """
        with self._lock:
            for name, count in counts.items():
                self._counters[name] += count

    def timed(self, what: str, seconds: float) -> None:
        """Note how long something took.

        :param what: one of :data:`.batch_fields.TIMES`.
        """
        with self._lock:
            self._times[what].add(seconds)
            self._recent[what].add(seconds)

    def take_times(self) -> dict[str, histogram.Histogram]:
        """Return what was timed since the last call of this."""
        with self._lock:
            taken, self._recent = self._recent, _histograms()
        return taken

    def times(self) -> dict[str, dict[str, float]]:
        """Return figures of what was timed, as of now; takes no lock."""
        return {what: times.summary() for what, times in self._times.items()
                if times}

    def counters(self) -> dict[str, float]:
        """Return all counters by name, as of now.

        Takes no lock: a Guru Meditation Report is written by a signal
        handler, which may have interrupted :meth:`add`.
        """
        return dict(self._counters)

    def as_dict(self) -> dict[str, float]:
        """Return all counters and gauges by name, as of now."""
        values = self.counters()
        values.update((name, gauge()) for name, gauge in self._gauges.items())
        return values


_reported: 'weakref.WeakSet[Statistics]' = weakref.WeakSet()


def _histograms() -> dict[str, histogram.Histogram]:
    return {what: histogram.Histogram() for what in batch_fields.TIMES}


def reported() -> list[Statistics]:
    """Return those that are in the Guru Meditation Report."""
    return list(_reported)
