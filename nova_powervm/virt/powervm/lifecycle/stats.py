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

from oslo_reports import guru_meditation_report
from oslo_reports.models import with_default_views

#: Every counter, and what it counts since the handler was made.
COUNTERS = {
    'events': 'events received, of whatever kind',
    'lpars_marked': 'LPARs that an answer to a poll asked to look at',
    'events_malformed': 'events that could not be understood',
    'poll_seconds': "time spent on pypowervm's event thread, seconds",
    'batches': 'batches of LPARs looked at',
    'lpars': 'looks at an LPAR',
    'rest_reads': 'reads from NovaLink, of all kinds',
    'rest_quick': 'reads of the state of one LPAR',
    'rest_quick_all': 'reads of the states of all LPARs',
    'rest_feed': 'reads of the LPAR feed, where the former is not offered',
    'rest_failed': 'reads from NovaLink that failed',
    'rest_seconds': 'time spent on reads from NovaLink, seconds',
    'rest_unusable': 'answers of NovaLink that made no sense',
    'rest_partial': 'lists of LPARs that lacked some of them',
    'unknown_states': 'looks that found a state that this release does not '
                      'know',
    'lookups': 'lookups of instances through nova-conductor',
    'lookups_failed': 'lookups of instances that failed',
    'lookup_seconds': 'time spent on lookups of instances, seconds',
    'known': 'looks for which nova was known to agree without a lookup',
    'emitted': 'lifecycle events handed to nova',
    'no_change': 'looks that found nova and NovaLink to agree',
    'busy': 'looks that found a task in progress',
    'gone': 'looks that found the LPAR deleted',
    'not_ours': 'looks that found no instance of this host',
    'unsettled': 'looks that found a passing or an unknown state',
    'retry': 'looks that failed and are made again',
    'emit_failed': 'lifecycle events that could not be handed to nova',
    'unconfirmed': 'power states that nova did not take over, however often '
                   'it was told',
    'resyncs': 'comparisons of all instances',
    'resyncs_failed': 'comparisons of all instances that failed',
    'silences': 'times that no poll ended for a minute',
    'revivals': 'times that polling had ended and was begun again',
    'interruptions': 'times that polls had failed and succeed again',
    'sessions_renewed': 'times that the session was lost and made anew',
    'nvram_stored': 'LPARs whose NVRAM was handed to the NVRAM store',
    'nvram_failed': 'LPARs whose NVRAM the NVRAM store refused',
}


class Statistics:
    """Counters that only grow, and gauges of the present.

    Thread-safe.

    :param gauges: a function for each gauge; called when somebody asks.
    """

    def __init__(self, gauges: Mapping[str, Callable[[], float]]) -> None:
        self._gauges = gauges
        self._lock = threading.Lock()
        self._counters: dict[str, float] = dict.fromkeys(COUNTERS, 0)
        _reported.add(self)

    def add(self, **counts: float) -> None:
        """Add to counters.

        :raises KeyError: if there is no such counter.
        """
        with self._lock:
            for name, count in counts.items():
                self._counters[name] += count

    def counters(self) -> dict[str, float]:
        """Return all counters by name, as of now."""
        with self._lock:
            return dict(self._counters)

    def as_dict(self) -> dict[str, float]:
        """Return all counters and gauges by name, as of now."""
        values = self.counters()
        values.update((name, gauge()) for name, gauge in self._gauges.items())
        return values


_reported: 'weakref.WeakSet[Statistics]' = weakref.WeakSet()


def _report() -> with_default_views.ModelWithDefaultViews:
    return with_default_views.ModelWithDefaultViews(
        {'handler %d' % number: with_default_views.ModelWithDefaultViews(
            statistics.as_dict())
         for number, statistics in enumerate(list(_reported), 1)})


# The section stays for the life of the process, since there is no way to take
# one back; what it shows comes and goes with the handlers.
guru_meditation_report.TextGuruMeditation.register_section(
    'PowerVM events', _report)
