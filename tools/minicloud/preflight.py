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

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
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

# Commands of the stores and what else the cloud runs.
_PROGRAMS = tuple(stores.PACKAGES)
_MODULES = ('nova', 'keystone', 'placement', 'glance', 'neutron', 'gunicorn',
            'pymysql', 'openstack')


def check(settings: settings_mod.Settings) -> None:
    """See to it that a cloud can be started.

    :raises processes.CloudError: with everything that is in its way.
    """
    found = [*programs(_PROGRAMS), *modules(_MODULES, 'tox -e cloud'),
             *ports(settings.ports), *_memory(settings), *_disk(settings)]
    if found:
        raise processes.CloudError('\n'.join(found))


def programs(names: Iterable[str]) -> Iterator[str]:
    """Yield a sentence if packages of the operating system are missing.

    :param names: commands, each one of :data:`.stores.PACKAGES`.
    """
    missing = sorted({stores.PACKAGES[name] for name in names
                      if stores.program(name) is None})
    if missing:
        yield ('These packages of the operating system are missing: %s. '
               'Install them with: apt-get install --no-install-recommends '
               '%s' % (', '.join(missing), ' '.join(missing)))


def modules(names: Iterable[str], command: str) -> Iterator[str]:
    """Yield a sentence if Python packages are missing.

    :param names: what is imported.
    :param command: what installs them.
    """
    missing = [name for name in names
               if importlib.util.find_spec(name) is None]
    if missing:
        yield ('These Python packages are missing: %s. `%s` installs them.' %
               (', '.join(missing), command))


def ports(wanted: Mapping[str, int]) -> Iterator[str]:
    """Yield a sentence for each port that something else uses.

    :param wanted: the port of each listener, by its name.
    """
    for name, port in wanted.items():
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
