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

"""Commands that create, change and delete LPARs.

Each takes a client of the control interface and the parsed arguments.
"""

import argparse

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers
from nova_powervm.sim.ctl import lpars
from nova_powervm.testing import tables


def show(control: client.Control, args: argparse.Namespace
         ) -> answers.Answer:
    """Show name, state, id and uuid of LPARs."""
    found = [lpar for lpar in lpars.optional(control, args)
             if args.state in (None, lpar['state'])]
    rows = [(lpar['name'], lpar['state'], lpar['uuid'], str(lpar['id']))
            for lpar in found]
    if not rows:
        return answers.Answer(found, 'There are no LPARs.' if not args.state
                              else f'No LPAR is {args.state}.')
    return answers.Answer(found, tables.table(
        [('name', 'state', 'uuid', 'id'), *rows], rules=(1,), left=3))


def create(control: client.Control, args: argparse.Namespace
           ) -> answers.Answer:
    """Create LPARs; show their names and uuids."""
    if bool(args.names) == (args.count is not None):
        raise answers.Refused(
            'give either the names of the LPARs or --count, for LPARs whose '
            'names do not matter')
    _check_new_names(control, args.names)
    attrs = {key: value for key, value in (
        ('names', args.names), ('memory_mb', args.memory_mb),
        ('vcpus', args.vcpus), ('proc_units', args.proc_units)) if value}
    made = set(control.add_lpars(
        args.count or len(args.names), state=args.state, boot=args.boot,
        rmc=args.rmc == 'on', **attrs))
    created = [lpar for lpar in control.lpars() if lpar['uuid'] in made]
    return answers.Answer(created, '\n'.join(
        f'{lpar["name"]} {lpar["uuid"]}' for lpar in created))


def _check_new_names(control: client.Control, names: list[str]) -> None:
    # The simulator would create those before the one that it refuses.
    taken = {lpar['name'] for lpar in control.lpars()}
    for name in names:
        if name in taken:
            raise answers.Refused(
                f'there is an LPAR {name} already; an LPAR needs a name of '
                'its own')
        taken.add(name)


def delete(control: client.Control, args: argparse.Namespace
           ) -> answers.Answer:
    """Delete LPARs in any state."""
    gone = lpars.chosen(control, args)
    control.delete_lpars(lpars.uuids(gone))
    return answers.Answer(gone, f'LPARs deleted: {len(gone)}')


def power(control: client.Control, args: argparse.Namespace
          ) -> answers.Answer:
    """Start to power LPARs on or off, or to restart them."""
    found = lpars.chosen(control, args)
    started = set(control.power(lpars.uuids(found), args.operation))
    value = [{**lpar, 'started': lpar['uuid'] in started} for lpar in found]
    refused = [f'{lpar["name"]} ({lpar["state"]})' for lpar in found
               if lpar['uuid'] not in started]
    complaint = (f'power {args.operation} was not possible for '
                 f'{answers.some(refused)}')
    return answers.Answer(
        value, f'power {args.operation} started: {len(started)}',
        complaint if refused else '')


def set_state(control: client.Control, args: argparse.Namespace
              ) -> answers.Answer:
    """Set the state of LPARs at once, as no operation would."""
    found = lpars.chosen(control, args)
    control.set_state(lpars.uuids(found), args.state, args.events)
    return answers.Answer(
        [{**lpar, 'state': args.state} for lpar in found],
        f'LPARs that are {args.state} now: {len(found)}')


def set_rmc(control: client.Control, args: argparse.Namespace
            ) -> answers.Answer:
    """Set whether RMC is active while LPARs run."""
    found = lpars.chosen(control, args)
    control.set_rmc(lpars.uuids(found), args.active == 'on')
    return answers.Answer(found,
                          f'LPARs with RMC {args.active}: {len(found)}')


def storm(control: client.Control, args: argparse.Namespace
          ) -> answers.Answer:
    """Send events of LPARs that did not change."""
    found = lpars.optional(control, args)
    sent = control.storm(lpars.uuids(found), args.events, args.detail)
    return answers.Answer(
        {'lpars': len(found), 'events': sent},
        f'Events sent: {sent}, of LPARs: {len(found)}')
