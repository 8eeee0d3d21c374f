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


def storm(name='redundant', **figures):
    return {'name': name, 'lpars': 1000, 'lookups': 5, 'reads': 2,
            'emits': 0, 'emits_expected': 0, 'disagree': 0, 'drain': 13.0,
            'over_budget': 0, 'threads': 5,
            'cpu_ingest': 1.0, 'cpu_drain': 2.0,
            'poll': {'events': 12000, 'held_us': 60.0, 'wall_us': 90.0,
                     'cpu_us': 50.0},
            'memory': {'rest': 2 ** 20, 'peak': 2 ** 21}, **figures}


def memory(**figures):
    return {'name': 'memory', 'lpars': 1000, 'pending_lpars': 1000,
            'pending_bytes': 1024.0, 'agreed_bytes': 1024.0, **figures}


def floor(**figures):
    return {'name': 'floor', 'seconds': 10.0, 'emits': 0, 'threads': 4,
            'nova_calls': 0, 'nova_reads': 0, 'cpu': 1.0, 'bulk_lpars': 200,
            'bulk_ms': 64.0, 'single_ms': 25.0, 'disagree': 0, **figures}
