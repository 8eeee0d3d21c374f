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

"""A tree, and the command."""

import contextlib
import io
import pathlib

import fixtures
import mock

from nova_powervm.dropin import __main__ as command
from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import environment
from nova_powervm.tests import base
from nova_powervm.tests.unit.dropin import fork


class TestCase(base.TestCase):

    def setUp(self):
        super().setUp()
        self.folder = pathlib.Path(self.useFixture(fixtures.TempDir()).path)
        self.root = fork.make(self.folder / 'tree')
        self.package = self.root / fork.PACKAGE
        self.probe = self.enterContext(mock.patch.object(
            environment, 'probe', autospec=True,
            return_value=environment.Environment((3, 11, 7), {
                each.name: '99.0' for each in dropin_set.requires()})))

    def run_command(self, *arguments, status=0):
        """Run the command; return what it wrote."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                found = command.main(list(map(str, arguments)))
            except SystemExit as error:
                found = error.code
        self.assertEqual(status, found, err.getvalue())
        # An error is one line, and only an error.
        self.assertEqual(bool(status), bool(err.getvalue()))
        return out.getvalue(), err.getvalue()
