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

"""A nova-compute with the driver of 9.0.0, a conductor and a message queue.

Run as a module it is the process that starts them, with the tree of the
driver and an empty folder; it writes its figures as JSON.
"""
# ruff: noqa: E402

from nova_powervm.testing import backends

# Of this process; nova-compute has its own.
backends.select('threading')

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import sys
import time
from typing import Any

from nova.compute import power_state
from nova.compute import vm_states

from nova_powervm.sim import process as sim_process
from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.nova_compute import services
from tools.dropin import scratch

_HOST = 'this-host'
_LPARS = 5
_DELAY = 1.0
_STOP_SECONDS = 60.0

# The logger of the line that says that nova and NovaLink were compared.
_RESYNC = ' INFO nova_powervm.virt.powervm.lifecycle.resync '

_OPTIONS = '''
[DEFAULT]
compute_driver = powervm_ext.driver.PowerVMDriver
[powervm]
disk_driver = localdisk
event_delay = %g
''' % _DELAY

# nova only saves the power state of an instance that is rescued. One that was
# active it would stop, for which it needs more than this row.
_INSERT = '''
INSERT INTO instances (created_at, uuid, host, node, project_id, user_id,
                       display_name, vm_state, power_state, launch_index,
                       hidden, cleaned, deleted)
VALUES (datetime(), ?, ?, ?, 'p', 'u', 'server', ?, ?, 0, 0, 0, 0)
'''


class _Commands:
    """Finds nova's commands beside this Python."""

    @staticmethod
    def command(name: str) -> str:
        return str(pathlib.Path(sys.executable).with_name(name))


class NovaCompute:
    """The process, and what is around it.

    :param tree: the tree of the driver.
    :param folder: an empty one.
    """

    def __init__(self, tree: pathlib.Path, folder: pathlib.Path) -> None:
        self._tree = tree
        self._folder = folder / _HOST

    def run(self) -> dict[str, Any]:
        """Let it start, tell nova that an LPAR is off, report and end.

        :returns: figures.
        :raises nova_powervm.testing.waiting.TimedOut: if it does not.
        """
        with contextlib.ExitStack() as stack:
            plane = services.ControlPlane(
                _Commands(), self._folder.parent)  # type: ignore[arg-type]
            plane.setUp()
            stack.callback(plane.cleanUp)
            self._cell = self._folder.parent / 'cell.sqlite'
            simulated = stack.enter_context(
                sim_process.SimulatorProcess(lpars=_LPARS))
            self._child = self._make(plane, simulated.port)
            stack.enter_context(self._child)
            self._wait('a resync', lambda: _RESYNC in self._log())
            seconds = self._tell(simulated.control)
            self._report()
            return {'told_s': seconds, 'stop_s': self._stop()}

    def _make(self, plane: services.ControlPlane, port: int
              ) -> processes.Child:
        self._folder.mkdir()
        path = self._folder / 'nova.conf'
        path.write_text(plane.configuration(_HOST, _OPTIONS))
        return processes.Child(
            processes.python('tools.dropin.compute', str(self._tree),
                             str(port), '--config-file', str(path)),
            variables={**backends.environment('eventlet'),
                       **scratch.environment(self._tree)},
            stop_seconds=_STOP_SECONDS)

    def _tell(self, control: Any) -> float:
        """Let an LPAR go off; return the seconds until nova has saved it."""
        lpar = control.lpars()[0]['uuid']
        self._sql(_INSERT, lpar.lower(), _HOST, _HOST, vm_states.RESCUED,
                  power_state.RUNNING)
        began = time.monotonic()
        control.set_state([lpar], 'not activated')
        self._wait('the power state in nova', lambda: self._sql(
            'SELECT power_state FROM instances') == [(
                power_state.SHUTDOWN,)])
        return time.monotonic() - began

    def _report(self) -> None:
        """See the section of the Guru Meditation Report."""
        self._signal(signal.SIGUSR2)
        self._wait('a report', lambda: ' PowerVM events '
                   in self._child.said())

    def _stop(self) -> float:
        """End it by SIGTERM, as an operator does; return the seconds."""
        began = time.monotonic()
        self._signal(signal.SIGTERM)
        status = self._child.wait(_STOP_SECONDS)
        if status:
            raise waiting.TimedOut('nova-compute ended with %d' % status)
        return time.monotonic() - began

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self._child.pid, number)

    def _sql(self, statement: str, *values: object) -> list[Any]:
        with contextlib.closing(sqlite3.connect(self._cell)) as cell, cell:
            return cell.execute(statement, values).fetchall()

    def _log(self) -> str:
        path = self._folder / 'nova.log'
        return path.read_text(errors='replace') if path.exists() else ''

    def _wait(self, what: str, condition: Any) -> None:
        waiting.wait_until(condition, what, timeout=120.0, details=lambda: (
            self._log()[-4000:] + self._child.said()[-4000:]))


if __name__ == '__main__':
    print(json.dumps(NovaCompute(*map(pathlib.Path, sys.argv[1:])).run()))
