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

"""Options of disks, in the group ``[powervm]``."""

from oslo_config import cfg

OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        'disk_driver',
        default='localdisk',
        help="""
Name of the way in which disks of servers are stored: an entry point in the
namespace ``nova_powervm.disk_drivers``.

``localdisk`` makes virtual disks in a volume group of a Virtual I/O Server.
With a name that is not installed nova-compute does not start, and lists the
installed ones. It has no effect with ``[powervm] bare_lpars``.

Related options:

* ``[powervm] volume_group_name`` and ``volume_group_vios_name`` are those of
  ``localdisk``.
"""),
    cfg.StrOpt(
        'volume_group_name',
        help="""
Name of the volume group for the disks of servers and for one disk of each
image that they use.

The whole group is offered to nova as disk space, so it should hold nothing
else; ``rootvg`` is no good choice. nova-compute does not start without it,
unless ``[powervm] bare_lpars`` is set.

Related options:

* ``[powervm] volume_group_vios_name`` chooses the Virtual I/O Server.
* ``[DEFAULT] reserved_host_disk_mb`` and ``disk_allocation_ratio``: space for
  the disks of images is not part of any flavor, and should be reserved.
* ``[image_cache]`` says when the disk of an unused image is deleted.
"""),
    cfg.StrOpt(
        'volume_group_vios_name',
        help="""
Name of the Virtual I/O Server that has the volume group.

It is needed only if several have a group of the name ``[powervm]
volume_group_name``; nova-compute does not start then without it.
"""),
    cfg.IntOpt(
        'vios_active_wait_timeout',
        default=300, min=0, max=3600,
        help="""
Seconds for which nova-compute waits at its start for a Virtual I/O Server that
runs and has an active RMC connection, and for one that starts if none of the
others has the volume group ``[powervm] volume_group_name``.

After a start of the whole machine that takes some minutes. Without one
nova-compute does not start, unless ``[powervm] bare_lpars`` is set.
"""),
]
