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


"""Searches for partitions by a quick property."""

from collections.abc import Iterable
import re
from typing import TypeVar

from nova_powervm.sim import errors
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import quick

_EXPRESSION = re.compile(
    r"\((?P<key>\w+)(?P<operator>==|!=)'(?P<value>.*)'\)")
_Partition = TypeVar('_Partition', bound=lpar_mod.Lpar)


def find(host: host_mod.Host, partitions: Iterable[_Partition],
         expression: str) -> list[_Partition]:
    """Return the partitions that match an expression.

    :param expression: such as ``(PartitionName=='one')``.
    :raises errors.RestError: if it is malformed or names no quick property.
    """
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        raise errors.RestError(400, f'Cannot search for {expression}.')
    key, value = match['key'], match['value']
    equal = match['operator'] == '=='
    found = []
    for partition in partitions:
        properties = quick.properties(partition, host)
        if key not in properties:
            raise errors.RestError(400, f'Cannot search by {key}.')
        if (str(properties[key]) == value) is equal:
            found.append(partition)
    return found
