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

"""Which keys come most often, in constant memory."""

# So many keys are counted, as by the algorithm Space-Saving.
_MOST = 100


class Busiest:
    """Counts the keys that come most often.

    A key for which there is no room takes the place of the rarest and goes on
    from its count. So a count may be too high, and one of a key that came more
    often than once in 100 times is never missing.

    For one writer at a time. It may be read meanwhile, also from a signal
    handler.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        # The keys of each count, those that have it for longest first, and
        # the least count. A search for the rarest key would be most of what
        # an LPAR costs that nova is known to agree about.
        self._keys: dict[int, dict[str, None]] = {}
        self._least = 0

    def add(self, key: str) -> None:
        """Count a key."""
        counts = self._counts
        before = counts.get(key, 0)
        if not before and len(counts) < _MOST:
            self._least = 1
        else:
            before = self._take(key if before else None)
        counts[key] = before + 1
        self._keys.setdefault(before + 1, {})[key] = None

    def _take(self, key: str | None) -> int:
        """Take a key from those of its count; None stands for the rarest.

        :returns: the count; one with a higher count by one has to follow.
        """
        if key is None:
            count = self._least
            rarest = next(iter(self._keys[count]))
            del self._counts[rarest], self._keys[count][rarest]
        else:
            count = self._counts[key]
            del self._keys[count][key]
        if not self._keys[count]:
            del self._keys[count]
            if count == self._least:
                self._least = count + 1
        return count

    def most(self, number: int) -> list[tuple[str, int]]:
        """Return the keys that came most often, and about how often."""
        return sorted(dict(self._counts).items(),
                      key=lambda item: (-item[1], item[0]))[:number]
