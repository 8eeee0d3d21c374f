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

"""Options of the tempest plugin: the group ``[powervm]`` of tempest.conf."""

from oslo_config import cfg
from oslo_config import types

GROUP = cfg.OptGroup(name='powervm', title='Tests of the PowerVM driver')

_COMMAND_HELP = """

The first word is a program, the others are its arguments; there is no shell
in between. ``{host}`` in them stands for the host's name in nova%s; a brace
that means itself is written twice. An exit status other than 0 fails the test.
Tests that need the command are skipped if it is not set."""
_COMMAND = _COMMAND_HELP % ''
_LPAR_COMMAND = _COMMAND_HELP % (
    ', ``{lpar}`` for\nthe uuid of the LPAR in upper case, ``{server}`` for '
    'the uuid of the server')

OPTS: list[cfg.Opt] = [
    cfg.Opt(
        'rest_services',
        type=types.Dict(types.URI(schemes=['http', 'https'])),
        default={}, sample_default='novalink1:https://novalink1:12443',
        help="""
The NovaLink REST service of each host, as host:URL pairs that are separated by
commas. The name of a host is the one that ``openstack compute service list``
shows.

With ``http`` pypowervm logs on by a file that NovaLink writes, so tempest has
to run in the management partition itself, as a user who may read that file:
``novalink1:http://localhost:12080``. With ``https`` it logs on with
``rest_username`` and ``rest_password``, from anywhere. All tests of the plugin
are skipped if this is empty. Servers may get to hosts that are not named here;
a test fails then.
"""),
    cfg.StrOpt(
        'rest_username',
        help="""
User by whom pypowervm logs on to REST services with ``https``.
"""),
    cfg.StrOpt(
        'rest_password', secret=True,
        help="""
Password of ``rest_username``.
"""),
    cfg.FloatOpt(
        'event_delay',
        default=15, min=0.5, max=60,
        help="""
``[powervm] event_delay`` of the hosts' nova-compute, seconds.
"""),
    cfg.FloatOpt(
        'margin',
        default=10, min=1,
        help="""
Seconds after ``event_delay`` within which nova has to show what became of an
LPAR, while all services run.

They are for the job by which nova acts and for nova itself: make it larger
where the machines are slow, not to hide that nova learns of a change late.
"""),
    cfg.IntOpt(
        'recovery_timeout',
        default=240, min=10,
        help="""
Seconds within which nova has to show what became of an LPAR after a service
that was away has come back.

nova notices only after ``[DEFAULT] rpc_response_timeout`` that a call got lost
with nova-conductor, and the driver tries again at most a minute later.
"""),
    cfg.IntOpt(
        'servers_at_once',
        default=10, min=2,
        help="""
Number of servers whose LPARs are stopped at the same time in one test.
"""),
    cfg.StrOpt(
        'crash_command',
        help="""
Command that makes an LPAR crash: NovaLink's state of it becomes ``error`` and
stays so. NovaLink's REST interface has no operation for that.
""" + _LPAR_COMMAND),
    cfg.StrOpt(
        'suspend_command',
        help="""
Command that suspends an LPAR: NovaLink's state of it becomes ``suspended``.
pypowervm has no operation for that.
""" + _LPAR_COMMAND),
    cfg.StrOpt(
        'rest_restart_command',
        help="""
Command that restarts the NovaLink REST service of a host, for example
``ssh root@{host} systemctl restart pvm-rest``.
""" + _COMMAND),
    cfg.StrOpt(
        'conductor_stop_command',
        help="""
Command that stops all nova-conductors that serve the hosts.
""" + _COMMAND),
    cfg.StrOpt(
        'conductor_start_command',
        help="""
Command that starts what ``conductor_stop_command`` stopped.
""" + _COMMAND),
    cfg.StrOpt(
        'compute_stop_command',
        help="""
Command that stops nova-compute of a host, for example
``ssh root@{host} systemctl stop nova-compute``.
""" + _COMMAND),
    cfg.StrOpt(
        'compute_start_command',
        help="""
Command that starts what ``compute_stop_command`` stopped.
""" + _COMMAND),
]
