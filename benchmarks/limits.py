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

"""Figures beside the most that they may be."""

from collections.abc import Iterable
import dataclasses

from nova_powervm.testing import tables


@dataclasses.dataclass(frozen=True)
class Check:
    """One figure and the most that it may be."""

    what: str
    measured: float
    limit: float

    @property
    def within(self) -> bool:
        """Whether the figure is within its budget."""
        return self.measured <= self.limit


def table(checks: Iterable[Check]) -> str:
    """Return a table with a line for each budget."""
    return tables.table([('budget', 'measured', 'limit', ''), *(
        (check.what, '%.4g' % check.measured, '%.4g' % check.limit,
         'within' if check.within else 'OVER') for check in checks)],
        rules=(1,))
