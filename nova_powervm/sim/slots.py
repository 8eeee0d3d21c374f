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


"""Virtual slots of a partition, one for each of its virtual adapters."""

from nova_powervm.sim import errors

# Slots 0 and 1 are those of the consoles.
_FIRST = 2


class Slots:
    """The slots that adapters of a partition use."""

    def __init__(self) -> None:
        self._used: set[int] = set()

    def take(self, maximum: int, wanted: int | None = None,
             high: bool = False) -> int:
        """Take a slot.

        :param maximum: the number of slots of the partition.
        :param wanted: this slot; None for a free one.
        :param high: a slot above all that are used, if there is one.
        :raises errors.RestError: if it is used, or none is free.
        """
        if wanted is None:
            wanted = self._free(maximum, high)
        if wanted in self._used or not _FIRST <= wanted < maximum:
            raise errors.RestError(
                409, f'The virtual slot {wanted} is not free.')
        self._used.add(wanted)
        return wanted

    def release(self, slot: int) -> None:
        """Release a slot that is used."""
        self._used.remove(slot)

    def _free(self, maximum: int, high: bool) -> int:
        if high and self._used and max(self._used) + 1 < maximum:
            return max(self._used) + 1
        for slot in range(_FIRST, maximum):
            if slot not in self._used:
                return slot
        raise errors.RestError(
            409, f'All {maximum} virtual slots are used.')
