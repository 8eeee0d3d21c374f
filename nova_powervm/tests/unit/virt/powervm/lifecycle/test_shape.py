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

"""The shape of the event module's code: small parts, no way back up."""

import ast
import graphlib
import pathlib

import ddt

from nova_powervm.tests import base
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm import lifecycle

MOST_LINES = 250
MOST_LINES_OF_A_FUNCTION = 40

# Where events are understood, LPARs are read and the listener is watched.
USE_PYPOWERVM = {'event', 'agreement', 'ingest', 'listing', 'lpar_states',
                 'polls', 'reads', 'uuids'}
# Where instances are read, nova's table stands and events are told.
USE_NOVA = {'event', 'agreement', 'apply', 'instances'}
USES_DRIVER = ('agreement', 'nova_powervm.virt.powervm.vm')

PACKAGE = lifecycle.__name__ + '.'
FILES = {path.stem: path for path in [
    pathlib.Path(event.__file__),
    *sorted(pathlib.Path(lifecycle.__file__).parent.glob('[a-z]*.py'))]}


def imported(text):
    """Return the full names of what a module imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update('%s%s.%s' % (
                '.' * node.level, node.module or '', alias.name)
                for alias in node.names)
    return names


def users(package):
    """Return the modules that import something of a package."""
    return {name for name, path in FILES.items()
            if any(other.split('.')[0] == package
                   for other in imported(path.read_text()))}


def functions(text):
    """Return how many lines each function has, decorators included.

    :returns: by name and line: several may have one name.
    """
    return {
        (node.name, node.lineno): node.end_lineno + 1 - min(
            [node.lineno, *(one.lineno for one in node.decorator_list)])
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@ddt.ddt
class TestModules(base.TestCase):

    @ddt.data(*FILES)
    def test_lines(self, name):
        lines = FILES[name].read_text().splitlines()
        self.assertLessEqual(len(lines), MOST_LINES)

    @ddt.data(*FILES)
    def test_lines_of_functions(self, name):
        self.assertEqual({}, {
            function: lines for function, lines
            in functions(FILES[name].read_text()).items()
            if lines > MOST_LINES_OF_A_FUNCTION})


class TestImports(base.TestCase):

    def test_no_cycle(self):
        graph = {name: {other.removeprefix(PACKAGE).split('.')[0]
                        for other in imported(path.read_text())
                        if other.startswith(PACKAGE)}
                 for name, path in FILES.items()}
        # They are found at all.
        self.assertIn('pool', graph['loop'])
        # Raises CycleError, which names the modules.
        order = list(graphlib.TopologicalSorter(graph).static_order())
        self.assertEqual('event', order[-1])

    def test_nothing_else_of_the_driver(self):
        # The drop-in set takes no more than this along.
        self.assertEqual({USES_DRIVER}, {
            (name, other) for name, path in FILES.items()
            for other in imported(path.read_text())
            if other.split('.')[0] in ('nova_powervm', '')
            and not other.startswith(PACKAGE)})

    def test_pypowervm(self):
        self.assertEqual(USE_PYPOWERVM, users('pypowervm'))

    def test_nova(self):
        self.assertEqual(USE_NOVA, users('nova'))


class TestMeasures(base.TestCase):
    """What the others measure with."""

    def test_imported(self):
        self.assertEqual(
            {'a.b', 'c.d', 'c.e', '..f', '.g.h'},
            imported('import a.b\nfrom c import d, e\n'
                     'def x():\n    from . import f\n    from .g import h\n'))

    def test_functions(self):
        self.assertEqual(
            {('one', 1): 2, ('two', 7): 3},
            functions('def one():\n    pass\n\n\n'
                      'class A:\n    @x\n    def two(self):\n        pass\n'))
