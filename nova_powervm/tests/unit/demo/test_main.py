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


import io
import os
import signal
import sys

import ddt
import fixtures
import mock
import testtools

from nova_powervm.demo import __main__ as demo


class _Settings(tuple):
    """What the runner's settings are made of."""

    def __new__(cls, *values):
        return super().__new__(cls, values)


@ddt.ddt
class TestMain(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.stderr = self.useFixture(
            fixtures.MonkeyPatch('sys.stderr', io.StringIO())).new_value
        # The command changes these for good.
        for target in ('signal.signal', 'warnings.simplefilter',
                       'logging.Logger.addHandler'):
            self.useFixture(fixtures.MockPatch(target))
        self.select = self.useFixture(fixtures.MockPatch(
            'nova_powervm.testing.backends.select')).mock
        self.runner = mock.Mock(Settings=_Settings)
        self.runner.run.return_value = 0
        patcher = mock.patch.dict(
            sys.modules, {'nova_powervm.demo.runner': self.runner})
        patcher.start()
        self.addCleanup(patcher.stop)
        self.useFixture(fixtures.MockPatchObject(
            sys.modules['nova_powervm.demo'], 'runner', self.runner,
            create=True))
        self.which = self.useFixture(fixtures.MockPatch('shutil.which')).mock
        self.folder = self.useFixture(fixtures.TempDir())

    def test_defaults(self):
        self.assertEqual(0, demo.main([]))
        self.select.assert_called_once_with('threading')
        self.runner.run.assert_called_once_with(
            _Settings(20, 3.0, 'threading', None, False, None), mock.ANY,
            mock.ANY)

    def test_options(self):
        path = self.folder.join('results.json')
        picture = self.folder.join('results.svg')
        demo.main(['--lpars', '4', '--delay', '0.5', '--backend', 'eventlet',
                   '--json', path, '--bare', '--plot', picture])
        self.select.assert_called_once_with('eventlet')
        self.runner.run.assert_called_once_with(
            _Settings(4, 0.5, 'eventlet', path, True, picture), mock.ANY,
            mock.ANY)

    def test_exit_status(self):
        self.runner.run.return_value = 1
        self.assertEqual(1, demo.main([]))

    def refused(self, option, value):
        error = self.assertRaises(SystemExit, demo.main,
                                  ['%s=%s' % (option, value)])
        self.assertEqual(demo.EXIT_USAGE, error.code)
        self.runner.run.assert_not_called()
        self.assertIn(option, self.stderr.getvalue())

    @ddt.data('3', '1001', '-4', '20.5', 'many', '')
    def test_bad_number_of_lpars(self, text):
        self.refused('--lpars', text)

    @ddt.data('0.4', '61', '-1', 'nan', 'inf', 'soon', '')
    def test_bad_delay(self, text):
        self.refused('--delay', text)

    def test_bad_backend(self):
        self.refused('--backend', 'asyncio')

    def test_json_is_a_folder(self):
        self.refused('--json', self.folder.path)

    def test_json_in_no_folder(self):
        self.refused('--json', self.folder.join('no', 'folder.json'))

    @ddt.data('results.gif', 'no/results.svg')
    def test_bad_picture(self, name):
        self.refused('--plot', self.folder.join(name))

    def lack(self, *packages):
        find_spec = demo.importlib.util.find_spec
        self.useFixture(fixtures.MockPatch(
            'importlib.util.find_spec',
            lambda name: None if name in packages else find_spec(name)))

    def test_no_picture_without_matplotlib(self):
        self.lack('matplotlib')
        self.assertEqual(demo.EXIT_USAGE, demo.main(
            ['--plot', self.folder.join('results.svg')]))
        self.assertIn('nova-powervm[report]', self.stderr.getvalue())
        self.select.assert_not_called()

    def test_without_a_picture_it_needs_no_matplotlib(self):
        self.lack('matplotlib')
        self.assertEqual(0, demo.main([]))

    def test_missing_packages(self):
        self.lack('aiohttp', 'placement')
        self.assertEqual(demo.EXIT_USAGE, demo.main([]))
        # By the names by which they are installed.
        self.assertIn('aiohttp', self.stderr.getvalue())
        self.assertIn('openstack-placement', self.stderr.getvalue())
        self.assertNotIn('wsgi-intercept', self.stderr.getvalue())
        self.select.assert_not_called()

    def test_missing_command(self):
        self.which.return_value = None
        self.assertEqual(demo.EXIT_USAGE, demo.main([]))
        self.assertIn('genisoimage', self.stderr.getvalue())
        self.assertIn('--bare', self.stderr.getvalue())
        self.select.assert_not_called()

    def test_bare_needs_no_command(self):
        self.which.return_value = None
        self.assertEqual(0, demo.main(['--bare']))

    def test_interrupted(self):
        self.runner.run.side_effect = KeyboardInterrupt
        self.assertEqual(demo.EXIT_INTERRUPTED, demo.main([]))


@ddt.ddt
class TestInterrupts(testtools.TestCase):

    def setUp(self):
        super().setUp()
        for number in (signal.SIGINT, signal.SIGTERM):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.useFixture(fixtures.MockPatch('time.sleep'))
        self.stderr = self.useFixture(
            fixtures.MonkeyPatch('sys.stderr', io.StringIO())).new_value
        self.interrupts = demo._Interrupts()

    def test_nothing_happens_without_a_signal(self):
        self.interrupts.check()
        self.interrupts.pause(1)
        demo.time.sleep.assert_called_once_with(1)

    @ddt.data('SIGINT', 'SIGTERM')
    def test_before_anything_runs_a_signal_ends_the_process(self, name):
        exit_now = self.useFixture(fixtures.MockPatch('os._exit')).mock
        os.kill(os.getpid(), getattr(signal, name))
        exit_now.assert_called_once_with(demo.EXIT_INTERRUPTED)

    @ddt.data('SIGINT', 'SIGTERM')
    def test_a_signal_ends_the_demo_where_it_checks(self, name):
        self.interrupts.armed = True
        os.kill(os.getpid(), getattr(signal, name))
        self.assertRaises(KeyboardInterrupt, self.interrupts.check)
        self.assertRaises(KeyboardInterrupt, self.interrupts.pause, 1)
        demo.time.sleep.assert_not_called()

    def test_it_says_so_once(self):
        self.interrupts.armed = True
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
        self.assertRaises(KeyboardInterrupt, self.interrupts.check)
        said = self.stderr.getvalue()
        self.assertNotEqual('', said)
        self.assertRaises(KeyboardInterrupt, self.interrupts.check)
        self.assertEqual(said, self.stderr.getvalue())
