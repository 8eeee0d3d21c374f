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

"""What can be typed after nova-powervm-sim ctl."""

import argparse
from collections.abc import Callable
import dataclasses
from typing import Any

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers
from nova_powervm.sim.ctl import host_commands
from nova_powervm.sim.ctl import lpar_commands
from nova_powervm.sim.ctl import values
from nova_powervm.sim.ctl import watch
from nova_powervm.sim import faults
from nova_powervm.sim import settings
from nova_powervm.testing import argument_types

Command = Callable[[client.Control, argparse.Namespace], answers.Answer]

_FAULTS = (*faults.REQUEST_FAULTS, *faults.RESPONSE_FAULTS,
           *faults.LISTING_FAULTS, *faults.UPLOAD_FAULTS,
           *faults.EVENT_FAULTS)


def parser(default_port: int) -> argparse.ArgumentParser:
    """Return the parser; ``run`` of what it parses is the command."""
    made = argparse.ArgumentParser(
        prog='nova-powervm-sim ctl',
        description='Changes and shows a simulated host while it runs. LPARs '
                    'are named by their names or uuids.',
        epilog='The exit status is 1 if LPARs are not in a state that allows '
               'what was asked, and 2 if nothing was done: a wrong value, or '
               'no simulator.')
    _add_common(made, default_port, False)
    commands = made.add_subparsers(
        title='commands', metavar='COMMAND', required=True)

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=(
            f'{text[0].upper()}{text[1:]}.'))
        command.set_defaults(run=run)
        # Also after the command, where people add them.
        _add_common(command, argparse.SUPPRESS, argparse.SUPPRESS)
        return command

    _add_lpar_commands(add)
    _add_more_lpar_commands(add)
    _add_host_commands(add)
    _add_fault_commands(add)
    _add_service_commands(add)
    return made


def _add_common(to: argparse.ArgumentParser, port: Any, json: Any) -> None:
    to.add_argument('--port', type=values.port, default=port, help=(
        'port of the simulator' + (f' ({port})' if port != argparse.SUPPRESS
                                   else '')))
    to.add_argument('--json', action='store_true', default=json,
                    help='answer in JSON')


def _add_names(to: argparse.ArgumentParser, every: bool = True) -> None:
    to.add_argument('names', nargs='*', metavar='NAME',
                    help='name or uuid of an LPAR' if every else
                    'name or uuid of an LPAR; without any, all LPARs')
    if every:
        to.add_argument('--all', action='store_true', help='all LPARs')


def _add_state(to: argparse._ActionsContainer, name: str,
               **more: Any) -> None:
    # The type refuses all that is no choice; shells complete from choices.
    to.add_argument(name, metavar='STATE', type=values.state,
                    choices=values.STATES, **more)


def _add_lpar_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    show = add('lpars', lpar_commands.show, 'show LPARs and their states')
    _add_names(show, every=False)
    _add_state(show, '--state', help='only those in this state')
    create = add('create', lpar_commands.create, 'create LPARs')
    create.add_argument('names', nargs='*', metavar='NAME', type=values.name,
                        help='its name')
    create.add_argument('--count', type=argument_types.integer(1, 10_000),
                        help='how many, with names of no importance')
    begin = create.add_mutually_exclusive_group()
    _add_state(begin, '--state', default='running',
               help='their state from the start (%(default)s)')
    begin.add_argument('--boot', action='store_true',
                       help='boot them instead')
    create.add_argument('--memory-mb', type=argument_types.integer(1),
                        help='memory of each, MB (1024)')
    create.add_argument('--vcpus', type=argument_types.integer(1),
                        help='virtual processors of each (1)')
    create.add_argument('--proc-units', type=values.units,
                        help='processor units of each (0.1)')
    create.add_argument('--rmc', choices=('on', 'off'), default='off',
                        help='RMC while they run (%(default)s)')
    _add_names(add('delete', lpar_commands.delete,
                   'delete LPARs in any state'))
    power = add('power', lpar_commands.power,
                'start to power LPARs on or off, or to restart them')
    power.add_argument('operation', choices=('on', 'off', 'restart'))
    _add_names(power)


def _add_more_lpar_commands(
        add: Callable[..., argparse.ArgumentParser]) -> None:
    state = add('state', lpar_commands.set_state,
                'set the state of LPARs at once, as a crash does')
    _add_names(state)
    _add_state(state, 'state', help='with hyphens for blanks: not-activated, '
                                    'running, error, suspended, ...')
    state.add_argument('--events', type=argument_types.integer(), default=1,
                       help='events of each LPAR (%(default)s)')
    rmc = add('rmc', lpar_commands.set_rmc,
              'set whether RMC is active while LPARs run')
    rmc.add_argument('active', choices=('on', 'off'))
    _add_names(rmc)
    storm = add('storm', lpar_commands.storm,
                'send events of LPARs that did not change')
    _add_names(storm, every=False)
    storm.add_argument('--events', type=argument_types.integer(1), default=12,
                       help='events of each LPAR (%(default)s)')
    storm.add_argument('--detail', default='PartitionState,Other',
                       help='what they are about (%(default)s)')


def _add_host_commands(add: Callable[..., argparse.ArgumentParser]) -> None:
    _add_names(add('devices', host_commands.devices,
                   'show disks, media and network adapters of LPARs'),
               every=False)
    add('vioses', host_commands.vioses,
        'show the Virtual I/O Servers and their volume groups')
    vios = add('vios', host_commands.set_vios,
               'set state and RMC of a Virtual I/O Server')
    vios.add_argument('name', metavar='NAME', help='its name or uuid')
    _add_state(vios, '--state', help='its state')
    vios.add_argument('--rmc', choices=('on', 'off'))
    counters = add('counters', host_commands.counters,
                   'show the number of requests of each kind')
    counters.add_argument('--reset', action='store_true',
                          help='then set them to 0')
    look = add('watch', watch.run,
               'show LPARs and requests until Ctrl-C')
    look.add_argument('--interval', type=values.seconds, default=1.0,
                      metavar='SECONDS', help='between looks (%(default)s)')


def _add_fault_commands(add: Callable[..., argparse.ArgumentParser]
                        ) -> None:
    fault = add('fault', host_commands.inject_fault, 'inject a fault')
    # The star needs quotes in a shell.
    fault.add_argument('kind', metavar='KIND', choices=(
        'any', faults.ANY, faults.EVENT, *values.REQUEST_KINDS), help=(
        "kind of request, as counters show it; 'any' for all, 'event' for "
        'events on their way to a client'))
    fault.add_argument('fault', metavar='FAULT', choices=_FAULTS,
                       help=', '.join(_FAULTS))
    fault.add_argument('--count', type=argument_types.integer(1),
                       help='how often it hits (no limit)')
    fault.add_argument('--seconds', type=values.seconds,
                       help='how long it lasts (until clear)')
    fault.add_argument('--probability', type=values.share, default=1.0,
                       help='share of what it hits (%(default)s)')
    add('faults', host_commands.faults, 'show how often faults have hit')
    add('clear', host_commands.clear, 'end all injected faults')


def _add_service_commands(add: Callable[..., argparse.ArgumentParser]
                          ) -> None:
    restart = add('restart', host_commands.restart,
                  'restart the service: connections, tokens and queued '
                  'events are gone, LPARs stay')
    restart.add_argument('seconds', nargs='?', type=values.duration,
                         default=0.0, metavar='SECONDS',
                         help='how long it takes (0)')
    restart.add_argument('--no-new-client', action='store_true',
                         help='tell no client of the loss')
    refuse = add('refuse', host_commands.refuse,
                 'refuse new connections for a time')
    refuse.add_argument('seconds', type=values.seconds, metavar='SECONDS')
    event = add('event', host_commands.event, 'send any event')
    event.add_argument('type', metavar='TYPE',
                       help='CACHE_CLEARED, MODIFY_URI, ...')
    event.add_argument('data', nargs='?', default='', metavar='DATA',
                       help='as a rule the URL of what it is about')
    event.add_argument('detail', nargs='?', default='', metavar='DETAIL')
    event.add_argument('--times', type=argument_types.integer(1, 100_000),
                       default=1)
    change = add('settings', host_commands.settings,
                 'show the settings, after changing some')
    change.add_argument('changes', nargs='*', metavar='NAME=VALUE', help=(
        ', '.join(field.name for field in dataclasses.fields(
            settings.Settings))))
