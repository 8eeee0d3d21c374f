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

"""Tables of the support matrix, made from the table of extra specs.

Each function that :data:`TABLES` names returns reStructuredText.
"""

from collections.abc import Callable

from nova_powervm.virt.powervm import extra_spec_values as kinds
from nova_powervm.virt.powervm import extra_specs

import rst_tables


def supported() -> str:
    """Return a table of the extra specs that the driver supports."""
    return rst_tables.list_table((34, 22, 44), [
        ('Extra spec', 'Values', 'Meaning'),
        *(('``%s``' % spec.name, _values(spec.values), spec.meaning)
          for spec in extra_specs.SUPPORTED.values())])


def refused() -> str:
    """Return a list of the extra specs of release 9 that are refused."""
    return ''.join('``%s``\n    Not supported: %s.\n' % item
                   for item in extra_specs.REFUSED.items())


#: What makes the text of each table, by the name that pages use.
TABLES: dict[str, Callable[[], str]] = {
    'supported': supported,
    'refused': refused,
}


def _values(values: kinds.Values) -> str:
    if isinstance(values, kinds.Words):
        return ', '.join('``%s``' % word for word in values.values)
    return values.form
