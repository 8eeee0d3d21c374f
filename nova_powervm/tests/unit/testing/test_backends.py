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


import os

import ddt
import fixtures
import mock
import testtools

from nova_powervm.testing import backends

_VARIABLE = 'OS_NOVA_DISABLE_EVENTLET_PATCHING'


@ddt.ddt
class TestBackends(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.EnvironmentVariable(_VARIABLE))
        patcher = mock.patch.object(backends, 'compat', autospec=True)
        self.nova = patcher.start()
        self.addCleanup(patcher.stop)
        self.nova.is_patched.return_value = False

    @ddt.named_data(['threading', 'threading', 'true', False],
                    ['eventlet', 'eventlet', 'false', True])
    def test_select(self, backend, value, patched):
        self.nova.is_patched.return_value = patched
        self.assertEqual(backend, backends.select(backend))
        self.assertEqual(value, os.environ[_VARIABLE])
        self.nova.patch.assert_called_once_with()
        self.assertEqual(backend, backends.current())

    def test_the_process_runs_the_other_one(self):
        self.assertRaises(RuntimeError, backends.select, 'eventlet')

    @ddt.data(*backends.BACKENDS)
    def test_of_the_environment(self, backend):
        self.nova.is_patched.return_value = backend == 'eventlet'
        os.environ.update(backends.environment(backend))
        self.assertEqual(backend, backends.select())
        self.nova.patch.assert_called_once_with()

    def test_of_nobody(self):
        self.assertEqual('threading', backends.select())
