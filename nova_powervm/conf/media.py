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

"""Options of the configuration drive, in the group ``[powervm]``."""

from oslo_config import cfg

OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        'vopt_media_volume_group',
        default='rootvg',
        help="""
Name of the volume group in which the virtual media repository is made, if no
Virtual I/O Server in use has one.

The repository has the configuration drives of all servers of this host. One
that exists is used, in whatever volume group it is.

Related options:

* ``[powervm] vopt_media_rep_size``: the size that it gets.
"""),
    cfg.IntOpt(
        'vopt_media_rep_size',
        default=1, min=1, max=65536,
        help="""
Size in GiB of the virtual media repository, if it has to be made.

A configuration drive takes about half a MiB, and the files that users inject
into their servers. If the repository is full, no server with a configuration
drive can be created here. An existing repository is not resized: the command
``chrep`` of the Virtual I/O Server does that.

Related options:

* ``[powervm] vopt_media_volume_group``: where it is made.
"""),
]
