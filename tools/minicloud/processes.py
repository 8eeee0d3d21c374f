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

"""Processes of the cloud: started, waited for, found again, and stopped.

They outlive the command that starts them. Each carries a mark in its
environment, which its children inherit, so that whatever a killed command
left behind is found.
"""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
import contextlib
import os
import pathlib
import signal
import subprocess
import time

import psutil

from tools.minicloud import service as service_mod
from tools.minicloud import settings as settings_mod

_MARK = 'NOVA_POWERVM_MINICLOUD'
_NAME = 'NOVA_POWERVM_MINICLOUD_SERVICE'

_LOG_LINES = 15
_TICK = 0.001
_INTERVAL = 0.1
_KILL_SECONDS = 10.0
_KILLS = 3


class CloudError(Exception):
    """The cloud cannot do what was asked; the text is for the user."""


class Processes:
    """The processes of one cloud. Thread-safe.

    :param settings: what the cloud is like.
    """

    def __init__(self, settings: settings_mod.Settings) -> None:
        self._settings = settings

    def start(self, service: service_mod.Service) -> None:
        """Start a service; see :meth:`wait_until_ready`.

        :raises CloudError: if it runs already or cannot be started.
        """
        if self.find(service.name) is not None:
            raise CloudError('%s already runs.' % service.name)
        process = self._launch(
            service.name, service.command, service.environment)
        found = psutil.Process(process.pid)
        self._record(service.name).write_text(
            '%d %s\n' % (found.pid, _started(found.pid)))
        # Until the system has its environment it would not be found.
        while process.poll() is None and not _environment(found):
            time.sleep(_TICK)

    def wait_until_ready(self, service: service_mod.Service) -> None:
        """Wait until a service does its work.

        :raises CloudError: with the end of its log, if it ended or is not
            ready in time.
        """
        deadline = time.monotonic() + service.ready_seconds
        while not service.ready():
            if self.find(service.name) is None:
                raise CloudError('%s ended.%s' % (
                    service.name, self._end_of_log(service.name)))
            if time.monotonic() > deadline:
                raise CloudError('%s is not ready after %g s.%s' % (
                    service.name, service.ready_seconds,
                    self._end_of_log(service.name)))
            time.sleep(_INTERVAL)

    def run(self, name: str, *commands: Iterable[str],
            environment: Mapping[str, str] | None = None) -> None:
        """Run commands one after another; their log has the name.

        :raises CloudError: with the end of the log, if one fails.
        """
        for command in commands:
            process = self._launch(name, command, environment or {})
            try:
                status = process.wait()
            except BaseException:
                process.kill()
                raise
            if status:
                raise CloudError('%s failed with %d: %s.%s' % (
                    name, status, ' '.join(command), self._end_of_log(name)))

    def find(self, name: str) -> psutil.Process | None:
        """Return the process that was started for a service, if it runs."""
        try:
            pid, started = self._record(name).read_text().split()
            process = psutil.Process(int(pid))
            # Else another process has got the number meanwhile.
            if _started(process.pid) == started and not _ended(process):
                return process
        except (FileNotFoundError, ProcessLookupError, psutil.NoSuchProcess):
            pass
        return None

    def marked(self) -> list[psutil.Process]:
        """Return all processes of the cloud, its children's children too."""
        return [process for process in psutil.process_iter()
                if _environment(process).get(_MARK)
                == self._settings.directory]

    def stop(self, services: Iterable[service_mod.Service],
             stopped: Callable[[str, float], object] = lambda *_: None
             ) -> None:
        """Stop services: all at once, and all that they have started.

        Those that do not end in time are killed.

        :param stopped: called with the name and the seconds of each.
        """
        begin = time.monotonic()
        deadlines = {}
        for one in services:
            process = self.find(one.name)
            if process is not None:
                family = [process, *_children(process)]
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.terminate()
                deadlines[one.name] = (begin + one.stop_seconds, family)
        while deadlines:
            now = time.monotonic()
            for name, (deadline, family) in list(deadlines.items()):
                if _ended(family[0]) or now > deadline:
                    # What it has left behind as well.
                    _kill(family)
                    del deadlines[name]
                    stopped(name, now - begin)
            time.sleep(_INTERVAL)

    def kill(self, name: str) -> None:
        """Kill a service and its children, as a crash would."""
        process = self.find(name)
        if process is not None:
            _kill([process, *_children(process)])

    def kill_all(self) -> list[str]:
        """Kill whatever there is of the cloud; return what that was."""
        names = set()
        # Again for what they started meanwhile; some may not be killed at all.
        for _ in range(_KILLS):
            found = self.marked()
            names |= {_environment(one).get(_NAME, '?') for one in found}
            _kill(found)
        return sorted(names)

    def _launch(self, name: str, command: Iterable[str],
                environment: Mapping[str, str]) -> 'subprocess.Popen[bytes]':
        with open(self._settings.log(name), 'ab') as log:
            try:
                return subprocess.Popen(
                    list(command), stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, start_new_session=True,
                    cwd=self._settings.directory,
                    env={**os.environ, 'PYTHONWARNINGS': 'ignore',
                         'PYTHONUNBUFFERED': '1', **environment,
                         # setproctitle would write over the mark.
                         'SPT_NOENV': '1',
                         _MARK: self._settings.directory, _NAME: name})
            except OSError as error:
                raise CloudError('%s cannot be started: %s.' % (
                    name, error)) from None

    def _record(self, name: str) -> pathlib.Path:
        return self._settings.path('run', name)

    def _end_of_log(self, name: str) -> str:
        path = self._settings.log(name)
        lines = path.read_text(errors='replace').splitlines()[-_LOG_LINES:]
        return '\nThe end of %s:\n  %s' % (path, '\n  '.join(lines))


def memory(process: psutil.Process) -> int:
    """Return a process's proportional share of the memory, bytes."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def cpu_seconds(process: psutil.Process) -> float:
    """Return the CPU time so far of a process and its children."""
    total = 0.0
    for one in (process, *_children(process)):
        # A child may have ended meanwhile.
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(one.cpu_times()[:2])
    return total


def _started(pid: int) -> str:
    """Return when a process started, in clock ticks after the boot.

    psutil has it as a time of day, which moves when the clock is set.
    """
    # The name, in parentheses, may have spaces. See proc_pid_stat(5).
    stat = pathlib.Path('/proc', str(pid), 'stat').read_text()
    return stat.rpartition(')')[2].split()[19]


def _ended(process: psutil.Process) -> bool:
    try:
        # Of a zombie only the exit status is left, for who started it.
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _environment(process: psutil.Process | None) -> dict[str, str]:
    if process is None:
        return {}
    try:
        return dict(process.environ())
    except (psutil.Error, OSError):
        # It ended, or belongs to somebody else.
        return {}


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children(recursive=True))
    except psutil.NoSuchProcess:
        return []


def _kill(processes: Iterable[psutil.Process]) -> None:
    doomed = list(processes)
    for process in doomed:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    psutil.wait_procs(doomed, _KILL_SECONDS)
