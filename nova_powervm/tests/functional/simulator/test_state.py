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

"""The state of the simulator over restarts."""

import json
import os
import pathlib
import shutil
import signal

import ddt
import fixtures
import testtools

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import network
from nova_powervm.sim import process
from nova_powervm.sim import settings
from nova_powervm.sim import state_document
from nova_powervm.sim import state_file
from nova_powervm.testing import processes
from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case
from nova_powervm.tests.unit.sim import fakes


@ddt.ddt
class StateTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.path = self.folder / 'state.json'

    def simulator(self, **options):
        """Return a simulator with the file."""
        return process.SimulatorProcess(state=self.path, boot_seconds=0,
                                        **options)

    def read(self):
        return state_file.StateFile(str(self.path)).make_io(
            fakes.Scheduler(), settings.Settings(), fakes.URL, 8192, 4)

    def stored(self):
        """Return the names of LPARs in the file."""
        return {one['config']['name'] for one
                in json.loads(self.path.read_text())['lpars']}

    def assert_refused(self):
        """The command ends with one line about the file."""
        done = processes.run(processes.python(
            'nova_powervm.sim', '--port', '0', '--state', str(self.path)))
        self.assertEqual((1, '', 1),
                         (done.returncode, done.stdout,
                          done.stderr.count('\n')), done.stderr)
        self.assertIn(str(self.path), done.stderr)

    def test_kept_over_a_restart(self):
        with self.simulator(lpars=2, vios=2) as sim:
            sim.control.set_state([sim.control.lpars()[0]['uuid']], 'error')
            before = (sim.control.lpars(), sim.control.vioses(),
                      sim.control.devices())
        # Not so many more, and not so few Virtual I/O Servers.
        with self.simulator(lpars=5) as sim:
            self.assertEqual(before, (
                sim.control.lpars(), sim.control.vioses(),
                sim.control.devices()))

    def test_clients_find_what_was_there(self):
        with self.simulator(lpars=1) as sim:
            lpar, = sim.control.lpars()
        with self.simulator() as sim:
            session, _ = case.logon(sim.port)
            found = session.request(
                'GET', '/rest/api/uom/LogicalPartition/' + lpar['uuid'])
            self.assertIn(lpar['name'], found.body)
            session._logoff()

    def test_kept_if_it_is_killed(self):
        sim = self.simulator()
        sim.start()
        self.addCleanup(sim.stop)
        sim.control.add_lpars(1, names=['late'])
        waiting.wait_until(lambda: 'late' in self.stored(), 'a write')
        os.kill(sim.pid, signal.SIGKILL)
        with self.simulator() as again:
            self.assertEqual(['late'], [
                one['name'] for one in again.control.lpars()])

    def test_written_at_the_end(self):
        with self.simulator() as sim:
            sim.control.add_lpars(1, names=['last'])
        self.assertEqual({'novalink', 'last'}, self.stored())
        # Nothing else is left.
        self.assertEqual([self.path], list(self.folder.iterdir()))

    @ddt.named_data(
        ('empty', ''), ('no_json', '{'), ('list', '[]'),
        ('other_version', '{"version": 99}'), ('malformed', '{"version": 1}'))
    def test_bad_file(self, content):
        self.path.write_text(content)
        self.assertRaises(state_file.StateError, self.read)
        self.assertEqual(content, self.path.read_text())

    @ddt.named_data(
        ('same_name', '/lpars/0/config', 'name', 'two'),
        ('unknown_switch', '/adapters/0', 'switch', 'x'),
        ('slot_is_taken', '/adapters/0', 'slot', 0),
        ('no_number', '/lpars/0', 'version', None),
        ('unknown_field', '/lpars/0/config', 'x', 1))
    def test_impossible(self, where, name, value):
        made = fakes.make_io()
        lpar = made.host.create(lpar_mod.Config(name='two'))
        made.add_adapter(lpar, network.AdapterConfig(
            1, next(iter(made.networks.switches))))
        document = state_document.dump(made)
        state_file.StateFile(str(self.path)).write(document)
        self.assertIsNotNone(self.read())
        found = document
        for key in where.split('/')[1:]:
            found = found[int(key) if key.isdecimal() else key]
        found[name] = value
        self.path.write_text(json.dumps(document))
        self.assertRaises(state_file.StateError, self.read)

    def test_no_file(self):
        self.assertIsNone(self.read())

    def test_file_is_a_folder(self):
        self.path.mkdir()
        self.assertRaises(state_file.StateError, self.read)

    def test_the_command_says_what_it_cannot_read(self):
        self.path.write_text('{"version": 99}')
        self.assert_refused()

    def test_the_command_says_that_it_cannot_write(self):
        self.path = self.folder / 'none' / 'state.json'
        self.assert_refused()

    def test_it_says_that_it_cannot_write_at_the_end(self):
        said = self.useFixture(fixtures.StringStream('stderr')).stream
        self.useFixture(fixtures.MonkeyPatch('sys.stderr', said))
        with self.simulator() as sim:
            sim.control.add_lpars(1)
            shutil.rmtree(self.folder)
        said.seek(0)
        self.assertIn(str(self.path), said.read())
