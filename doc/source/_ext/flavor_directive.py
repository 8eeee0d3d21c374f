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

"""A Sphinx extension: ``.. flavor-table:: <name>`` inserts a table."""

from typing import Any

from docutils import nodes
from docutils.parsers import rst

import flavor_tables


class FlavorTable(rst.Directive):
    """Inserts one of ``flavor_tables.TABLES``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Put the table where the directive stands."""
        name = self.arguments[0]
        if name not in flavor_tables.TABLES:
            raise self.error('there is no table %r' % name)
        self.state_machine.insert_input(
            flavor_tables.TABLES[name]().splitlines(), 'flavor-table ' + name)
        return []


def setup(app: Any) -> dict[str, bool]:
    """Register the directive; Sphinx calls this."""
    app.add_directive('flavor-table', FlavorTable)
    return {'parallel_read_safe': True}
