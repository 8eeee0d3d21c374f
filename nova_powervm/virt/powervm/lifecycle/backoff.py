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

"""How long to wait before the next attempt."""

# Seconds until the next attempt at what failed, doubled each time, and the
# most of it.
FIRST = 1.0
MOST = 60.0


def backoff(attempts: int, first: float = FIRST, most: float = MOST
            ) -> float:
    """Return ``first`` doubled ``attempts`` times, but ``most`` at most."""
    return min(first * 2.0 ** min(attempts, 32), most)


def meet(now: float, wait: float) -> float:
    """Return a time about ``wait`` seconds from ``now`` that others share.

    It is a multiple of ``wait``, half of it sooner or later. So what waits
    equally long meets in one batch, whenever it began to wait.
    """
    return round(now / wait + 1.0) * wait
