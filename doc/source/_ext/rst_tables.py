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

"""Tables in reStructuredText."""

from collections.abc import Sequence


def list_table(widths: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    """Return a list-table.

    :param widths: of the columns, as shares of their sum.
    :param rows: cells in reStructuredText; the first row is the header.
    """
    lines = ['.. list-table::', '   :header-rows: 1',
             '   :widths: %s' % ' '.join(map(str, widths)), '']
    for first, *others in rows:
        lines += ['   * - %s' % first, *('     - %s' % cell
                                         for cell in others)]
    return '\n'.join([*lines, ''])
