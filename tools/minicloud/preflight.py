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

"""What the machine must have before a cloud is started on it."""

from collections.abc import Iterator
import contextlib
import importlib.util
import pathlib
import shutil
import socket

import psutil

from tools.minicloud import processes
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores

# What a cloud was seen to need at most, GiB: with two computes, and each
# more.
_MEMORY_GIB = 3.0
_COMPUTE_GIB = 0.3
_DISK_GIB = 2.0

_GIB = float(1 << 30)

_MODULES = ('nova', 'keystone', 'placement', 'glance', 'neutron', 'gunicorn',
            'pymysql', 'openstack')


def check(settings: settings_mod.Settings) -> None:
    """See to it that a cloud can be started.

    :raises processes.CloudError: with everything that is in its way.
    """
    found = [*_programs(), *_modules(), *_ports(settings),
             *_memory(settings), *_disk(settings)]
    if found:
        raise processes.CloudError('\n'.join(found))


def _programs() -> Iterator[str]:
    missing = sorted({package for name, package in stores.PACKAGES.items()
                      if stores.program(name) is None})
    if missing:
        yield ('These packages of the operating system are missing: %s. '
               'Install them with: apt-get install --no-install-recommends '
               '%s' % (', '.join(missing), ' '.join(missing)))


def _modules() -> Iterator[str]:
    missing = [name for name in _MODULES
               if importlib.util.find_spec(name) is None]
    if missing:
        yield ('These Python packages are missing: %s. `tox -e cloud` '
               'installs them.' % ', '.join(missing))


def _ports(settings: settings_mod.Settings) -> Iterator[str]:
    for name, port in settings.ports.items():
        with contextlib.closing(socket.socket()) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings_mod.ADDRESS, port))
            except OSError as error:
                yield ('Port %d, which %s needs, cannot be used: %s. '
                       'Choose others with --first-port.' % (
                           port, name, error.strerror))


def _memory(settings: settings_mod.Settings) -> Iterator[str]:
    needed = _MEMORY_GIB + _COMPUTE_GIB * max(settings.computes - 2, 0)
    available = psutil.virtual_memory().available / _GIB
    if available < needed:
        yield ('The cloud needs %.1f GiB of memory; %.1f are available.' % (
            needed, available))


def _disk(settings: settings_mod.Settings) -> Iterator[str]:
    path = pathlib.Path(settings.directory)
    while not path.exists():
        path = path.parent
    free = shutil.disk_usage(path).free / _GIB
    if free < _DISK_GIB:
        yield ('The cloud needs %.1f GiB in %s; %.1f are free.' % (
            _DISK_GIB, path, free))
