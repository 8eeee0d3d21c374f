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

"""MariaDB, RabbitMQ and nova-conductor, as the mini cloud starts them."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import pathlib
import tempfile
import time
from typing import Any

from nova.servicegroup import api as servicegroup

from nova_powervm.testing import processes as children
from tools.minicloud import apis
from tools.minicloud import ini
from tools.minicloud import nova
from tools.minicloud import preflight
from tools.minicloud import processes
from tools.minicloud import schemas
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores

#: The database of the cell.
DATABASE = 'nova_cell1'

_CONDUCTOR = 'nova-conductor'
#: What runs, in the order of its start.
STORES = ('epmd', 'rabbitmq', 'mariadb')
# What listens, by the names of the mini cloud's ports.
_LISTENERS = ('mariadb', 'rabbitmq', 'rabbitmq-dist', 'epmd')
_PROGRAMS = ('mariadbd', 'mariadb-install-db', 'rabbitmq-server',
             'rabbitmqctl', 'epmd')
_MODULES = ('nova', 'pymysql', 'amqp', 'psutil')

# Longer than any run: what nova-conductor says of itself would be among the
# updates that are counted.
_REPORT_SECONDS = 100_000
# When it has done so for the first time.
_REPORTED_SECONDS = servicegroup.INITIAL_REPORTING_DELAY + 2.0


class Controller:
    """The controller of a cell; its services run until :meth:`kill`.

    :ivar settings: those of the mini cloud, for its parts.

    :param folder: where everything is; empty.
    :param first_port: the first of the ports.
    :param pool_size: connections to MariaDB that a worker keeps.
    """

    def __init__(self, folder: str, first_port: int, pool_size: int) -> None:
        self._pool_size = pool_size
        self.settings = settings_mod.Settings(
            folder, first_port=first_port, computes=0)
        self._processes = processes.Processes(self.settings)
        self._quiet_at = 0.0

    def check(self) -> None:
        """See to it that all can be started.

        :raises tools.minicloud.processes.CloudError: with what is missing.
        """
        if found := [
                *preflight.programs(_PROGRAMS),
                *preflight.modules(_MODULES, 'tox -e bench -- controller'),
                *preflight.ports({name: self.settings.port(name)
                                  for name in _LISTENERS})]:
            raise processes.CloudError('\n'.join(found))

    def start(self) -> None:
        """Start the stores and make the cell's tables.

        :raises tools.minicloud.processes.CloudError: if that fails.
        """
        for name in ('etc', 'data', 'log', 'run'):
            self.settings.path(name).mkdir()
        stores.configure(self.settings)
        self._write_configuration(1)
        services = {one.name: one for one in stores.services(self.settings)}
        stores.install(self.settings, self._processes)
        for name in STORES:
            self._processes.start(services[name])
            self._processes.wait_until_ready(services[name])
        schemas.create_databases_of(self.settings, 'nova', [DATABASE])
        self._processes.run('nova-schema', schemas.nova_manage(
            self.settings, 'db', 'sync', '--local_cell'))

    def kill(self) -> None:
        """End everything: nobody needs the data any more."""
        self._processes.kill_all()

    def set_workers(self, workers: int) -> None:
        """Let nova-conductor have so many workers, and new ones."""
        service = nova.controllers(self.settings, workers)[_CONDUCTOR]
        # Nothing is on its way that it would have to end.
        self._processes.kill(service.name)
        self._write_configuration(workers)
        self._processes.start(service)
        self._processes.wait_until_ready(service)
        self._quiet_at = time.monotonic() + _REPORTED_SECONDS

    def wait_quiet(self) -> None:
        """Wait until nova-conductor has reported that it is up."""
        time.sleep(max(0.0, self._quiet_at - time.monotonic()))

    def run(self, module: str, *arguments: str) -> None:
        """Run a module of the checkout with nova's configuration.

        :raises tools.minicloud.processes.CloudError: if it fails.
        """
        self._processes.run(
            module, children.python(module, str(self._file), *arguments),
            environment=children.environment())

    def sql(self, statement: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Execute an SQL statement as administrator; return its rows."""
        return stores.sql(self.settings, statement, *arguments)

    def session(self) -> contextlib.AbstractContextManager[Any]:
        """Return what gives a cursor in the cell's database."""
        return _in_database(stores.sql_session(self.settings))

    def messages_received(self) -> int:
        """Return how many messages the broker got since its start."""
        return stores.messages_received(self.settings)

    def purge(self, queue: str) -> None:
        """Drop the messages of a queue, if there is one."""
        with contextlib.suppress(processes.CloudError):
            stores.rabbitmqctl(self.settings, 'purge_queue', queue)

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU time so far, by service."""
        found = {name: self._processes.find(name)
                 for name in (_CONDUCTOR, 'mariadb', 'rabbitmq')}
        return {name: processes.cpu_seconds(process)
                for name, process in found.items() if process is not None}

    @property
    def compute_file(self) -> pathlib.Path:
        """The configuration of the processes with hosts."""
        return self._file.with_name('nova-compute.conf')

    @property
    def _file(self) -> pathlib.Path:
        file: pathlib.Path = nova.controller_file(self.settings)
        return file

    def _write_configuration(self, workers: int) -> None:
        state = self.settings.path('data', 'nova')
        state.mkdir(exist_ok=True)
        transport = {'transport_url': stores.transport_url(self.settings)}
        ini.write(self.compute_file, {'DEFAULT': transport})
        ini.write(self._file, {
            'DEFAULT': {
                'host': 'controller', 'my_ip': settings_mod.ADDRESS,
                'state_path': state, 'report_interval': _REPORT_SECONDS,
                **transport},
            'database': {
                'connection': stores.sql_url(
                    self.settings, 'nova', DATABASE),
                'max_pool_size': self._pool_size},
            'conductor': {'workers': workers},
            # nova-conductor looks for it at its start, and goes on without.
            'placement': {**apis.auth(self.settings, 'nova'),
                          'region_name': 'RegionOne'},
            'oslo_concurrency': {'lock_path': state / 'lock'}})


@contextlib.contextmanager
def _in_database(session: contextlib.AbstractContextManager[Any]
                 ) -> Iterator[Any]:
    with session as cursor:
        cursor.execute('USE %s' % DATABASE)
        yield cursor


@contextlib.contextmanager
def running(first_port: int, pool_size: int, say: Callable[[str], object]
            ) -> Iterator[Controller]:
    """Run a controller without workers; its folder goes away with it.

    :param first_port: see :class:`Controller`, as for the pool's size.
    :param say: takes lines for the user.
    :raises tools.minicloud.processes.CloudError: if it cannot be started.
    """
    with tempfile.TemporaryDirectory(
            prefix='controller-', ignore_cleanup_errors=True) as folder:
        controller = Controller(folder, first_port, pool_size)
        controller.check()
        try:
            say('MariaDB, RabbitMQ and the tables of a cell')
            controller.start()
            yield controller
        finally:
            controller.kill()
