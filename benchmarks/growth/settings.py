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

"""What is run: sizes, backends and how often."""

import dataclasses
import pathlib
from typing import Any

from nova_powervm.testing import backends

#: What is measured, by its name on the command line.
NAMES = ('alone', 'handlers', 'sync')


@dataclasses.dataclass(frozen=True)
class Settings:
    """What is run.

    :param lpars: sizes of the one handler that is alone.
    :param handlers: number of handlers in one process.
    :param handler_lpars: LPARs of each of them.
    :param sync_lpars: instances of nova's periodic power sync.
    :param events: PartitionState events of each LPAR in a storm.
    :param files: what earlier runs wrote, to be shown instead of a run.
    """

    names: tuple[str, ...] = NAMES
    backends: tuple[str, ...] = backends.BACKENDS
    lpars: tuple[int, ...] = (100, 1000, 10_000)
    handlers: int = 100
    handler_lpars: int = 100
    sync_lpars: int = 1000
    events: int = 12
    runs: int = 5
    json: pathlib.Path | None = None
    plots: pathlib.Path | None = None
    files: tuple[pathlib.Path, ...] = ()


#: Changes for a run that ends within a minute on two CPUs.
QUICK: dict[str, Any] = {
    'lpars': (100, 1000), 'handlers': 10, 'sync_lpars': 100, 'runs': 1}
