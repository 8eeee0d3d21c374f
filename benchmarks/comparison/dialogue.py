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


"""The side of the process that is measured from which it is commanded."""

import json
import pathlib
import select
from typing import Any

from benchmarks.comparison import releases
from nova_powervm.testing import backends
from nova_powervm.testing import processes
from tools.dropin import scratch

# Of the log of a process that failed only the end is shown, bytes.
_LOG_TAIL = 1500

# More than any wait inside the process may take, seconds.
_GRACE = 60.0


class Dialogue(processes.Child):
    """A process with a module that obeys commands.

    :ivar name: the module's.

    :param module: one of :data:`.releases.NAMES`.
    :param tree: the tree of 9.0.0.
    :param options: those of the process, without the module.
    :param program: the module that the process runs.
    """

    def __init__(self, module: str, tree: pathlib.Path | None,
                 options: dict[str, Any],
                 program: str = 'benchmarks.comparison.contestant') -> None:
        self.name = module
        self._log = pathlib.Path(options['log'])
        self._limit = options['limit']
        variables = backends.environment(releases.backend(module))
        if module == releases.OLD:
            assert tree is not None
            variables.update(scratch.environment(tree))
        super().__init__(
            processes.python(program, json.dumps(
                {'module': module, **options})),
            ready='ready', variables=variables)

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        """Send a command and wait for its answer.

        :raises nova_powervm.testing.processes.ProcessError: if the process
            ends instead, or does not answer.
        """
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps({'op': op, **arguments}) + '\n')
            process.stdin.flush()
        except BrokenPipeError:
            pass  # It has ended: there will be no answer either.
        seconds = self._limit + _GRACE + arguments.get('seconds', 0.0)
        readable, _, _ = select.select([process.stdout], [], [], seconds)
        line = process.stdout.readline() if readable else ''
        if not line:
            self.stop()
            raise processes.ProcessError('no answer to %s:\n%s\n%s' % (
                op, self.said(), self._tail()))
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _tail(self) -> str:
        if not self._log.exists():
            return ''
        return self._log.read_text(errors='replace')[-_LOG_TAIL:]
