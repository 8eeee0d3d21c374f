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

"""Options of the network adapters, all in the group ``[powervm]``."""

from oslo_config import cfg

OPTS: list[cfg.Opt] = [
    cfg.StrOpt(
        'pvm_vswitch_for_novalink_io',
        default='NovaLinkVEABridge',
        help="""
Name of the virtual switch that connects LPARs with Open vSwitch on the
management partition.

Each port that neutron binds as ``ovs`` gets a VLAN of its own on this switch,
between the LPAR's adapter and a trunk adapter that NovaLink plugs into the
port's bridge. The driver creates the switch with the first such port if it
does not exist. A switch has about 4,000 VLANs.

Use a switch that serves nothing else. Ports that are plugged already stay on
the switch they are on. Ports that neutron binds as ``pvm_sea`` do not use it.
"""),
]
