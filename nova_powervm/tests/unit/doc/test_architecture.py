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

"""The page on the architecture says how the event module is cut."""

import ast
import pathlib
import re

import ddt
import testtools

from nova_powervm.virt.powervm import event

_PAGE = (pathlib.Path(__file__).parents[4]
         / 'doc/source/contributor/architecture.rst').read_text()
_FOLDER = pathlib.Path(event.__file__).with_name('lifecycle')
_PACKAGE = 'nova_powervm.virt.powervm.lifecycle'

# Name -> (layer, what it imports of others), as the table of modules has it.
_MODULES = {
    name: (int(layer), set(re.findall('[a-z]+', others)))
    for name, layer, others in re.findall(
        r'^   \* - ``([a-z_]+)``\n     - (\d)\n     -(.*)$', _PAGE,
        re.MULTILINE)}


def _imports(name):
    """Return what a module imports, by full names."""
    for node in ast.walk(ast.parse((_FOLDER / (name + '.py')).read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from ('%s.%s' % (node.module, alias.name)
                        for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@ddt.ddt
class TestModules(testtools.TestCase):

    def test_all_are_there(self):
        self.assertEqual(
            sorted(path.stem for path in _FOLDER.glob('[a-z]*.py')),
            sorted(_MODULES))

    @ddt.data(*_MODULES)
    def test_no_import_runs_up(self, name):
        used = [imported.rpartition('.')[2] for imported in _imports(name)
                if imported.startswith(_PACKAGE + '.')]
        self.assertEqual([], [
            other for other in used
            if _MODULES[other][0] >= _MODULES[name][0]])

    @ddt.data(*_MODULES)
    def test_imports_of_nova_and_pypowervm(self, name):
        self.assertEqual(
            _MODULES[name][1],
            {imported.partition('.')[0] for imported in _imports(name)}
            & {'nova', 'pypowervm'})
