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

"""The wheel, built as a release is, and a clean environment that it is in."""

import importlib.metadata
import os
import pathlib
import shutil
import sys

from nova_powervm.testing import processes

_TREE = pathlib.Path(__file__).parents[3]

# All that the build reads. The repository is among it, since pbr asks git.
_SOURCES = ('.git', 'LICENSE', 'README.rst', 'nova', 'nova_powervm',
            'pyproject.toml', 'requirements.txt', 'setup.cfg', 'setup.py',
            'test-requirements.txt')

_NAME = 'nova-powervm'

# This checkout is not on the path.
_ALONE = {'PYTHONPATH': ''}


def build(folder: pathlib.Path) -> pathlib.Path:
    """Build the wheel by way of the source distribution.

    A copy of the tree is built, which stays in the folder as ``tree``: in the
    tree itself an earlier build may have left files that would find their way
    into this one.

    :param folder: an empty one.
    :returns: path of the wheel.
    :raises nova_powervm.testing.processes.ProcessError: if that fails.
    """
    tree = folder / 'tree'
    tree.mkdir()
    for name in _SOURCES:
        source = _TREE / name
        if source.is_dir():
            shutil.copytree(source, tree / name, symlinks=True,
                            ignore=shutil.ignore_patterns('__pycache__'))
        elif source.exists():
            shutil.copy(source, tree)
    variables = dict(_ALONE)
    command = processes.python('build', '--no-isolation', '--outdir',
                               str(folder), str(tree))
    if not (tree / '.git').exists():
        # Only git can tell what belongs to the source distribution.
        variables['PBR_VERSION'] = os.environ.get(
            'PBR_VERSION', '10.0.0.dev0')
        command.append('--wheel')
    processes.check(processes.run(command, variables=variables))
    wheel, = folder.glob('*.whl')
    return wheel


class Environment:
    """A virtual environment that has the wheel and what it requires.

    Nothing of the tests' own environment can be seen from it, but all of its
    libraries have the versions that they have there: a release of nova is
    tested with the libraries of its time.

    :param folder: an empty one.
    """

    def __init__(self, folder: pathlib.Path) -> None:
        self._folder = folder

    def install(self, wheel: pathlib.Path) -> None:
        """Make it, by uv, which takes its files from a cache: some 3 s.

        :raises nova_powervm.testing.processes.ProcessError: if that fails.
        """
        self._uv('venv', '--python', sys.executable, str(self._folder))
        constraints = self._folder / 'constraints.txt'
        constraints.write_text(''.join(
            '%s==%s\n' % (found.name, found.version)
            for found in importlib.metadata.distributions()
            if found.name != _NAME))
        self._uv('pip', 'install', '--python', self.command('python'),
                 '--constraints', str(constraints), str(wheel))

    def command(self, name: str) -> str:
        """Return the path of a command that is installed in it."""
        return str(self._folder / 'bin' / name)

    @staticmethod
    def _uv(*arguments: str) -> None:
        processes.check(processes.run(
            processes.python('uv', *arguments), variables=_ALONE))
