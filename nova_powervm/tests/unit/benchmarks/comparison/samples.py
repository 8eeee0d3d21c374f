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


"""Figures for tests, at the limits of their budgets."""

from benchmarks.comparison import releases
from benchmarks.comparison import runner


def phase(name='redundant', **figures):
    """Return what a module did in a storm that nova need not know of."""
    return {
        'name': name, 'told': 0, 'told_expected': 0, 'lookups': 5,
        'reads': 2, 'rest_connections': 9, 'rpc_connections': 4, 'right': [],
        'cpu': 1.0, 'memory': {'peak': 2 ** 21}, 'threads': 5,
        'green_threads': 0, 'wrong': 0,
        'poll': {'events': 12000, 'held_us': 30.0}, **figures}


def crash(**figures):
    """Return what a module did in a crash, in as long as nova itself."""
    return phase('crash', **{'told': 1000, 'told_expected': 1000,
                             'right': [1.0, 10.5], **figures})


def floor(**figures):
    """Return what nova itself took."""
    return {'name': 'floor', 'told': 1000, 'right': [1.0, 10.0], 'wrong': 0,
            **figures}


def job(case='redundant', module=releases.OURS, lpars=1000, run=0):
    """Return one of the jobs."""
    return runner.Job(lpars, run, case, module)
