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

"""The section of nova-compute's Guru Meditation Report.

It is written by a signal handler, so nothing here takes a lock.
"""

from collections.abc import Mapping
from typing import Any

from oslo_reports import guru_meditation_report
from oslo_reports.models import with_default_views

from nova_powervm.virt.powervm.lifecycle import outage
from nova_powervm.virt.powervm.lifecycle import stats

# So many LPARs are named.
_LPARS = 10


def _model(values: Mapping[str, Any]) -> Any:
    return with_default_views.ModelWithDefaultViews(dict(values))


def _handler(statistics: stats.Statistics) -> Any:
    """Return what the report says of a handler."""
    values: dict[str, Any] = dict(statistics.as_dict())
    for what, figures in statistics.times().items():
        values['%s, times' % what] = _model(
            {name: round(value, 2) for name, value in figures.items()})
    if busiest := statistics.busiest.most(_LPARS):
        values['LPARs compared most often'] = _model(dict(busiest))
    return _model(values)


def report() -> Any:
    """Return the section: each handler, and the outages of all."""
    values: dict[str, Any] = {
        'handler %d' % number: _handler(statistics)
        for number, statistics in enumerate(stats.reported(), 1)}
    if outages := outage.history():
        values['outages'] = _model({
            what: '%d, %.1f seconds in all%s' % (
                count, seconds, '; one goes on' if goes_on else '')
            for what, (count, seconds, goes_on) in outages.items()})
    return _model(values)


# The section stays for the life of the process, since there is no way to take
# one back; what it shows comes and goes with the handlers.
guru_meditation_report.TextGuruMeditation.register_section(
    'PowerVM events', report)
