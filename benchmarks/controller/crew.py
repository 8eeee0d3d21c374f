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

"""All processes that carry hosts, as one."""

from collections.abc import Iterator
from concurrent import futures
import contextlib
import pathlib
import time
from typing import Any

from benchmarks.comparison import dialogue
from benchmarks.controller import fleet
from benchmarks.controller import settings

# How long a single command may take, seconds: 9.0.0 needs up to a
# millisecond for each event, and a process may hardly get any CPU.
_COMMAND_SECONDS = 240.0

# How often it is asked what is left, and for how long that has to be nothing.
_POLL_SECONDS = 0.25
_STILL_SECONDS = 1.0


class Crew:
    """Sends each command to all processes at once.

    :param members: the processes, started.
    """

    def __init__(self, members: list[dialogue.Dialogue]) -> None:
        self._members = members

    def ask(self, op: str, **arguments: Any) -> list[dict[str, Any]]:
        """Send a command to all, and wait for all answers.

        :raises nova_powervm.testing.processes.ProcessError: if one fails.
        """
        with futures.ThreadPoolExecutor(len(self._members)) as pool:
            return list(pool.map(
                lambda member: member.ask(op, **arguments), self._members))

    def settle(self, rest: float, limit: float) -> bool:
        """Wait until nothing is left to do.

        :param rest: seconds to wait at least.
        :param limit: seconds to wait at most.
        :returns: whether nothing is left.
        """
        began = busy = time.monotonic()
        while True:
            left = sum(each['left'] for each in self.ask('progress'))
            now = time.monotonic()
            if left:
                busy = now
            if now - busy > _STILL_SECONDS and now - began > rest:
                return True
            if now - began > limit:
                return False
            time.sleep(_POLL_SECONDS)


@contextlib.contextmanager
def aboard(options: settings.Settings, module: str, hosts: int,
           tree: pathlib.Path | None, file: pathlib.Path
           ) -> Iterator[Crew]:
    """Run processes with so many hosts.

    :param tree: the tree of 9.0.0.
    :param file: nova's configuration; their logs are beside it.
    :raises nova_powervm.testing.processes.ProcessError: if one does not start.
    """
    members = [dialogue.Dialogue(module, tree, {
        'hosts': share, 'lpars': options.lpars, 'delay': options.delay,
        'emit_workers': options.emit_workers, 'file': str(file),
        'limit': _COMMAND_SECONDS,
        'log': str(file.with_name('carrier-%d.log' % number))},
        program='benchmarks.controller.carrier_main')
        for number, share in enumerate(
            fleet.shares(hosts, options.processes))]
    with contextlib.ExitStack() as stack:
        with futures.ThreadPoolExecutor(len(members)) as pool:
            # Whatever fails, those that run are ended.
            for member in members:
                stack.callback(member.stop)
            list(pool.map(lambda member: member.start(), members))
        yield Crew(members)
