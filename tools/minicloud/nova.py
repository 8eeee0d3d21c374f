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

"""nova's own services, and the simulators that nova-compute works with."""

from typing import Any

from tools.minicloud import apis
from tools.minicloud import ini
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores

_BACKENDS = {'threading': 'true', 'eventlet': 'false'}

# nova-compute waits up to a minute for running operations.
_COMPUTE_STOP_SECONDS = 75.0

# A boot and a shutdown of an LPAR, seconds. On hardware they take longer.
_BOOT_SECONDS = 2
_SHUTDOWN_SECONDS = 1


def controllers(settings: settings_mod.Settings, conductors: int | None = None
                ) -> dict[str, service.Service]:
    """Return nova-conductor and nova-scheduler by their names.

    :param conductors: workers that nova-conductor has; those of the settings
        unless given.
    """
    workers = {'conductor': conductors or settings.conductors,
               'scheduler': 1}
    return {'nova-' + name: service.Service(
        'nova-' + name,
        (str(apis.BIN / ('nova-' + name)), '--config-file',
         str(controller_file(settings))),
        service.consumes(settings.port('rabbitmq'), name, count))
        for name, count in workers.items()}


def simulators(settings: settings_mod.Settings
               ) -> dict[str, service.Service]:
    """Return the simulators of NovaLink by their services' names."""
    names = map(settings_mod.simulator_of, settings.hosts)
    return {name: service.Service(
        name,
        (str(apis.BIN / 'nova-powervm-sim'),
         '--port', str(settings.port(name)),
         # Without it no adapter can be added to a server that runs.
         '--rmc',
         '--boot-seconds', str(_BOOT_SECONDS),
         '--shutdown-seconds', str(_SHUTDOWN_SECONDS)),
        service.listens(settings.port(name)))
        for name in names}


def computes(settings: settings_mod.Settings) -> dict[str, service.Service]:
    """Return the nova-compute processes by their names."""
    found = {}
    for host in settings.hosts:
        name = settings_mod.compute_of(host)
        found[name] = service.Service(
            name,
            (str(apis.BIN / 'nova-compute'), '--config-file',
             str(apis.folder(settings, 'nova') / (name + '.conf'))),
            service.consumes(settings.port('rabbitmq'), 'compute.' + host),
            environment={'OS_NOVA_DISABLE_EVENTLET_PATCHING':
                         _BACKENDS[settings.backend]},
            stop_order=service.FIRST, stop_seconds=_COMPUTE_STOP_SECONDS)
    return found


def controller_file(settings: settings_mod.Settings) -> Any:
    """Return the path of the configuration of all that is not compute."""
    return apis.folder(settings, 'nova') / 'nova.conf'


def configure(settings: settings_mod.Settings) -> None:
    """Write nova's configuration."""
    write_controllers(settings, settings.conductors)
    for host in settings.hosts:
        name = settings_mod.compute_of(host)
        ini.write(
            apis.folder(settings, 'nova') / (name + '.conf'),
            _common(settings, host), _compute(settings, host))
    if settings.bare:
        (apis.folder(settings, 'nova') / 'policy.yaml').write_text(
            # Without disks a flavor has none to give.
            '"os_compute_api:servers:create:zero_disk_flavor": '
            '"rule:project_member_or_admin"\n')


def write_controllers(settings: settings_mod.Settings, conductors: int
                      ) -> None:
    """Write the configuration of nova-api, nova-conductor and the rest.

    :param conductors: workers that nova-conductor will have.
    """
    ini.write(controller_file(settings), _common(settings, 'controller'), {
        'api_database': {
            'connection': stores.sql_url(settings, 'nova', 'nova_api')},
        'database': {
            'connection': stores.sql_url(settings, 'nova', 'nova_cell1')},
        'api': {'auth_strategy': 'keystone'},
        'conductor': {'workers': conductors},
        'scheduler': {'workers': 1},
        'oslo_policy': {'policy_file': 'policy.yaml'},
        'quota': {'instances': -1, 'cores': -1, 'ram': -1},
    })


def _common(settings: settings_mod.Settings, host: str) -> ini.Sections:
    state = settings.path('data', 'nova-' + host)
    state.mkdir(parents=True, exist_ok=True)
    known = apis.auth(settings, 'nova')
    region = {'region_name': 'RegionOne'}
    sections: dict[str, dict[str, Any]] = {
        'DEFAULT': {
            'host': host,
            'my_ip': settings_mod.ADDRESS,
            'state_path': state,
            'transport_url': stores.transport_url(settings)},
        'keystone_authtoken': apis.token_check(settings, 'nova'),
        'service_user': {'send_service_user_token': True, **known},
        'placement': {**known, **region},
        'glance': {'endpoint_override': settings.url('glance')},
        'neutron': {**known, **region},
        # There is none: who asks for it is told at once.
        'cinder': {'endpoint_override': 'http://%s:1/' %
                   settings_mod.ADDRESS},
        'oslo_concurrency': {'lock_path': state / 'lock'},
        'vnc': {'enabled': False},
    }
    if settings.notifications:
        sections['notifications'] = {'notification_format': 'versioned'}
        sections['oslo_messaging_notifications'] = {'driver': 'messagingv2'}
    return sections


def _compute(settings: settings_mod.Settings, host: str) -> ini.Sections:
    # No databases: nova-compute would complain that it may not use them.
    powervm: dict[str, Any] = {
        'rest_port': settings.port(settings_mod.simulator_of(host)),
        'event_delay': settings.delay}
    if settings.bare:
        powervm['bare_lpars'] = True
    else:
        powervm['volume_group_name'] = 'data'
    return {
        'DEFAULT': {
            'compute_driver': 'powervm_ext.driver.PowerVMDriver',
            # The event module's line about a batch, whatever came of it.
            'default_log_levels': 'nova_powervm=DEBUG'},
        'powervm': powervm,
    }
