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

"""Starts a cloud, step by step."""

from collections.abc import Callable
from collections.abc import Iterator
from concurrent import futures
import contextlib
import pathlib
import shutil
import time

from tools.minicloud import apis
from tools.minicloud import catalog
from tools.minicloud import content
from tools.minicloud import credentials
from tools.minicloud import nova
from tools.minicloud import preflight
from tools.minicloud import processes
from tools.minicloud import schemas
from tools.minicloud import servers
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores
from tools.minicloud import tempest_conf

# The folder of a cloud has this file: no other folder is emptied.
_TAG = 'minicloud'

_FOLDERS = ('etc', 'data', 'log', 'run')


class BringUp:
    """Brings one cloud up; for one call of :meth:`run`.

    :param settings: what the cloud shall be like.
    :param say: takes lines for the user.
    """

    def __init__(self, settings: settings_mod.Settings,
                 say: Callable[[str], object]) -> None:
        self._settings = settings
        self._say = say
        self._processes = processes.Processes(settings)
        self._services = catalog.services(settings)
        self._begin = time.monotonic()

    def run(self) -> None:
        """Start everything; if that fails, nothing of it is left running.

        :raises processes.CloudError: if the cloud is up already, if the
            machine has not what it needs, or if a service fails.
        """
        self._clean()
        preflight.check(self._settings)
        self._make_folders()
        try:
            self._start_all()
            if self._settings.lpars:
                with self._step('%d servers' % self._settings.lpars):
                    servers.boot(self._settings, self._settings.lpars)
        except BaseException:
            self._say('Stopping what was started.')
            self._processes.kill_all()
            raise
        credentials.write(self._settings)
        self._settings.save()

    def _clean(self) -> None:
        directory = self._settings.directory
        running = self._processes.marked()
        if running and pathlib.Path(directory, 'cloud.json').exists():
            raise processes.CloudError(
                'The cloud in %s is up already. `status` says what runs, '
                '`down` ends it.' % directory)
        if running:
            self._say('Stopped what a killed run has left: %s.' % ', '.join(
                self._processes.kill_all()))

    def _make_folders(self) -> None:
        path = self._settings.path()
        if path.exists() and any(path.iterdir()) and not (
                path / _TAG).exists():
            raise processes.CloudError(
                '%s has files that are no cloud. Choose another folder with '
                '--directory.' % path)
        settings_mod.forget(self._settings.directory)
        for name in _FOLDERS:
            shutil.rmtree(path / name, ignore_errors=True)
            (path / name).mkdir(parents=True)
        (path / _TAG).touch()
        stores.configure(self._settings)
        apis.configure(self._settings)
        nova.configure(self._settings)

    def _start_all(self) -> None:
        with self._step('MariaDB'):
            self._start('epmd', 'memcached', *nova.simulators(
                self._settings))
            self._wait('epmd')
            self._start('rabbitmq')
            stores.install(self._settings, self._processes)
            self._start('mariadb')
            self._wait('mariadb')
            schemas.create_databases(self._settings)
        with self._step('databases, users and catalog'):
            self._fill()
        with self._step('RabbitMQ and the APIs'):
            self._start(*nova.controllers(self._settings))
            self._wait('rabbitmq', 'memcached', *apis.services(
                self._settings))
        with self._step('nova-conductor and nova-scheduler'):
            self._start(*nova.computes(self._settings))
            self._wait(*nova.controllers(self._settings))
        with self._step('flavors, images and a network'):
            content.create(self._settings)
            tempest_conf.write(self._settings, tempest_conf.find_resources(
                content.connect(self._settings)))
        with self._step('simulators and nova-compute'):
            self._wait(*nova.simulators(self._settings),
                       *nova.computes(self._settings))
            schemas.map_hosts(self._settings, self._processes)

    def _fill(self) -> None:
        """Fill the databases; start each API as soon as its are ready."""
        with futures.ThreadPoolExecutor() as pool:
            later = []

            def filled(api: str) -> None:
                self._start(api)
                if api == 'keystone':
                    later.append(pool.submit(self._register))

            schemas.fill(self._settings, self._processes, filled)
            for one in later:
                one.result()

    def _register(self) -> None:
        self._wait('keystone')
        content.register_services(self._settings)

    def _start(self, *names: str) -> None:
        for name in names:
            self._processes.start(self._services[name])

    def _wait(self, *names: str) -> None:
        for name in names:
            self._processes.wait_until_ready(self._services[name])

    @contextlib.contextmanager
    def _step(self, what: str) -> Iterator[None]:
        begin = time.monotonic()
        yield
        now = time.monotonic()
        self._say('%6.1f s  %5.1f s  %s' % (
            now - self._begin, now - begin, what))
