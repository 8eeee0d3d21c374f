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

"""A bar on standard error while something takes long, on a terminal."""

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import sys
from typing import Any


@contextlib.contextmanager
def bar(items: Iterable[Any], unit: str, total: int | None = None
        ) -> Iterator[Any]:
    """Show how many of the items have been taken.

    :param unit: what an item is called.
    :param total: how many there are, unless the items have a length.
    :returns: what to take the items from.
    """
    try:
        import tqdm
    except ImportError:
        yield items
        return
    # None stands for: only on a terminal.
    with tqdm.tqdm(items, unit=unit, total=total, disable=None, leave=False
                   ) as shown:
        yield shown


def say(line: str) -> None:
    """Write a line on standard error, above the bar."""
    try:
        import tqdm
    except ImportError:
        print(line, file=sys.stderr, flush=True)
        return
    tqdm.tqdm.write(line, file=sys.stderr)
