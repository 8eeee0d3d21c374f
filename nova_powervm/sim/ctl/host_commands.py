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

"""Commands about what an LPAR has, the host, and the service itself.

Each takes a client of the control interface and the parsed arguments.
"""

import argparse
from collections.abc import Iterator
from collections.abc import Mapping
import dataclasses
from typing import Any

from oslo_serialization import jsonutils

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers
from nova_powervm.sim.ctl import lpars
from nova_powervm.sim import faults as faults_mod
from nova_powervm.sim import settings as settings_mod
from nova_powervm.testing import tables


def devices(control: client.Control, args: argparse.Namespace
            ) -> answers.Answer:
    """Show disks, media and network adapters of LPARs."""
    names = {lpar['uuid']: lpar['name']
             for lpar in lpars.optional(control, args)}
    found = {uuid: shown for uuid, shown in control.devices().items()
             if uuid in names}
    rows = [row for uuid, shown in found.items()
            for row in _device_rows(names[uuid], shown)]
    text = tables.table([('LPAR', 'has', 'name', 'size or VLAN', 'with'),
                         *rows], rules=(1,), left=5)
    return answers.Answer(found, text if rows else 'No LPAR has a device.')


def _device_rows(name: str, shown: Mapping[str, Any]
                 ) -> Iterator[tuple[str, ...]]:
    for kind, stored in (*(('disk', one) for one in shown['disks']),
                         *(('medium', one) for one in shown['media'])):
        sha = stored['sha256']
        yield (name, kind, stored['name'], f'{stored["gb"]:.4g} GB',
               'no contents' if sha is None else f'SHA-256 {sha[:12]}')
    for adapter in shown['adapters']:
        yield (name, 'adapter', adapter['mac'], f'VLAN {adapter["vlan"]}',
               f'bridge {adapter["bridge"]}' if adapter['bridge']
               else 'no bridge')


def vioses(control: client.Control, args: argparse.Namespace
           ) -> answers.Answer:
    """Show the Virtual I/O Servers and their volume groups."""
    found = control.vioses()
    rows = [(vios['name'], vios['state'], vios['rmc'], group['name'],
             f'{group["gb"]:g}', f'{group["free_gb"]:g}',
             str(len(group['disks'])), str(len(group['media'])))
            for vios in found for group in vios['volume_groups']]
    heading = ('name', 'state', 'RMC', 'volume group', 'GB', 'free GB',
               'disks', 'media')
    return answers.Answer(found, tables.table([heading, *rows], rules=(1,),
                                              left=4))


def set_vios(control: client.Control, args: argparse.Namespace
             ) -> answers.Answer:
    """Set state and RMC of a Virtual I/O Server."""
    if args.state is None and args.rmc is None:
        raise answers.Refused('give --state or --rmc, or both')
    by_name = {vios['name']: vios['uuid'] for vios in control.vioses()}
    key = by_name.get(args.name, args.name.upper())
    if key not in by_name.values():
        raise answers.Refused(f'there is no Virtual I/O Server {args.name}. '
                              f'There are: {answers.some(list(by_name))}')
    control.set_vios(key, state=args.state,
                     rmc=None if args.rmc is None else args.rmc == 'on')
    return vioses(control, args)


def counters(control: client.Control, args: argparse.Namespace
             ) -> answers.Answer:
    """Show the number of requests of each kind; set them to 0 if asked."""
    found = dict(sorted(control.counters().items()))
    if args.reset:
        control.reset_counters()
    rows = [(kind, str(number)) for kind, number in found.items()]
    return answers.Answer(found, tables.table(
        [('kind', 'requests'), *rows, ('total', str(sum(found.values())))],
        rules=(1, -1)))


def inject_fault(control: client.Control, args: argparse.Namespace
                 ) -> answers.Answer:
    """Inject a fault."""
    kind = faults_mod.ANY if args.kind == 'any' else args.kind
    allowed = faults_mod.names_of(kind)
    if args.fault not in allowed:
        raise answers.Refused(f'{args.kind} has no fault {args.fault}; it '
                              f'has {", ".join(allowed)}')
    control.inject_fault(kind, args.fault, count=args.count,
                         seconds=args.seconds, probability=args.probability)
    limits = [*(f'{number:g} {word}' for number, word in (
        (args.count, 'hits'), (args.seconds, 'seconds'))
        if number is not None), "'clear'"]
    return answers.Answer(
        {'kind': kind, 'fault': args.fault},
        f'{args.fault} hits {args.kind} until {" or ".join(limits)}.')


def faults(control: client.Control, args: argparse.Namespace
           ) -> answers.Answer:
    """Show how often each fault has hit."""
    found = control.faults()
    rows = [(kind, fault, str(hits)) for kind, counts in sorted(found.items())
            for fault, hits in sorted(counts.items())]
    return answers.Answer(found, tables.table(
        [('kind', 'fault', 'hits'), *rows], rules=(1,), left=2)
        if rows else 'No fault has hit a request or an event.')


def clear(control: client.Control, args: argparse.Namespace
          ) -> answers.Answer:
    """End all injected faults."""
    control.clear_faults()
    return answers.Answer({}, 'All faults have ended.')


def restart(control: client.Control, args: argparse.Namespace
            ) -> answers.Answer:
    """Restart the service: drop connections, tokens and queued events."""
    control.restart(args.seconds, new_client=not args.no_new_client)
    return answers.Answer(
        {'seconds': args.seconds}, 'The service restarts; it refuses '
        f'connections for {args.seconds:g} s.')


def refuse(control: client.Control, args: argparse.Namespace
           ) -> answers.Answer:
    """Refuse new connections for a time."""
    control.refuse(args.seconds)
    return answers.Answer(
        {'seconds': args.seconds},
        f'The service refuses connections for {args.seconds:g} s.')


def event(control: client.Control, args: argparse.Namespace
          ) -> answers.Answer:
    """Send any event."""
    sent = {'type': args.type, 'data': args.data, 'detail': args.detail}
    control.send_events([sent] * args.times)
    return answers.Answer([sent] * args.times, f'Events sent: {args.times}')


def settings(control: client.Control, args: argparse.Namespace
             ) -> answers.Answer:
    """Show the settings, after changing some."""
    names = {field.name for field in dataclasses.fields(
        settings_mod.Settings)}
    changes = {}
    for item in args.changes:
        name, equals, text = item.partition('=')
        name = name.replace('-', '_')
        if not equals or name not in names:
            raise answers.Refused(f'{item!r} is not NAME=VALUE; the names '
                                  f'are {", ".join(sorted(names))}')
        changes[name] = _value(text)
    try:
        settings_mod.Settings(**changes)
    except ValueError as exc:
        raise answers.Refused(str(exc)) from None
    found = control.configure(**changes)
    rows = [(name, jsonutils.dumps(value)) for name, value in found.items()]
    return answers.Answer(found, tables.table(rows, left=2))


def _value(text: str) -> Any:
    """Read JSON, or else take the text, which no setting allows."""
    try:
        return jsonutils.loads(text)
    except ValueError:
        return text
