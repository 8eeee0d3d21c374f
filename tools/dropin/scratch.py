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

"""The tree of nova-powervm 9.0.0 in a scratch folder."""

import pathlib
import shutil
import sys
import zipfile

from nova_powervm.testing import processes

RELEASE = 'nova-powervm==9.0.0'

# The checkout, for what tools/ has.
_CHECKOUT = pathlib.Path(__file__).parents[2]


def fetch(folder: pathlib.Path) -> pathlib.Path:
    """Download the release and unpack it, as it comes from PyPI.

    :param folder: an empty one.
    :returns: the tree: what would be in site-packages.
    :raises nova_powervm.testing.processes.ProcessError: if pip fails.
    """
    processes.check(processes.run([
        sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps',
        '--dest', str(folder), RELEASE]))
    wheel, = folder.glob('*.whl')
    return unpack(wheel, folder)


def unpack(wheel: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Unpack the wheel of the release.

    :returns: the tree: what would be in site-packages.
    :raises OSError: if it cannot be read.
    :raises zipfile.BadZipFile: if it is no wheel.
    """
    tree = folder / 'tree'
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tree)
    return tree


def copy(tree: pathlib.Path, name: str) -> pathlib.Path:
    """Return a copy of a tree beside it."""
    return pathlib.Path(shutil.copytree(tree, tree.with_name(name)))


def drop_in(tree: pathlib.Path, *options: str) -> str:
    """Copy the event module into a tree, as an operator does.

    :returns: what the command said.
    :raises nova_powervm.testing.processes.ProcessError: if it fails.
    """
    return processes.check(processes.run(processes.python(
        'nova_powervm.dropin', '--python', sys.executable, *options,
        str(tree)))).stdout


def environment(tree: pathlib.Path) -> dict[str, str]:
    """Return the variables of a process whose nova_powervm is a tree's."""
    # Safe: the current folder, which may be the checkout, is not on the path.
    return {'PYTHONPATH': '%s:%s' % (tree, _CHECKOUT),
            'PYTHONSAFEPATH': '1'}
