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

"""The side of a process that obeys commands on standard input.

It says ``ready``, and answers each command, a JSON object in a line, with
another one. It ends when its standard input is closed.
"""

from collections.abc import Callable
import json
import select
import sys
from typing import Any


def commands(subject: Any, tick: float,
             idle: Callable[[], object] = lambda: None) -> None:
    """Obey commands until there are no more.

    :param subject: has a method for each; it returns the answer.
    :param tick: how long a wait for a command lasts, seconds.
    :param idle: called after each wait in vain.
    """
    print('ready', flush=True)
    while True:
        # Where eventlet has patched select, others run meanwhile.
        readable, _, _ = select.select([sys.stdin], [], [], tick)
        if not readable:
            idle()
            continue
        line = sys.stdin.readline()
        if not line:
            return
        command = json.loads(line)
        answer = getattr(subject, command.pop('op'))(**command)
        print(json.dumps(answer), flush=True)
