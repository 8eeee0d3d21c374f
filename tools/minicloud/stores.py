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

"""MariaDB, RabbitMQ and memcached, as Debian and Ubuntu install them."""

from collections.abc import Iterator
import contextlib
import os
import shutil
import subprocess
from typing import Any

from tools.minicloud import ini
from tools.minicloud import processes
from tools.minicloud import service
from tools.minicloud import settings as settings_mod

#: Commands and the packages that have them.
PACKAGES = {
    'mariadbd': 'mariadb-server',
    'mariadb-install-db': 'mariadb-server',
    'rabbitmq-server': 'rabbitmq-server',
    'rabbitmqctl': 'rabbitmq-server',
    'epmd': 'rabbitmq-server',
    'memcached': 'memcached',
    'genisoimage': 'genisoimage',
}

# RabbitMQ's own folder comes first: the commands of the same names elsewhere
# change to another user.
_SEARCH = os.pathsep.join(['/usr/lib/rabbitmq/bin', os.defpath, '/usr/sbin',
                           '/usr/local/bin', '/usr/local/sbin'])

_RPC_SECONDS = 60.0


def program(name: str) -> str | None:
    """Return the path of a command, or None."""
    return shutil.which(name, path=_SEARCH)


def services(settings: settings_mod.Settings) -> list[service.Service]:
    """Return the stores, in the order in which they are started."""
    port = settings.port
    return [
        service.Service(
            'mariadb',
            (_program('mariadbd'),
             '--defaults-file=%s' % settings.path('etc', 'mariadb.cnf')),
            service.accepts_sql(port('mariadb')),
            stop_order=service.LAST),
        # Else RabbitMQ starts one that nobody stops.
        service.Service(
            'epmd', (_program('epmd'), '-address', settings_mod.ADDRESS,
                     '-port', str(port('epmd'))),
            service.listens(port('epmd')), stop_order=service.LAST),
        service.Service(
            'rabbitmq', (_program('rabbitmq-server'),),
            service.accepts_amqp(port('rabbitmq')),
            environment=_rabbitmq_environment(settings),
            stop_order=service.LAST),
        service.Service(
            'memcached',
            (_program('memcached'), '-l', settings_mod.ADDRESS,
             '-p', str(port('memcached')), '-m', '64', *_as_user('-u')),
            service.listens(port('memcached')),
            stop_order=service.LAST),
    ]


def configure(settings: settings_mod.Settings) -> None:
    """Write the configuration of the stores and make their folders."""
    data = settings.path('data')
    for folder in ('mariadb', 'mariadb-tmp', 'rabbitmq', 'home'):
        (data / folder).mkdir(parents=True)
    ini.write(settings.path('etc', 'mariadb.cnf'), {'mysqld': {
        'datadir': data / 'mariadb',
        # Relative to datadir: the names of sockets may not be long.
        'socket': 'mysql.sock',
        # A server that starts removes the temporary tables that it finds
        # there, also those of another server, which then crashes.
        'tmpdir': data / 'mariadb-tmp',
        'pid-file': 'mysql.pid',
        'bind-address': settings_mod.ADDRESS,
        'port': settings.port('mariadb'),
        'character-set-server': 'utf8mb4',
        'max_connections': 500,
        'skip-name-resolve': 1,
        # The data need not outlive a crash of the machine.
        'innodb_flush_log_at_trx_commit': 0,
        'innodb_buffer_pool_size': '256M',
        'sync_binlog': 0,
        'skip-log-bin': 1,
        **dict(zip(['user'], _user(), strict=False)),
    }})
    settings.path('etc', 'rabbitmq.conf').write_text(
        'listeners.tcp.1 = %s:%d\n' % (settings_mod.ADDRESS,
                                       settings.port('rabbitmq')))
    settings.path('etc', 'rabbitmq-plugins').write_text('[].\n')


def install(settings: settings_mod.Settings,
            runner: processes.Processes) -> None:
    """Make an empty database; its administrator has no password."""
    runner.run('mariadb-install', [
        _program('mariadb-install-db'), '--no-defaults', '--skip-test-db',
        '--auth-root-authentication-method=normal',
        '--datadir=%s' % settings.path('data', 'mariadb'),
        '--tmpdir=%s' % settings.path('data', 'mariadb-tmp'),
        *('--user=' + user for user in _user())])


def sql_url(settings: settings_mod.Settings, user: str, database: str) -> str:
    """Return the URL of a database."""
    return 'mysql+pymysql://%s:%s@%s:%d/%s?charset=utf8' % (
        user, settings_mod.PASSWORD, settings_mod.ADDRESS,
        settings.port('mariadb'), database)


def transport_url(settings: settings_mod.Settings) -> str:
    """Return the URL of RabbitMQ as oslo.messaging wants it."""
    return 'rabbit://guest:guest@%s:%d/' % (settings_mod.ADDRESS,
                                            settings.port('rabbitmq'))


@contextlib.contextmanager
def sql_session(settings: settings_mod.Settings) -> Iterator[Any]:
    """Connect to MariaDB as administrator; gives a cursor.

    :raises processes.CloudError: if MariaDB does not do what it is asked.
    """
    import pymysql

    try:
        connection = pymysql.connect(
            host=settings_mod.ADDRESS, port=settings.port('mariadb'),
            user='root', autocommit=True)
        with connection, connection.cursor() as cursor:
            yield cursor
    except pymysql.MySQLError as error:
        raise processes.CloudError('MariaDB: %s.' % error) from None


def sql(settings: settings_mod.Settings, statement: str,
        *arguments: Any) -> list[tuple[Any, ...]]:
    """Execute a statement as administrator and return its rows.

    :raises processes.CloudError: if MariaDB does not execute it.
    """
    with sql_session(settings) as cursor:
        cursor.execute(statement, arguments or None)
        return list(cursor.fetchall())


def rabbitmqctl(settings: settings_mod.Settings, *arguments: str) -> str:
    """Run RabbitMQ's tool and return what it writes.

    :raises processes.CloudError: with what it wrote, if it fails.
    """
    done = subprocess.run(
        [_program('rabbitmqctl'), '--quiet', *arguments], text=True,
        capture_output=True, timeout=_RPC_SECONDS, check=False,
        env={**os.environ, **_rabbitmq_environment(settings)})
    if done.returncode:
        raise processes.CloudError('rabbitmqctl %s: %s' % (
            ' '.join(arguments), done.stderr or done.stdout))
    return done.stdout


def messages_received(settings: settings_mod.Settings) -> int:
    """Return how many messages the broker got since its start."""
    return int(rabbitmqctl(
        settings, 'eval', 'maps:fold(fun(_, C, N) -> '
        'N + maps:get(messages_received_total, C, 0) end, 0, '
        'rabbit_global_counters:overview()).'))


def _rabbitmq_environment(settings: settings_mod.Settings) -> dict[str, str]:
    return {
        # There is the cookie by which rabbitmqctl is let in.
        'HOME': str(settings.path('data', 'home')),
        # Not of the name that an installed one has.
        'RABBITMQ_NODENAME': 'minicloud%d@localhost' % settings.port(
            'rabbitmq'),
        'RABBITMQ_NODE_IP_ADDRESS': settings_mod.ADDRESS,
        'RABBITMQ_NODE_PORT': str(settings.port('rabbitmq')),
        'RABBITMQ_DIST_PORT': str(settings.port('rabbitmq-dist')),
        'RABBITMQ_MNESIA_BASE': str(settings.path('data', 'rabbitmq')),
        'RABBITMQ_LOG_BASE': str(settings.path('log')),
        'RABBITMQ_CONFIG_FILE': str(settings.path('etc', 'rabbitmq')),
        'RABBITMQ_CONF_ENV_FILE': os.devnull,
        'RABBITMQ_ENABLED_PLUGINS_FILE': str(
            settings.path('etc', 'rabbitmq-plugins')),
        # Both would listen on all addresses.
        'ERL_EPMD_ADDRESS': settings_mod.ADDRESS,
        'ERL_EPMD_PORT': str(settings.port('epmd')),
        'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS':
            '-kernel inet_dist_use_interface {127,0,0,1}',
    }


def _program(name: str) -> str:
    # What is missing was found before: any name will do to describe it.
    return program(name) or name


def _user() -> Iterator[str]:
    """Return nobody, or root, which the stores want to be told."""
    if os.geteuid() == 0:
        yield 'root'


def _as_user(option: str) -> Iterator[str]:
    for user in _user():
        yield from (option, user)
