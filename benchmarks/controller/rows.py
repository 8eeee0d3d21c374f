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

"""The servers in the cell's database.

nova makes the first one; the others are copies of its rows, by SQL.
"""

import itertools
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states

from benchmarks.controller import fleet
from benchmarks.controller import services

# Tables with rows of a server, and the column that has its uuid.
_TABLES = {'instances': 'uuid', 'instance_extra': 'instance_uuid',
           'instance_info_caches': 'instance_uuid',
           'instance_system_metadata': 'instance_uuid'}
# Columns that differ, as the copy has them: of the row t for the server s.
_OTHERS = {'uuid': 's.uuid', 'instance_uuid': 's.uuid', 'host': 's.host',
           'node': 's.host', 'launched_on': 's.host'}

_AS_NEW = (power_state.RUNNING, vm_states.ACTIVE)
_STOPPED = (power_state.SHUTDOWN, vm_states.STOPPED)


def fill(controller: services.Controller, hosts: int, lpars: int) -> None:
    """Fill an empty database with servers that run.

    :param lpars: servers of each host.
    """
    rows = [(uuid, fleet.host(number)) for number in range(hosts)
            for uuid in fleet.instances(fleet.lpars(number, lpars))]
    first, host = rows[0]
    controller.run('benchmarks.controller.template', host, first)
    with controller.session() as cursor:
        cursor.execute('CREATE TEMPORARY TABLE servers ('
                       'uuid varchar(36) CHARACTER SET utf8mb3 PRIMARY KEY, '
                       'host varchar(255) CHARACTER SET utf8mb3)')
        cursor.executemany('INSERT INTO servers VALUES (%s, %s)', rows[1:])
        for table, column in _TABLES.items():
            _copy(cursor, table, column, first)
            # As after the first hours of a cell.
            cursor.execute('ANALYZE TABLE %s' % table)


def _copy(cursor: Any, table: str, column: str, first: str) -> None:
    cursor.execute(
        'SELECT column_name FROM information_schema.columns WHERE '
        'table_schema = database() AND table_name = %s AND extra NOT LIKE '
        "'%%auto_increment%%' AND is_generated = 'NEVER'", (table,))
    columns = [name for name, in cursor.fetchall()]
    cursor.execute('INSERT INTO %s (%s) SELECT %s FROM %s t, servers s '
                   'WHERE t.%s = %%s' % (
                       table, ', '.join('`%s`' % name for name in columns),
                       ', '.join(_OTHERS.get(name, 't.`%s`' % name)
                                 for name in columns), table, column),
                   (first,))


def reset(controller: services.Controller) -> None:
    """Let all servers run again, as if nothing had happened."""
    with controller.session() as cursor:
        cursor.execute('UPDATE instances SET power_state = %s, '
                       'vm_state = %s, task_state = NULL', _AS_NEW)
        for table in ('instance_actions_events', 'instance_actions',
                      'instance_faults'):
            cursor.execute('DELETE FROM %s' % table)


def wrong(controller: services.Controller, hosts: int, crashed: bool) -> int:
    """Return about how many servers nova is wrong.

    :param hosts: how many took part.
    :param crashed: whether their LPARs are off.
    """
    names = [fleet.host(number) for number in range(hosts)]
    with controller.session() as cursor:
        cursor.execute(
            'SELECT count(*) FROM instances WHERE host IN (%s) AND NOT ('
            'power_state = %%s AND vm_state = %%s AND task_state IS NULL)'
            % ', '.join(itertools.repeat('%s', len(names))),
            (*names, *(_STOPPED if crashed else _AS_NEW)))
        return int(cursor.fetchone()[0])
