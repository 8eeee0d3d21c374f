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


"""Tables of text."""

from collections.abc import Collection
from collections.abc import Sequence


def table(rows: Sequence[Sequence[str]], rules: Collection[int] = (),
          left: int = 1) -> str:
    """Return rows as lines of aligned columns.

    :param rows: cells of equally many columns.
    :param rules: indices of rows above which a line is drawn; a negative one
        counts from the end.
    :param left: how many of the first columns are aligned to the left; the
        others are to the right.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ['  '.join(
        cell.ljust(width) if index < left else cell.rjust(width)
        for index, (cell, width) in enumerate(
            zip(row, widths, strict=True))).rstrip()
        for row in rows]
    rule = '-' * max(map(len, lines))
    above = {index % len(rows) for index in rules}
    return '\n'.join('%s\n%s' % (rule, line) if index in above else line
                     for index, line in enumerate(lines))
