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

"""Makes one server, as nova makes it: the process with nova's database.

Its arguments are nova's configuration, a host, and the server's uuid.
"""
# ruff: noqa: E402

import os

os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'true'

from nova import monkey_patch

monkey_patch.patch(backend='threading')

import sys
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states
from nova import config
from nova import context as nova_context
from nova import objects
from oslo_utils import timeutils

_USER = 'a' * 32
_PROJECT = 'b' * 32


def flavor() -> Any:
    """Return the flavor of the server."""
    return objects.Flavor(
        id=1, flavorid='1', name='bench', memory_mb=4096, vcpus=2, root_gb=20,
        ephemeral_gb=0, swap=0, rxtx_factor=1.0, vcpu_weight=0,
        disabled=False, is_public=True, description=None, extra_specs={},
        projects=[], created_at=timeutils.utcnow(), updated_at=None,
        deleted_at=None, deleted=False)


def create(host: str, uuid: str) -> None:
    """Create a server that runs, with all the rows that nova gives it."""
    context = nova_context.RequestContext(
        user_id=_USER, project_id=_PROJECT, is_admin=True)
    now = timeutils.utcnow()
    size = flavor()
    objects.Instance(
        context, uuid=uuid, user_id=_USER, project_id=_PROJECT,
        host=host, node=host, launched_on=host, compute_id=1,
        display_name='server', hostname='server', flavor=size,
        old_flavor=None, new_flavor=None, instance_type_id=size.id,
        memory_mb=size.memory_mb, vcpus=size.vcpus, root_gb=size.root_gb,
        ephemeral_gb=size.ephemeral_gb, reservation_id='r-bench',
        availability_zone='nova', launched_at=now, launch_index=0,
        locked=False, shutdown_terminate=False, disable_terminate=False,
        auto_disk_config=False, config_drive='', user_data=None,
        key_name=None, key_data=None, access_ip_v4=None, access_ip_v6=None,
        progress=0, power_state=power_state.RUNNING,
        vm_state=vm_states.ACTIVE, task_state=None,
        root_device_name='/dev/sda', image_ref='c' * 32, kernel_id='',
        ramdisk_id='', os_type=None, architecture=None, vm_mode=None,
        metadata={}, system_metadata={
            'boot_roles': 'member', 'image_base_image_ref': 'c' * 32,
            'image_container_format': 'bare', 'image_disk_format': 'raw',
            'image_min_disk': '20', 'image_min_ram': '0'},
        keypairs=objects.KeyPairList(objects=[]), numa_topology=None,
        pci_requests=objects.InstancePCIRequests(requests=[]),
        vcpu_model=None, trusted_certs=None, resources=None,
        security_groups=objects.SecurityGroupList(objects=[])).create()


def main(file: str, host: str, uuid: str) -> None:
    """Create the server."""
    config.parse_args(['template'], default_config_files=[file],
                      init_rpc=False)
    objects.register_all()
    create(host, uuid)


if __name__ == '__main__':
    main(*sys.argv[1:])
