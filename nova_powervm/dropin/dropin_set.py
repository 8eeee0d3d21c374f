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

"""The drop-in set: its files, and what it needs of others.

What it needs is read from its own source, so this cannot lag behind it.
"""

import ast
from collections.abc import Mapping
import functools
import importlib.metadata
import pathlib

from packaging import requirements

from nova_powervm.dropin import source

#: Name of the package that has the set, here and in the tree.
PACKAGE = 'nova_powervm.virt.powervm'
EVENT = 'event.py'
LIFECYCLE = 'lifecycle'

HANDLER = 'PowerVMNovaEventHandler'

_FOLDER = pathlib.Path(__file__).parents[1] / 'virt' / 'powervm'
_DISTRIBUTION = 'nova-powervm'


def files() -> dict[str, pathlib.Path]:
    """Return the set's files, by their path below the package's folder."""
    return {str(path.relative_to(_FOLDER)): path for path in
            [_FOLDER / EVENT, *sorted((_FOLDER / LIFECYCLE).glob('*.py'))]}


@functools.cache
def parsed() -> Mapping[str, ast.Module]:
    """Return the source of the set's files, by path."""
    return {name: ast.parse(path.read_text())
            for name, path in files().items()}


def names() -> set[str]:
    """Return the names that ``event.py`` has at its top level."""
    return source.bound(parsed()[EVENT])


def members() -> set[str]:
    """Return the names of what the classes of ``event.py`` have."""
    return set().union(*(source.members(cls) for cls in
                         source.classes(parsed()[EVENT])))


def options() -> set[str]:
    """Return the names of the options that the set brings."""
    return set().union(*map(source.options, parsed().values()))


def needs_of_tree() -> dict[str, set[str]]:
    """Return what the set uses of the tree: names by module."""
    needs: dict[str, set[str]] = {}
    for tree in parsed().values():
        for full, _, _ in source.imports(tree):
            package, _, module = full.rpartition('.')
            if package == PACKAGE and module != LIFECYCLE:
                needs.setdefault(module, set()).update(
                    name for name, _ in source.uses(tree, full))
    return needs


def requires() -> list[requirements.Requirement]:
    """Return which distributions the set needs, and their versions.

    :raises importlib.metadata.PackageNotFoundError: if this package is not
        installed.
    """
    imported = {full.partition('.')[0] for tree in parsed().values()
                for full, _, _ in source.imports(tree)}
    # oslo.log is imported as oslo_log.
    wanted = {name.replace('oslo_', 'oslo.') for name in imported}
    found = map(requirements.Requirement,
                importlib.metadata.requires(_DISTRIBUTION) or ())
    return [each for each in found
            if each.name in wanted and each.marker is None]


def version() -> str:
    """Return the version of this package."""
    try:
        return importlib.metadata.version(_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return 'unknown'
