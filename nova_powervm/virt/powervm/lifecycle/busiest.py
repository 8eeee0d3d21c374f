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

    def add(self, key: str) -> None:
        """Count a key."""
        counts = self._counts
        if key in counts:
            counts[key] += 1
            return
        before = 0
        if len(counts) >= _MOST:
            rarest = min(counts, key=counts.__getitem__)
            before = counts.pop(rarest)
        counts[key] = before + 1

    def most(self, number: int) -> list[tuple[str, int]]:
        """Return the keys that came most often, and about how often."""
        return sorted(dict(self._counts).items(),
                      key=lambda item: (-item[1], item[0]))[:number]
