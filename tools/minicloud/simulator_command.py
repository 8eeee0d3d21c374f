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

"""The command ``python -m tools.minicloud.simulator_command``.

What tempest's configuration calls for what pypowervm cannot do to a NovaLink.
"""

import argparse
import os
import sys

from nova_powervm.sim import client
from tools.minicloud import cloud as cloud_mod
from tools.minicloud import processes

# Seconds that NovaLink's REST service is away.
_AWAY = 2.0


def main(argv: list[str] | None = None) -> int:
    """Change something at a simulator.

    :returns: the exit status: 0, or 2 if it could not do what was asked.
    """
    args = _parser().parse_args(argv)
    try:
        cloud = cloud_mod.Cloud.open(os.path.abspath(args.directory))
        if args.host not in cloud.settings.hosts:
            raise processes.CloudError('There is no host %s; there are %s.' % (
                args.host, ', '.join(cloud.settings.hosts)))
        args.command(cloud.simulator(args.host), args)
    except (processes.CloudError, client.ControlError, OSError) as error:
        print('minicloud: %s' % error, file=sys.stderr)
        return 2
    return 0


def _set_state(simulator: client.Control, args: argparse.Namespace) -> None:
    simulator.set_state([args.lpar], args.state)


def _restart(simulator: client.Control, args: argparse.Namespace) -> None:
    simulator.restart(_AWAY)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='python -m tools.minicloud.simulator_command',
        description='Changes something at the simulated NovaLink of a host.')
    parser.add_argument('--directory', default='.minicloud',
                        help='folder of the cloud (%(default)s)')
    commands = parser.add_subparsers(required=True, metavar='COMMAND')
    text = 'Set the state of an LPAR, like error or suspended.'
    state = commands.add_parser('state', help=text, description=text)
    state.set_defaults(command=_set_state)
    state.add_argument('host', metavar='HOST')
    state.add_argument('lpar', metavar='LPAR')
    state.add_argument('state', metavar='STATE')
    text = 'Restart the REST service; the LPARs stay.'
    restart = commands.add_parser('restart', help=text, description=text)
    restart.set_defaults(command=_restart)
    restart.add_argument('host', metavar='HOST')
    return parser


if __name__ == '__main__':
    sys.exit(main())
