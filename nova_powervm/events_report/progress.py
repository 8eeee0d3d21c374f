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

"""A progress bar on a terminal, if there is tqdm."""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib

# Seconds before a bar appears: most logs are read by then.
_DELAY = 1.0


@contextlib.contextmanager
def bar(size: int) -> Iterator[Callable[[int], object]]:
    """Show a bar on standard error, if that is a terminal.

    :param size: bytes that there are to read; 0 if that is not known.
    :returns: what to call with the bytes that were read since the last call.
    """
    try:
        import tqdm
    except ImportError:
        yield lambda count: None
        return
    # None stands for: only on a terminal.
    with tqdm.tqdm(total=size or None, unit='B', unit_scale=True,
                   disable=None, delay=_DELAY, leave=False) as shown:
        yield shown.update
