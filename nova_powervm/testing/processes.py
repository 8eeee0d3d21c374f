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


"""Child processes: started, found to be ready, ended, and heard."""

from collections.abc import Mapping
from collections.abc import Sequence
import contextlib
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
from typing import IO
from typing import Self

#: The folder that this package is in, which need not be installed.
ROOT = pathlib.Path(__file__).parents[2]

_START_SECONDS = 60.0
_STOP_SECONDS = 10.0


class ProcessError(Exception):
    """A process failed; the text has its command and what it said."""


def python(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module with this Python."""
    return [sys.executable, '-m', module, *arguments]


def environment(**variables: str) -> dict[str, str]:
    """Return this process's environment, with this package on the path.

    Python's warnings are ignored, unless the environment says otherwise.

    :param variables: what is added or replaced.
    """
    paths = [str(ROOT), *filter(None, [os.environ.get('PYTHONPATH')])]
    return {'PYTHONWARNINGS': 'ignore', **os.environ,
            'PYTHONPATH': os.pathsep.join(paths), **variables}


def run(command: Sequence[str], *,
        variables: Mapping[str, str] | None = None,
        timeout: float = 600.0) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    :param variables: environment variables that are added or replaced.
    :param timeout: seconds after which it is killed.
    :returns: its exit status, which may be an error, and its output.
    :raises ProcessError: if it does not end in time.
    """
    # Files and wait(): what run() raises is of a class of its own where
    # eventlet has replaced Popen.
    with (tempfile.TemporaryFile('w+') as stdout,
          tempfile.TemporaryFile('w+') as stderr):
        process = subprocess.Popen(  # noqa: S603 -- the caller's own command
            command, env=environment(**variables or {}), text=True,
            stdout=stdout, stderr=stderr)
        try:
            status: int | None = process.wait(timeout)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            process.kill()
            process.wait()
        said = [_read(stdout), _read(stderr)]
    if status is None:
        raise ProcessError('%s did not end within %g s:\n%s' % (
            list(command), timeout, ''.join(said)))
    return subprocess.CompletedProcess(list(command), status, *said)


def check(done: subprocess.CompletedProcess[str]
          ) -> subprocess.CompletedProcess[str]:
    """Return a process that ended well.

    :raises ProcessError: if its exit status is not 0.
    """
    if done.returncode:
        raise ProcessError('%s ended with %d:\n%s%s' % (
            done.args, done.returncode, done.stdout, done.stderr))
    return done


def heed_interrupts() -> None:
    """Let this process be ended by SIGINT; for Popen's ``preexec_fn``.

    A shell has its background commands ignore it, which they pass on to all
    that they start.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Child:
    """A process that runs from start() to stop(); a context manager, too.

    What it writes to standard error is kept; its standard output is read for
    the line that says that it is ready. Its standard input is a pipe,
    so it can notice that its parent is gone. It is in a session of its own:
    Ctrl-C reaches the parent alone. Not thread-safe.

    :param command: the command and its arguments.
    :param ready: how its first line of output begins; None if it writes none
        and is ready at once.
    :param variables: environment variables that are added or replaced.
    :param start_seconds: how long it may take to be ready.
    :param stop_seconds: how long it may take to end before it is killed.
    """

    def __init__(self, command: Sequence[str], *, ready: str | None = None,
                 variables: Mapping[str, str] | None = None,
                 start_seconds: float = _START_SECONDS,
                 stop_seconds: float = _STOP_SECONDS) -> None:
        self._command = list(command)
        self._ready = ready
        self._variables = dict(variables or {})
        self._start_seconds = start_seconds
        self._stop_seconds = stop_seconds
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[str] | None = None
        self._said = ''

    @property
    def pid(self) -> int:
        """The process's id.

        :raises ProcessError: if it does not run.
        """
        return self._running().pid

    def start(self) -> str:
        """Start it and wait until it is ready.

        :returns: its first line without what it begins with.
        :raises ProcessError: if it runs already, or is not ready in time.
        """
        if self._process is not None:
            raise ProcessError('%s already runs' % self._command)
        # A file, not a pipe: nobody reads it while the process runs.
        self._stderr = tempfile.TemporaryFile('w+')  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 -- as above
            self._command, env=environment(**self._variables), text=True,
            start_new_session=True, stdin=subprocess.PIPE,
            stdout=None if self._ready is None else subprocess.PIPE,
            stderr=self._stderr)
        if self._ready is None:
            return ''
        line = self._first_line()
        if not line.startswith(self._ready):
            self._process.kill()
            status = self._process.wait()
            self.stop()
            raise ProcessError('%s is not ready (exit status %d):\n%s%s' % (
                self._command, status, line, self._said))
        return line.removeprefix(self._ready).strip()

    def stop(self) -> None:
        """End it; nothing happens if it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(self._stop_seconds)
        except subprocess.TimeoutExpired:
            # Its children as well: they are of the same session.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                # What it did not read is of no use any more.
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._said = self._read_stderr()
        if self._stderr is not None:
            self._stderr.close()
            self._stderr = None

    def wait(self, seconds: float) -> int:
        """Wait until it ends by itself.

        :returns: its exit status.
        :raises ProcessError: if it does not run, or does not end in time.
        """
        try:
            return self._running().wait(seconds)
        except subprocess.TimeoutExpired:
            raise ProcessError('%s still runs after %g s:\n%s' % (
                self._command, seconds, self.said())) from None

    def said(self) -> str:
        """Return what it has written to standard error."""
        return self._said if self._stderr is None else self._read_stderr()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise ProcessError('%s does not run' % self._command)
        return self._process

    def _first_line(self) -> str:
        stdout = self._running().stdout
        if stdout is None:
            return ''
        # The process writes the line at once: nothing blocks after select().
        readable, _, _ = select.select([stdout], [], [], self._start_seconds)
        return stdout.readline() if readable else ''

    def _read_stderr(self) -> str:
        if self._stderr is None:
            return ''
        return _read(self._stderr)


def _read(file: IO[str]) -> str:
    """Return what is in a file that a process may still write to."""
    # By position: the process writes to the same open file.
    fd = file.fileno()
    return os.pread(fd, os.fstat(fd).st_size, 0).decode(errors='replace')
