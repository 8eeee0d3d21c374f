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

"""What users find in the new cloud: catalog, flavors, images, a network."""

from typing import Any

from tools.minicloud import apis
from tools.minicloud import settings as settings_mod

FLAVORS = {'m1.nano': 512, 'm1.micro': 1024}

IMAGES = ('tiny', 'tiny2')

NETWORK = 'private'

# It is never run, so any contents will do; bytes.
_IMAGE_SIZE = 1 << 20


def connect(settings: settings_mod.Settings) -> Any:
    """Return openstacksdk's connection, as administrator.

    It is for one thread.
    """
    import openstack

    # As a user's, but whatever variables and files he has are not meant.
    return openstack.connect(
        load_yaml_config=False, load_envvars=False, **access(settings))


def access(settings: settings_mod.Settings) -> dict[str, Any]:
    """Return the arguments by which openstacksdk finds the cloud."""
    return {
        'auth': {
            'auth_url': settings.url('keystone') + '/v3',
            'username': 'admin',
            'password': settings_mod.PASSWORD,
            'project_name': 'admin',
            'user_domain_name': 'Default',
            'project_domain_name': 'Default',
        },
        'region_name': 'RegionOne',
        'interface': 'public',
    }


def register_services(settings: settings_mod.Settings) -> None:
    """Create the services' users and the catalog in keystone."""
    identity = connect(settings).identity
    project = identity.create_project(
        name='service', domain_id=identity.find_domain('Default').id)
    roles = [identity.find_role(name) for name in ('admin', 'service')]
    for api in apis.APIS:
        # keystone has registered itself.
        if api.name == 'keystone':
            continue
        user = identity.create_user(
            name=api.user, password=settings_mod.PASSWORD)
        for role in roles:
            identity.assign_project_role_to_user(project, user, role)
        found = identity.create_service(name=api.user, type=api.kind)
        for interface in ('public', 'internal'):
            identity.create_endpoint(
                service_id=found.id, interface=interface,
                url=settings.url(api.name) + api.path,
                region_id='RegionOne')


def create(settings: settings_mod.Settings) -> None:
    """Create flavors, images and a network that is everybody's."""
    cloud = connect(settings)
    for name, memory in FLAVORS.items():
        cloud.compute.create_flavor(
            name=name, ram=memory, vcpus=1, disk=0 if settings.bare else 1)
    for name in IMAGES:
        cloud.image.create_image(
            name=name, data=bytes(_IMAGE_SIZE), disk_format='raw',
            container_format='bare', visibility='public')
    network = cloud.network.create_network(name=NETWORK, shared=True)
    cloud.network.create_subnet(
        name=NETWORK, network_id=network.id, ip_version=4,
        cidr='10.200.0.0/16')
