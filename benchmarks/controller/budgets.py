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

"""Budgets of our module's figures: only what is counted has one."""

from collections.abc import Iterator
import math
from typing import Any

from benchmarks.comparison import releases
from benchmarks.controller import settings
from benchmarks import limits


def checks(row: dict[str, Any]) -> Iterator[limits.Check]:
    """Compare the figures of a case with their budgets.

    :param row: what :meth:`.runner.Runner.run` adds.
    """
    figures = row['figures']
    if row['module'] == releases.OLD or not figures['ended']:
        return
    what = ('%(module)s, %(name)s, workers %(workers)d, hosts %(hosts)d: '
            % row)
    yield limits.Check(what + 'servers wrong', figures['wrong'], 0)
    if row['name'] == 'redundant':
        yield limits.Check(
            what + 'lookups a host',
            figures['lookups']['count'] / row['hosts'],
            math.ceil(row['lpars'] / settings.LOOKUP_LPARS))
    elif row['name'] == 'resync':
        yield limits.Check(
            what + 'lookups a host',
            figures['lookups']['count'] / row['hosts'], 1)
