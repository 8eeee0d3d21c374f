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

"""The hosts, their LPARs and the servers on them: the same in every run.

For the processes of both modules: nothing of ``nova_powervm`` is imported.
"""

from collections.abc import Sequence
import random
import uuid

_SEED = 11


def host(number: int) -> str:
    """Return nova's name of a host."""
    return 'host-%d' % number


def lpars(number: int, count: int) -> list[str]:
    """Return the uuids of a host's LPARs, as NovaLink writes them.

    PowerVM clears the first bit of a uuid.
    """
    numbers = random.Random('%d-%d' % (_SEED, number))
    return [str(uuid.UUID(int=numbers.getrandbits(127))).upper()
            for _ in range(count)]


def instances(found: Sequence[str]) -> list[str]:
    """Return the uuids of the servers of LPARs.

    Every other one has the first bit set that PowerVM clears, as chance has
    it in a cloud.
    """
    return ['%x%s' % (int(lpar[0], 16) | 8 * (index % 2), lpar[1:].lower())
            for index, lpar in enumerate(found)]


def shares(hosts: int, processes: int) -> list[list[int]]:
    """Divide hosts among at most so many processes, as evenly as possible.

    :returns: the hosts' numbers for each process that has any.
    """
    return [list(range(first, hosts, processes))
            for first in range(min(hosts, processes))]
