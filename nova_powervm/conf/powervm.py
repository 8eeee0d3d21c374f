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

"""Options of the driver, all in the group ``[powervm]``."""

from oslo_config import cfg
from pypowervm import const

OPTS: list[cfg.Opt] = [
    cfg.PortOpt(
        'rest_port',
        default=const.PORT_DEFAULT_BY_PROTO['http'], min=1,
        help="""
TCP port of the NovaLink REST service on this machine.

nova-compute always talks to ``localhost``, over HTTP and with NovaLink's file
authentication, so it must run in the management partition. NovaLink listens on
the default port. Another one is useful only where several services share a
machine, as in containers and tests.
"""),
    cfg.IntOpt(
        'rest_connect_tries',
        default=60, min=1, max=3600,
        help="""
Number of times that nova-compute tries to reach the NovaLink REST service when
it starts, about two seconds apart.

With a larger number nova-compute waits longer for a REST service that starts
slowly, for example when the whole management partition boots. With a smaller
one it fails sooner if there is no service. With the default it gives up after
about two minutes.
"""),
    cfg.StrOpt(
        'event_handler',
        default='powervm',
        help="""
Name of the handler of NovaLink's events: an entry point in the namespace
``nova_powervm.event_handlers``.

The default handler reports to nova the power states that change outside of it.
Another package may offer a handler that does more or less; nova-compute uses
one of them. With a name that is not installed it does not start, and lists the
installed ones.

Related options:

* ``[powervm] event_delay`` and the other ``event_`` options are those of the
  default handler; another handler may ignore them.
"""),
    cfg.BoolOpt(
        'bare_lpars',
        default=False,
        help="""
Whether servers of this host are LPARs without disks and network adapters.

It is for hosts without storage. An LPAR then has processors and memory, boots
to its firmware and stops there; it does not get the image and the ports that
its user asked for, and a volume makes the creation fail. Set it to true only
where such LPARs are of use: to try out the driver, or where something else
attaches disks and adapters to them. Do not change it on a host that has
servers: disks of servers stay then when these are deleted.

nova finds such a host only for flavors without root, ephemeral and swap disk.

Related options:

* ``[powervm] volume_group_name`` is needed if this is false.
"""),
    cfg.IntOpt(
        'disable_service_after',
        default=120, min=0, max=86400,
        help="""
Seconds for which NovaLink must have answered nothing before nova-compute
disables its compute service. 0 leaves the service alone.

The scheduler sends no servers to a disabled service. nova-compute enables the
service once NovaLink answers again, also after it has been restarted itself,
but only if it is still disabled with the reason ``AUTO: NovaLink does not
answer``: a service that somebody else has disabled stays so.

With a smaller number fewer builds fail on such a host. With a larger one a
restart of NovaLink's REST service, which takes some minutes, does not take the
host out of service.
"""),
    cfg.FloatOpt(
        'proc_units_factor',
        default=0.1, min=0.05, max=1.0,
        help="""
Processor units that an LPAR is guaranteed for each vCPU of its flavor.

LPARs share processors and are uncapped, so they may use more while others are
idle. A larger value guarantees each LPAR more. With a smaller one more LPARs
can run at once, because PowerVM starts an LPAR only while its units are free.
The flavor's extra spec ``powervm:proc_units`` overrides it for the whole LPAR.

Related options:

* ``[DEFAULT] cpu_allocation_ratio``: nova places up to that many vCPUs for
  each processor. All of them can run only if this factor is not greater than 1
  divided by that ratio.
"""),
    cfg.IntOpt(
        'uncapped_proc_weight',
        default=64, min=1, max=255,
        help="""
Weight of an LPAR with uncapped processors among those that want more processor
units than they are guaranteed.

Idle processor units are shared out by weight: an LPAR of twice the weight gets
twice as much. It applies to LPARs that are created afterwards. The flavor's
extra spec ``powervm:shared_weight`` overrides it.
"""),
]
