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


"""What the figures were measured on."""

import datetime
import importlib.metadata
import os
import platform
from typing import Any

_PACKAGES = ('nova', 'pypowervm', 'eventlet', 'oslo.versionedobjects')


def describe() -> dict[str, Any]:
    """Return processor, memory, system, versions, load and date."""
    return {
        'date': datetime.datetime.now(datetime.UTC).isoformat(
            timespec='seconds'),
        'processor': _line('/proc/cpuinfo', 'model name')
        or platform.processor(),
        'machine': platform.machine(), 'cpus': os.cpu_count(),
        'memory': _line('/proc/meminfo', 'MemTotal'),
        'system': platform.platform(), 'python': platform.python_version(),
        'load': os.getloadavg(),
        **{name: importlib.metadata.version(name) for name in _PACKAGES}}


def text(found: dict[str, Any]) -> str:
    """Return a line about it."""
    return ('%(date)s, %(cpus)d CPUs %(processor)s, %(memory)s of memory, '
            'Python %(python)s, nova %(nova)s, eventlet %(eventlet)s' % found
            + ', load %.1f when it began' % found['load'][0])


def _line(path: str, name: str) -> str:
    """Return the value of the first line of a file that has a name (Linux)."""
    with open(path) as lines:
        for line in lines:
            if line.startswith(name):
                return line.partition(':')[2].strip()
    return ''
