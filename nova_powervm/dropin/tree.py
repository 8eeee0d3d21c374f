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

"""The tree of another driver."""

import ast
from collections.abc import Iterator
import functools
import pathlib

from nova_powervm.dropin import dropin_set

_PACKAGE = pathlib.Path(*dropin_set.PACKAGE.split('.'))


class NotATree(Exception):
    """A folder is no tree of a driver; the text says what it lacks."""


class Tree:
    """A folder that has the package ``nova_powervm`` of a driver.

    :ivar root: the folder.
    :ivar package: the folder of ``nova_powervm.virt.powervm``.

    :param root: the folder, such as ``site-packages`` or a checkout.
    :raises NotATree: if there is no ``event.py`` where one has to be, or it is
        the one that would be copied.
    """

    def __init__(self, root: pathlib.Path) -> None:
        self.root = root.absolute()
        self.package = self.root / _PACKAGE
        event = self.package / dropin_set.EVENT
        if not event.is_file():
            raise NotATree(
                '%s is no tree of a PowerVM driver: it has no %s' % (
                    root, event.relative_to(self.root)))
        if event.samefile(dropin_set.files()[dropin_set.EVENT]):
            raise NotATree(
                '%s is the tree of this command, which has the event module '
                'anyway' % root)

    def modules(self) -> Iterator[tuple[pathlib.Path, ast.Module]]:
        """Yield path and source of each module but the drop-in set's files.

        :raises NotATree: if one cannot be read or is no Python.
        """
        skipped = (self.package / dropin_set.EVENT,
                   self.package / dropin_set.LIFECYCLE)
        for path in self._paths:
            if path not in skipped and path.parent not in skipped:
                yield path.relative_to(self.root), self.parse(path)

    @functools.cached_property
    def _paths(self) -> list[pathlib.Path]:
        return sorted(
            path for path in (self.root / _PACKAGE.parts[0]).rglob('*.py')
            # A folder that is hidden is no package, but may be a backup.
            if not any(part.startswith('.') for part
                       in path.relative_to(self.root).parts))

    def parse(self, path: pathlib.Path) -> ast.Module:
        """Return the source of a file.

        :raises NotATree: if it cannot be read, or is no Python 3.
        """
        try:
            return ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError) as error:
            raise NotATree('%s cannot be read as Python: %s' % (
                path, error)) from None


def is_test(path: pathlib.Path) -> bool:
    """Tell whether a module of a tree belongs to its tests."""
    return 'tests' in path.parts
