# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""A Sphinx extension: directives that insert tables made from the code.

``.. event-table:: <name>`` and ``.. flavor-table:: <name>``.
"""

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

from docutils import nodes
from docutils.parsers import rst

import event_tables
import flavor_tables


class Table(rst.Directive):
    """Inserts one of ``tables``, which return reStructuredText."""

    required_arguments = 1
    tables: ClassVar[Mapping[str, Callable[[], str]]]

    def run(self) -> list[nodes.Node]:
        """Put the table where the directive stands."""
        name = self.arguments[0]
        if name not in self.tables:
            raise self.error('there is no table %r' % name)
        self.state_machine.insert_input(
            self.tables[name]().splitlines(), '%s %s' % (self.name, name))
        return []


class EventTable(Table):
    """Inserts a table about events."""

    tables = event_tables.TABLES


class FlavorTable(Table):
    """Inserts a table about flavors."""

    tables = flavor_tables.TABLES


def setup(app: Any) -> dict[str, bool]:
    """Register the directives; Sphinx calls this."""
    app.add_directive('event-table', EventTable)
    app.add_directive('flavor-table', FlavorTable)
    return {'parallel_read_safe': True}
