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

import contextlib
import importlib.util
import io
import pathlib
import signal

import fixtures
import mock

from benchmarks import machine
from nova_powervm.tests import base


class CommandTestCase(base.TestCase):
    """A benchmark's command, with all that it needs installed."""

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.enterContext(mock.patch.object(
            signal, 'signal', autospec=True))
        self.found = self.enterContext(mock.patch.object(
            importlib.util, 'find_spec', autospec=True))
        self.enterContext(mock.patch.object(
            machine, '_PACKAGES', ('nova', 'eventlet')))
        self.enterContext(mock.patch.object(
            machine.importlib.metadata, 'version', return_value='1'))
        self.output = self.enterContext(
            contextlib.redirect_stdout(io.StringIO()))
        self.errors = self.enterContext(
            contextlib.redirect_stderr(io.StringIO()))
