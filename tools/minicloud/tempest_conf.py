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

"""tempest's configuration for a cloud that is up."""

import dataclasses
import pathlib
import shlex
import sys
from typing import Any

from tools.minicloud import content
from tools.minicloud import settings as settings_mod
from tools.minicloud import tempest_features

_CHECKOUT = pathlib.Path(__file__).resolve().parents[2]

_TEMPLATE = """\
# Written by tools/minicloud/tempest_conf.py.
[DEFAULT]
log_file = tempest.log
[oslo_concurrency]
lock_path = {folder}/lock
[auth]
use_dynamic_credentials = true
create_isolated_networks = true
admin_username = admin
admin_password = {password}
admin_project_name = admin
admin_domain_name = Default
[identity]
uri_v3 = {keystone}/v3
auth_version = v3
region = RegionOne
v3_endpoint_type = public
[service_available]
nova = true
glance = true
neutron = true
cinder = false
swift = false
horizon = false
[compute]
image_ref = {image}
image_ref_alt = {other_image}
flavor_ref = {flavor}
flavor_ref_alt = {other_flavor}
fixed_network_name = {network}
max_microversion = latest
min_compute_nodes = {computes}
build_interval = 1
build_timeout = 120
ready_wait = 0
[validation]
# The images have no operating system to log in to.
run_validation = false
[image]
build_interval = 1
build_timeout = 60
[network]
project_network_cidr = 10.100.0.0/16
project_network_mask_bits = 28
[network-feature-enabled]
# There is no network outside of this machine.
floating_ips = false
ipv6 = false
api_extensions = {extensions}
"""


@dataclasses.dataclass(frozen=True)
class Resources:
    """What tempest uses of the cloud: ids, but for the network's name.

    extensions: the aliases of neutron's extensions, separated by commas.
    """

    image: str
    other_image: str
    flavor: str
    other_flavor: str
    extensions: str
    network: str = content.NETWORK


def find_resources(connection: Any) -> Resources:
    """Ask the cloud for what tempest uses.

    :param connection: openstacksdk's, as administrator.
    """
    image, other_image = [
        connection.image.find_image(name, ignore_missing=False).id
        for name in content.IMAGES]
    flavor, other_flavor = [
        connection.compute.find_flavor(name, ignore_missing=False).id
        for name in content.FLAVORS]
    return Resources(image, other_image, flavor, other_flavor, ','.join(sorted(
        extension.alias for extension in connection.network.extensions())))


def folder(settings: settings_mod.Settings) -> pathlib.Path:
    """Return tempest's folder of a cloud."""
    return settings.path('tempest')


def path(settings: settings_mod.Settings) -> pathlib.Path:
    """Return the path of tempest's configuration of a cloud."""
    return folder(settings) / 'etc' / 'tempest.conf'


def write(settings: settings_mod.Settings, resources: Resources
          ) -> pathlib.Path:
    """Write tempest's configuration.

    :returns: its path.
    """
    text = _TEMPLATE.format(
        folder=folder(settings), password=settings_mod.PASSWORD,
        keystone=settings.url('keystone'), computes=settings.computes,
        **dataclasses.asdict(resources))
    text += tempest_features.section(settings) + _powervm(settings)
    found = path(settings)
    found.parent.mkdir(parents=True, exist_ok=True)
    found.write_text(text)
    return found


def _powervm(settings: settings_mod.Settings) -> str:
    services = {host: settings.url(settings_mod.simulator_of(host))
                for host in settings.hosts}
    options = {
        'rest_services': ','.join(map(':'.join, services.items())),
        'event_delay': settings.delay,
        'crash_command': _simulator(settings, 'state {host} {lpar} error'),
        'suspend_command': _simulator(
            settings, 'state {host} {lpar} suspended'),
        'rest_restart_command': _simulator(settings, 'restart {host}'),
        'conductor_stop_command': _cloud(settings, 'stop nova-conductor'),
        'conductor_start_command': _cloud(settings, 'start nova-conductor'),
        'compute_stop_command': _cloud(
            settings, 'stop ' + settings_mod.compute_of('{host}')),
        'compute_start_command': _cloud(
            settings, 'start ' + settings_mod.compute_of('{host}')),
    }
    return '[powervm]\n' + ''.join('%s = %s\n' % item
                                   for item in options.items())


def _cloud(settings: settings_mod.Settings, command: str) -> str:
    return _python(settings, 'tools.minicloud', command)


def _simulator(settings: settings_mod.Settings, command: str) -> str:
    return _python(settings, 'tools.minicloud.simulator_command', command)


def _python(settings: settings_mod.Settings, module: str, command: str
            ) -> str:
    """Return a command of the cloud's own environment, not of tempest's."""
    fixed = ['env', 'PYTHONPATH=%s' % _CHECKOUT, sys.executable, '-m',
             module, '--directory', settings.directory]
    # oslo.config replaces $, and the plugin what is in braces.
    return '%s %s' % (
        shlex.join(fixed).replace('{', '{{').replace('}', '}}').replace(
            '$', '$$'), command)
