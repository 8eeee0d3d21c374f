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

"""Rules of thumb, derived from what was measured.

The cost ``c`` is what an LPAR of a storm costs nova-conductor: its CPU time
in all cases together, divided by their LPARs. A worker is a process of one
CPU, so

* LPARs a second = workers / c
* seconds of a storm = hosts * LPARs * c / workers
* storms of a host with 200 LPARs in a minute = 60 * workers / (200 * c)
* hosts whose lookups take less than a second = workers / cost of a lookup,
  because each host waits for one lookup at a time

as long as the workers have a CPU each.
"""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]

# LPARs of the host that rules are about.
_LPARS = 200


def costs(rows: Iterable[Row]) -> list[Row]:
    """Return what each storm costs nova-conductor with each module.

    :param rows: those of the runs.
    :returns: for each module and storm the seconds of CPU of an LPAR and,
        where there is nothing but lookups, of a lookup.
    """
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row['figures']['ended']:
            groups.setdefault((row['name'], row['module']), []).append(row)
    return [{'name': name, 'module': module, 'cases': len(found),
             **_cost(name, found)}
            for (name, module), found in groups.items()]


def _cost(name: str, rows: list[Row]) -> Row:
    figures = [row['figures'] for row in rows]
    seconds = sum(each['conductor_cpu'] for each in figures)
    lpars = sum(row['hosts'] * row['lpars'] for row in rows)
    lookups = sum(each['lookups']['count'] for each in figures)
    return {'lpar': seconds / lpars,
            'lookup': seconds / lookups if lookups and name != 'crash'
            else None}


def rates(cost: Row) -> Row:
    """Return what follows from a cost, for one worker.

    :returns: ``lpars`` a second; ``storms`` of a host with 200 LPARs in a
        minute; and ``hosts`` whose lookups take less than a second, None
        where lookups have no cost of their own.
    """
    lpar, lookup = cost['lpar'], cost['lookup']
    return {'lpars': 1 / lpar if lpar else None,
            'storms': 60 / (_LPARS * lpar) if lpar else None,
            'hosts': 1 / lookup if lookup else None}


def knees(rows: Iterable[Row]) -> list[Row]:
    """Return where lookups over one second begin, as measured.

    :returns: for each module, storm and number of workers the most hosts
        without such lookups and the fewest with one, or None.
    """
    groups: dict[tuple[str, str, int], dict[int, bool]] = {}
    for row in rows:
        if row['figures'].get('lookups'):
            key = row['name'], row['module'], row['workers']
            slow = bool(row['figures']['lookups']['slow'])
            hosts = groups.setdefault(key, {})
            hosts[row['hosts']] = slow or hosts.get(row['hosts'], False)
    return [{'name': name, 'module': module, 'workers': workers,
             'without': max((count for count, slow in found.items()
                             if not slow), default=None),
             'with': min((count for count, slow in found.items() if slow),
                         default=None)}
            for (name, module, workers), found in groups.items()]
