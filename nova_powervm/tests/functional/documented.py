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

"""Commands and programs of the documentation, found and carried out.

A code block is carried out if its ``:class:`` has the word ``tested``. In a
console, what stands below a command has to be what it says, but for uuids and
the width of blanks. More words of the class say how the command runs:

``background``
    until the test ends; its first line is compared
``interrupted``
    until it has said what stands below it; then Ctrl-C ends it, with status 0
``eventually``
    again and again, until it says what stands below it
"""

from collections.abc import Iterator
import pathlib
import re
import signal
import socket
import subprocess
import sys
from typing import NamedTuple

import fixtures

from nova_powervm.testing import processes
from nova_powervm.testing import waiting

_BLOCK = re.compile(r'( *)\.\. code-block:: (\w+)\n((?: +:.*\n)*)')
_UUID = re.compile('[0-9A-F]{8}(-[0-9A-F]{4}){2,3}(-[0-9A-F]{12})?')
#: The port that the documentation has, and the simulator by default.
PORT = '12080'

_SIMULATOR = '''#!/bin/sh
exec {python} -W ignore -c '
import sys
from nova_powervm.sim import __main__ as main
main.DEFAULT_PORT = {port}
sys.exit(main.main())' "$@"
'''


class Block(NamedTuple):
    """A code block that is to be carried out.

    :ivar line: its number in the page, from 1.
    :ivar modes: words of its class.
    """

    line: int
    language: str
    modes: frozenset[str]
    text: str


def blocks(page: str) -> Iterator[Block]:
    """Return the blocks of a page that are to be carried out."""
    for found in _BLOCK.finditer(page):
        indent, language, options = found.groups()
        words = re.search(':class: (.*)', options)
        modes = frozenset(words.group(1).split() if words else ())
        if 'tested' not in modes:
            continue
        lines = []
        for line in page[found.end():].splitlines():
            if line.strip() and not line.startswith(indent + ' '):
                break
            lines.append(line[len(indent) + 3:])
        yield Block(page.count('\n', 0, found.start()) + 1, language, modes,
                    '\n'.join(lines).strip('\n') + '\n')


def commands(text: str) -> Iterator[tuple[str, str]]:
    """Return the commands of a console, each with what it says."""
    for step in re.split(r'^\$ ', text, flags=re.MULTILINE)[1:]:
        command = re.match(r'(?:.*\\\n)*.*\n', step).group()
        yield command.strip(), step[len(command):]


class Machine(fixtures.Fixture):
    """Carries out blocks, in a folder of its own.

    Commands of this package are on the path, with a port of this machine's
    own in the place of the default one.
    """

    def _setUp(self) -> None:
        folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self._folder = folder / 'work'
        self._programs = folder / 'bin'
        for made in self._folder, self._programs:
            made.mkdir()
        with socket.create_server(('127.0.0.1', 0)) as free:
            self._port = str(free.getsockname()[1])
        self._put('nova-powervm-sim', _SIMULATOR.format(
            python=sys.executable, port=self._port))
        self._put('python', f'#!/bin/sh\nexec {sys.executable} "$@"\n')

    def _put(self, name: str, text: str) -> None:
        path = self._programs / name
        path.write_text(text)
        path.chmod(0o755)

    def carry_out(self, block: Block) -> None:
        """Carry out a block.

        :raises AssertionError: if a command fails, or says something else.
        """
        if block.language == 'python':
            program = self._folder / 'program.py'
            program.write_text(block.text.replace(PORT, self._port))
            self._run(f'{sys.executable} -W ignore program.py')
            return
        for command, expected in commands(block.text):
            if 'background' in block.modes:
                self._start(command, expected)
            elif 'interrupted' in block.modes:
                self._interrupt(command, expected)
            elif 'eventually' in block.modes:
                waiting.wait_until(
                    lambda command=command, expected=expected:
                    self._same(expected, self._run(command)), command,
                    details=lambda command=command: self._run(command))
            else:
                said = self._run(command)
                if not self._same(expected, said):
                    raise AssertionError(
                        f'$ {command}\n{said}--- expected:\n{expected}')

    def _same(self, expected: str, said: str) -> bool:
        return self._plain(expected) == self._plain(said)

    def _plain(self, text: str) -> str:
        # A port of the documentation is longer or shorter than that of the
        # test, and blanks follow from what is in a column.
        text = _UUID.sub('<uuid>', text.replace(self._port, PORT))
        return '\n'.join(' '.join(line.split())
                         for line in text.strip().splitlines())

    def _popen(self, command: str) -> 'subprocess.Popen[str]':
        variables = processes.environment()
        variables['PATH'] = f'{self._programs}:{variables["PATH"]}'
        child = subprocess.Popen(
            # Without exec the shell would get the signal.
            ['/bin/sh', '-c', f'exec {command}'], cwd=self._folder,
            env=variables, text=True, stdout=subprocess.PIPE,
            preexec_fn=processes.heed_interrupts,
            stderr=subprocess.STDOUT)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def _run(self, command: str) -> str:
        child = self._popen(command.replace(PORT, self._port))
        said, _ = child.communicate(timeout=waiting.TIMEOUT)
        if child.returncode:
            raise AssertionError(
                f'$ {command}\n{said}--- ended with {child.returncode}')
        return said

    def _start(self, command: str, expected: str) -> None:
        said = self._popen(command).stdout.readline()
        if not self._same(expected, said):
            raise AssertionError(f'$ {command}\n{said}')

    def _interrupt(self, command: str, expected: str) -> None:
        child, said = self._popen(command), ''
        while not self._plain(said).startswith(self._plain(expected)):
            line = child.stdout.readline()
            if not line or said.count('\n') > 100:
                raise AssertionError(f'$ {command}\n{said}')
            said += line
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=waiting.TIMEOUT)
        if child.returncode:
            raise AssertionError(
                f'$ {command}\n--- ended with {child.returncode}')
