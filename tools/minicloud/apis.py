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

"""keystone, placement, glance, neutron and nova-api, all under gunicorn."""

import dataclasses
import pathlib
import shutil
import sys
from typing import Any

from tools.minicloud import ini
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores

#: Scripts of this Python's environment.
BIN = pathlib.Path(sys.prefix, 'bin')

# What the packages bring for configuration.
_SAMPLES = pathlib.Path(sys.prefix, 'etc')

_CHECKOUT = pathlib.Path(__file__).parents[2]

_THREADS = 8


@dataclasses.dataclass(frozen=True)
class Api:
    """A web API.

    name, kind: of its process and in the catalog.
    user: in the databases and in keystone.
    application: the module that gunicorn runs.
    path: what follows address and port in the catalog.
    databases: its databases, which belong to the user.
    pastes: whether its package brings a configuration of its middleware.
    """

    name: str
    kind: str
    user: str
    application: str
    databases: tuple[str, ...]
    path: str = ''
    pastes: str = ''


APIS = (
    Api('keystone', 'identity', 'keystone', 'keystone.wsgi.api',
        ('keystone',), path='/v3'),
    Api('placement', 'placement', 'placement', 'placement.wsgi.api',
        ('placement',)),
    Api('glance', 'image', 'glance', 'glance.wsgi.api', ('glance',),
        pastes='glance/glance-api-paste.ini'),
    Api('neutron', 'network', 'neutron', 'neutron.wsgi.api', ('neutron',),
        pastes='neutron/api-paste.ini'),
    Api('nova-api', 'compute', 'nova', 'nova.wsgi.osapi_compute',
        ('nova_api', 'nova_cell0', 'nova_cell1'), path='/v2.1',
        pastes='nova/api-paste.ini'),
)


def services(settings: settings_mod.Settings) -> dict[str, service.Service]:
    """Return the processes of the APIs by their names."""
    return {api.name: service.Service(
        api.name, (str(BIN / 'gunicorn'),),
        service.responds(settings.url(api.name)),
        environment={
            # Not as arguments: the applications read those themselves.
            'GUNICORN_CMD_ARGS': '--config %s' % (
                folder(settings, api.user) / 'gunicorn.py'),
            **environment(settings, api.user)})
        for api in APIS}


def folder(settings: settings_mod.Settings, user: str) -> pathlib.Path:
    """Return where the configuration of a service is."""
    return settings.path('etc', user)


def environment(settings: settings_mod.Settings, user: str
                ) -> dict[str, str]:
    """Return the variables by which a service finds its configuration."""
    name = user.upper()
    found = {'OS_%s_CONFIG_DIR' % name: str(folder(settings, user))}
    if user == 'neutron':
        found['OS_NEUTRON_CONFIG_FILES'] = 'neutron.conf'
        # The mechanism driver, and the entry point by which it is found.
        found['PYTHONPATH'] = '%s:%s' % (
            _CHECKOUT, folder(settings, user) / 'plugins')
    return found


def auth(settings: settings_mod.Settings, user: str) -> dict[str, str]:
    """Return the options by which a service logs on to keystone."""
    return {
        'auth_type': 'password',
        'auth_url': settings.url('keystone') + '/v3',
        'username': user,
        'password': settings_mod.PASSWORD,
        'project_name': 'service',
        'user_domain_name': 'Default',
        'project_domain_name': 'Default',
    }


def token_check(settings: settings_mod.Settings, user: str
                ) -> dict[str, str]:
    """Return the options by which a service checks tokens."""
    return {
        **auth(settings, user),
        'www_authenticate_uri': settings.url('keystone') + '/v3',
        'memcached_servers': '%s:%d' % (settings_mod.ADDRESS,
                                        settings.port('memcached')),
    }


def configure(settings: settings_mod.Settings) -> None:
    """Write the configuration of all APIs but nova's."""
    for api in APIS:
        place = folder(settings, api.user)
        place.mkdir(parents=True)
        _write_gunicorn(settings, api)
        if api.pastes:
            shutil.copy(_SAMPLES / api.pastes, place)
    data = settings.path('data')
    for part in ('glance/images', 'glance/tasks', 'glance/staging',
                 'neutron'):
        (data / part).mkdir(parents=True)
    _write_keystone(settings)
    _write_placement(settings)
    _write_glance(settings)
    _write_neutron(settings)


def _write_gunicorn(settings: settings_mod.Settings, api: Api) -> None:
    lines: dict[str, Any] = {
        'wsgi_app': api.application + ':application',
        'bind': '%s:%d' % (settings_mod.ADDRESS, settings.port(api.name)),
        'workers': 1,
        'worker_class': 'gthread',
        'threads': _THREADS,
        'timeout': 120,
        # Nobody waits for the answers any more.
        'graceful_timeout': 1,
        # Otherwise all of them have the same one, in the home directory.
        'control_socket_disable': True,
        # nova asks neutron for the ports of 150 servers by one URL.
        'limit_request_line': 8190,
    }
    path = folder(settings, api.user) / 'gunicorn.py'
    path.write_text(''.join('%s = %r\n' % item for item in lines.items()))


def _write_keystone(settings: settings_mod.Settings) -> None:
    place = folder(settings, 'keystone')
    ini.write(place / 'keystone.conf', {
        'database': {
            'connection': stores.sql_url(settings, 'keystone', 'keystone')},
        'token': {'provider': 'fernet', 'expiration': 86400},
        'fernet_tokens': {
            'key_repository': settings.path('data', 'fernet')},
        'credential': {
            'key_repository': settings.path('data', 'credential')},
        # The least that it accepts: tempest creates many users.
        'identity': {'password_hash_rounds': 4},
        'cache': {'enabled': True, 'backend': 'dogpile.cache.memory'},
    })
    for name in ('fernet', 'credential'):
        settings.path('data', name).mkdir(mode=0o700)


def _write_placement(settings: settings_mod.Settings) -> None:
    ini.write(folder(settings, 'placement') / 'placement.conf', {
        'placement_database': {
            'connection': stores.sql_url(
                settings, 'placement', 'placement')},
        'api': {'auth_strategy': 'keystone'},
        'keystone_authtoken': token_check(settings, 'placement'),
    })


def _write_glance(settings: settings_mod.Settings) -> None:
    place = folder(settings, 'glance')
    data = settings.path('data', 'glance')
    ini.write(place / 'glance-api.conf', {
        'DEFAULT': {
            'enabled_backends': 'fs:file',
            'worker_self_reference_url': settings.url('glance')},
        'database': {
            'connection': stores.sql_url(settings, 'glance', 'glance')},
        'glance_store': {'default_backend': 'fs'},
        'fs': {'filesystem_store_datadir': data / 'images'},
        'os_glance_tasks_store': {
            'filesystem_store_datadir': data / 'tasks'},
        'os_glance_staging_store': {
            'filesystem_store_datadir': data / 'staging'},
        'paste_deploy': {
            'flavor': 'keystone',
            'config_file': place / 'glance-api-paste.ini'},
        'keystone_authtoken': token_check(settings, 'glance'),
    })


def _write_neutron(settings: settings_mod.Settings) -> None:
    place = folder(settings, 'neutron')
    data = settings.path('data', 'neutron')
    ini.write(place / 'neutron.conf', {
        'DEFAULT': {
            'state_path': data,
            'api_paste_config': place / 'api-paste.ini',
            'core_plugin': 'ml2',
            # tempest makes a router for each of its projects.
            'service_plugins': 'router',
            'auth_strategy': 'keystone',
            'transport_url': stores.transport_url(settings),
            # There are no agents.
            'dhcp_agent_notification': False,
            'network_auto_schedule': False,
            # The mechanism driver binds a port as one that is up.
            'notify_nova_on_port_status_changes': False,
            'notify_nova_on_port_data_changes': False},
        'database': {
            'connection': stores.sql_url(settings, 'neutron', 'neutron')},
        'oslo_concurrency': {'lock_path': data / 'lock'},
        'keystone_authtoken': token_check(settings, 'neutron'),
        'ml2': {
            'type_drivers': 'local',
            'project_network_types': 'local',
            'mechanism_drivers': 'minicloud',
            'extension_drivers': ''},
        'quotas': {'quota_' + what: -1 for what in (
            'network', 'port', 'subnet', 'security_group',
            'security_group_rule')},
    })
    # As if a package with the mechanism driver were installed.
    metadata = place / 'plugins' / 'minicloud-1.dist-info'
    metadata.mkdir(parents=True)
    (metadata / 'METADATA').write_text(
        'Metadata-Version: 2.1\nName: minicloud\nVersion: 1\n')
    (metadata / 'entry_points.txt').write_text(
        '[neutron.ml2.mechanism_drivers]\n'
        'minicloud = tools.minicloud.mechanism:MechanismDriver\n')
