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

"""The databases and what keystone and nova know from the start."""

from collections.abc import Callable
from collections.abc import Iterable
from concurrent import futures
import grp
import os
import pathlib
import pwd

from tools.minicloud import apis
from tools.minicloud import nova
from tools.minicloud import processes
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores


def create_databases(settings: settings_mod.Settings) -> None:
    """Create the databases and their users."""
    for api in apis.APIS:
        create_databases_of(settings, api.user, api.databases)


def create_databases_of(settings: settings_mod.Settings, user: str,
                        names: Iterable[str]) -> None:
    """Create a user and databases that belong to it."""
    account = "'%s'@'%s'" % (user, settings_mod.ADDRESS)
    stores.sql(settings, 'CREATE USER %s IDENTIFIED BY %%s' % account,
               settings_mod.PASSWORD)
    for name in names:
        stores.sql(settings, 'CREATE DATABASE %s CHARACTER SET utf8mb3' %
                   name)
        stores.sql(settings, 'GRANT ALL ON %s.* TO %s' % (name, account))


def fill(settings: settings_mod.Settings, runner: processes.Processes,
         filled: Callable[[str], object]) -> None:
    """Create the tables of all databases, side by side.

    :param filled: called with the name of each API whose databases are
        ready, on a thread of its own.
    :raises processes.CloudError: if a command fails.
    """
    def work(user: str, commands: Iterable[list[str]], api: str) -> None:
        runner.run('%s-schema' % user, *commands,
                   environment=apis.environment(settings, user))
        filled(api)

    with futures.ThreadPoolExecutor() as pool:
        # nova's take longest.
        running = [
            pool.submit(work, 'nova', _nova(settings), 'nova-api'),
            pool.submit(work, 'keystone', _keystone(settings), 'keystone'),
            pool.submit(work, 'neutron', [_manage(
                settings, 'neutron-db-manage', 'neutron/neutron.conf',
                'upgrade', 'heads')], 'neutron'),
            pool.submit(work, 'placement', [_manage(
                settings, 'placement-manage', 'placement/placement.conf',
                'db', 'sync')], 'placement'),
            pool.submit(work, 'glance', [_manage(
                settings, 'glance-manage', 'glance/glance-api.conf',
                'db_sync')], 'glance'),
        ]
        try:
            for one in futures.as_completed(running):
                one.result()
        except BaseException:
            # Nobody waits for the others to be done.
            runner.kill_all()
            raise


def map_hosts(settings: settings_mod.Settings,
              runner: processes.Processes) -> None:
    """Let nova's API find the compute hosts."""
    runner.run('nova-discover-hosts',
               nova_manage(settings, 'cell_v2', 'discover_hosts'))


def nova_manage(settings: settings_mod.Settings, *arguments: str
                ) -> list[str]:
    """Return a command of nova-manage."""
    return [str(apis.BIN / 'nova-manage'), '--config-file',
            str(nova.controller_file(settings)), *arguments]


def _nova(settings: settings_mod.Settings) -> list[list[str]]:
    return [
        nova_manage(settings, 'api_db', 'sync'),
        nova_manage(
            settings, 'cell_v2', 'map_cell0', '--database_connection',
            stores.sql_url(settings, 'nova', 'nova_cell0')),
        nova_manage(settings, 'cell_v2', 'create_cell', '--name', 'cell1'),
        nova_manage(settings, 'db', 'sync'),
    ]


def _keystone(settings: settings_mod.Settings) -> list[list[str]]:
    url = settings.url('keystone') + '/v3'
    owner = ('--keystone-user', pwd.getpwuid(os.geteuid()).pw_name,
             '--keystone-group', grp.getgrgid(os.getegid()).gr_name)

    def manage(*arguments: str) -> list[str]:
        return _manage(settings, 'keystone-manage', 'keystone/keystone.conf',
                       *arguments)

    return [
        manage('db_sync'),
        manage('fernet_setup', *owner),
        manage('credential_setup', *owner),
        manage('bootstrap',
               '--bootstrap-password', settings_mod.PASSWORD,
               '--bootstrap-admin-url', url,
               '--bootstrap-internal-url', url,
               '--bootstrap-public-url', url,
               '--bootstrap-region-id', 'RegionOne'),
    ]


def _manage(settings: settings_mod.Settings, command: str, file: str,
            *arguments: str) -> list[str]:
    return [str(apis.BIN / command), '--config-file',
            str(settings.path('etc', *pathlib.PurePath(file).parts)),
            *arguments]
