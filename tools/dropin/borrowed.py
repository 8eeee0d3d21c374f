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

"""Modules of this checkout for a process whose nova_powervm is another one.

There everything below ``nova_powervm`` has to come from the tree that is
tested, so these modules get names of their own. They import nothing of this
package.
"""

import importlib.util
import pathlib
from typing import Any

_ROOT = pathlib.Path(__file__).parents[2] / 'nova_powervm'


def _load(path: str) -> Any:
    name = 'borrowed_%s' % pathlib.Path(path).stem
    spec = importlib.util.spec_from_file_location(name, _ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


#: The client of the simulator's control interface.
client = _load('sim/client.py')
#: Waiting for conditions.
waiting = _load('testing/waiting.py')
