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

"""Rows for tests, at the limits of their budgets."""

from benchmarks.comparison import releases
from benchmarks.controller import summary


def figures(**values):
    """Return what a storm cost."""
    return {
        'ended': True, 'length': 9.0, 'wrong': 0, 'drain': 2.0, 'told': 0,
        'stops': 0, 'timeouts': 0, 'names': {},
        'lookups': summary.of_calls([0.25, 0.75]),
        'nova': summary.of_calls([]), 'messages': 4, 'selects': 2,
        'updates': 0, 'inserts': 0, 'conductor_cpu': 4.0,
        'database_cpu': 0.5, 'broker_cpu': 0.25, 'hosts_cpu': 0.125,
        **values}


def row(name='redundant', module=releases.OURS, workers=1, hosts=2,
        **values):
    """Return a case: two hosts of 200 LPARs, and a lookup of each."""
    return {'module': module, 'name': name, 'workers': workers,
            'hosts': hosts, 'lpars': 200, 'figures': figures(**values)}


def not_run(**place):
    """Return a case that was not run, since one before had no end."""
    return {**row(**place), 'figures': {'ended': False, 'run': False}}


def plan(**values):
    """Return how MariaDB executes a lookup."""
    return {'lookup': 'bulk', 'statement': 'SELECT', 'rows': 200, 'ms': 9.5,
            'plan': [{'table': 'instances', 'type': 'range', 'key': 'uuids',
                      'rows': 400, 'Extra': None}],
            'handler': {'Handler_read_' + name: count for name, count in (
                ('first', 0), ('key', 400), ('last', 0), ('next', 1),
                ('prev', 0), ('rnd', 200), ('rnd_next', 7))},
            **values}
