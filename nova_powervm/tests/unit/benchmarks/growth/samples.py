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

"""Figures for tests, within their budgets."""

from benchmarks.growth import summary


def alone(lpars=1000, backend='threading', **figures):
    """Return a run of one handler, which costs the same at each size."""
    return {'name': 'alone', 'backend': backend, 'lpars': lpars,
            'handlers': 1, 'figures': {
                **{'%s_us' % work: 10.0 for work in summary.WORK},
                'pending_bytes': 1024, 'known_bytes': 1024, **figures}}


def handlers(**figures):
    """Return a run of a hundred handlers."""
    return {'name': 'handlers', 'backend': 'threading', 'lpars': 10_000,
            'handlers': 100, 'figures': {
                **{'%s_us' % work: 10.0 for work in summary.WORK},
                'seconds': 2.0, 'threads': 500, **figures}}


def sync(**figures):
    """Return a run of the power sync."""
    by_driver = {'reads': 2, 'calls': 9, 'seconds': 1.0, 'cpu': 0.1}
    return {'name': 'sync', 'backend': 'threading', 'lpars': 1000,
            'handlers': 1, 'figures': {
                **by_driver,
                **{'each_%s' % name: value
                   for name, value in by_driver.items()}, **figures}}
