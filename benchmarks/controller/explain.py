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

"""What MariaDB is asked for lookups, and how it answers.

The statements are those that nova-conductor sent; MariaDB's log of all
queries has them. Each is then executed once more, and explained.
"""

from collections.abc import Iterator
import contextlib
import pathlib
import re
import time
from typing import Any

from benchmarks.comparison import releases
from benchmarks.controller import crew as crews
from benchmarks.controller import services
from benchmarks.controller import settings
from benchmarks.controller import storms

Figures = dict[str, Any]

# What leads to lookups: the module, the storm, and what it is called.
_LOOKUPS = (
    (releases.OURS, 'redundant', 'bulk lookup of %d LPARs'),
    (releases.OURS, 'resync', 'all servers of a host'),
    (releases.OLD, 'redundant', 'single lookup'))

_LOGGED = ("SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log "
           "WHERE command_type = 'Query' AND user_host LIKE 'nova[%' "
           "AND argument LIKE 'SELECT %' ORDER BY event_time")
# Of EXPLAIN's columns.
_PLAN = ('table', 'type', 'key', 'rows', 'Extra')

_UUID = re.compile(r"'[0-9a-f-]{36}'")
_LIST = re.compile(r"\((?:'uuid'(?:, )?){2,}\)")


def run(controller: services.Controller, options: settings.Settings,
        tree: pathlib.Path | None) -> list[Figures]:
    """Have each kind of lookup made on one host, and return their plans.

    :param tree: the tree of 9.0.0; without it there are no single lookups.
    """
    found = []
    for module in dict.fromkeys(module for module, _, _ in _LOOKUPS):
        if module == releases.OLD and tree is None:
            continue
        with crews.aboard(options, module, 1, tree,
                          controller.compute_file) as crew:
            crew.settle(0.0, options.limit)
            for name, words in [(name, words) for which, name, words
                                in _LOOKUPS if which == module]:
                with _logged(controller) as statements:
                    storms.measure(controller, crew, name, options, 1)
                if '%d' in words:
                    words = words % options.lpars
                found += _explain(controller, words, statements)
    return found


@contextlib.contextmanager
def _logged(controller: services.Controller) -> Iterator[list[str]]:
    """Log what nova asks MariaDB; gives a list that is filled at the end."""
    found: list[str] = []
    controller.sql('TRUNCATE TABLE mysql.general_log')
    controller.sql("SET GLOBAL log_output = 'TABLE'")
    controller.sql('SET GLOBAL general_log = 1')
    try:
        yield found
    finally:
        controller.sql('SET GLOBAL general_log = 0')
    found += [statement for statement, in controller.sql(_LOGGED)
              if 'instances' in statement]


def _explain(controller: services.Controller, lookup: str,
             statements: list[str]) -> list[Figures]:
    """Explain the first statement of each shape."""
    shapes: dict[str, str] = {}
    for statement in statements:
        shapes.setdefault(shape(statement), statement)
    found = []
    with controller.session() as cursor:
        for form, statement in shapes.items():
            cursor.execute('EXPLAIN ' + statement)
            names = [column[0] for column in cursor.description]
            plan = [dict(zip(names, row, strict=True))
                    for row in cursor.fetchall()]
            cursor.execute('FLUSH STATUS')
            began = time.perf_counter()
            cursor.execute(statement)
            answered = len(cursor.fetchall())
            seconds = time.perf_counter() - began
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
            found.append({
                'lookup': lookup, 'statement': form, 'rows': answered,
                'ms': seconds * 1000,
                'plan': [{name: step[name] for name in _PLAN}
                         for step in plan],
                'handler': {name: int(value)
                            for name, value in cursor.fetchall()}})
    return found


def shape(statement: str) -> str:
    """Return a statement without the uuids that it asks for."""
    def several(found: re.Match[str]) -> str:
        return '(%d uuids)' % found[0].count('uuid')

    return _LIST.sub(several, _UUID.sub("'uuid'", statement))
