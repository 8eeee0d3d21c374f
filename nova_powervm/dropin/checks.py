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

"""What a tree must offer, and what of it has to do with the event module."""

import ast
from collections.abc import Iterator
from collections.abc import Mapping
import hashlib
import pathlib
from typing import Any

from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import findings
from nova_powervm.dropin import source
from nova_powervm.dropin import tree as trees

_EVENT = '%s.event' % dropin_set.PACKAGE

# event.py of nova-powervm 9.0.0 on PyPI.
_RELEASE_9 = 'a8ab9d41b62444a57910cf7674e2591ab31fc74db81ceb55217e2584ba8f2d82'

# What the set uses of the driver if it is there, and what is without it.
_OPTIONAL = {
    'session': "sets no session: pypowervm's poll thread is not restarted "
               'when it dies',
    'nvram_mgr': 'has no nvram_mgr: events about NVRAM are ignored'}


def check(tree: trees.Tree, event: pathlib.Path
          ) -> Iterator[findings.Finding]:
    """Say what is found in a tree.

    :param event: the tree's own event module, perhaps a backup.
    :raises nova_powervm.dropin.tree.NotATree: if a file is no Python.
    """
    modules = list(tree.modules())
    yield from _names(tree)
    yield from _driver([each for each in modules if not trees.is_test(
        each[0])])
    own = tree.parse(event)
    for path, module in modules:
        yield from _leftovers(path, module, own)
    yield from _options(modules)
    yield from _eventlet(modules)
    if hashlib.sha256(event.read_bytes()).hexdigest() == _RELEASE_9:
        yield findings.good('event.py is that of release 9.0.0')
    else:
        yield findings.note(
            'event.py is not that of release 9.0.0: what was changed in it '
            'is not in the new one')


def _names(tree: trees.Tree) -> Iterator[findings.Finding]:
    """Look for what the set uses of the tree."""
    for module, names in sorted(dropin_set.needs_of_tree().items()):
        path = tree.package / ('%s.py' % module)
        if not path.is_file():
            yield findings.bad('%s.py is missing' % module)
            continue
        has = source.bound(tree.parse(path))
        for name in sorted(names):
            if name in has:
                yield findings.good('%s.py has %s' % (module, name))
            else:
                yield findings.bad('%s.py has no %s' % (module, name))


def _driver(modules: list[tuple[pathlib.Path, ast.Module]]
            ) -> Iterator[findings.Finding]:
    """Look at what makes the handler, and of what."""
    makers = [(path, call) for path, module in modules
              for call in source.calls(module, dropin_set.HANDLER)]
    if not makers:
        yield findings.bad('nothing makes a %s' % dropin_set.HANDLER)
    elif not any(source.calls(module, 'subscribe') for _, module in modules):
        yield findings.bad('nothing subscribes the handler')
    for path, call in makers:
        where = '%s:%d' % (path, call.lineno)
        if len(call.args) != 1 or call.keywords:
            yield findings.bad(
                '%s: the handler is made of something else than the driver '
                'alone' % where)
        else:
            yield findings.good('%s makes the handler' % where)
    classes = {cls.name: (path, cls) for path, module in modules
               for cls in source.classes(module)}
    for path, cls in classes.values():
        if source.calls(cls, dropin_set.HANDLER):
            yield from _members('%s: %s' % (path, cls.name), [
                classes[name][1] for name in _family(cls.name, classes)])
        if dropin_set.HANDLER in _bases(cls):
            yield findings.note(
                '%s: %s is made of the handler; what it overrides may be '
                'gone' % (path, cls.name))


def _bases(cls: ast.ClassDef) -> list[str]:
    return [source.dotted(base).rpartition('.')[2] for base in cls.bases]


def _family(name: str, classes: Mapping[str, tuple[Any, ast.ClassDef]]
            ) -> list[str]:
    """Return a class of the tree and all of the tree that it is made of."""
    found = [name]
    for each in found:
        found += [base for base in _bases(classes[each][1])
                  if base in classes and base not in found]
    return found


def _members(where: str, family: list[ast.ClassDef]
             ) -> Iterator[findings.Finding]:
    """Look at the class that makes the handler, and what it is made of."""
    has = set().union(*map(source.members, family))
    if 'adapter' not in has:
        yield findings.bad('%s sets no adapter' % where)
    if not any(cls.bases for cls in family) and 'emit_event' not in has:
        yield findings.bad('%s has no emit_event' % where)
    for name, words in _OPTIONAL.items():
        if name not in has:
            yield findings.note('%s %s' % (where, words))
    if not any(source.calls(cls, 'stop') for cls in family):
        yield findings.note(
            "%s does not call the handler's stop(): its threads end with "
            'nova-compute' % where)


def _leftovers(path: pathlib.Path, module: ast.Module, own: ast.Module
               ) -> Iterator[findings.Finding]:
    """Look for uses of what the event module does not have any more."""
    gone = {name for cls in source.classes(own)
            for name in source.members(cls) - dropin_set.members()
            if name.startswith('_')}
    used = {(name, line) for name, line in source.uses(module, _EVENT)
            if name not in dropin_set.names()}
    members = {(node.attr, node.lineno) for node in ast.walk(module)
               if isinstance(node, ast.Attribute) and node.attr in gone
               and source.dotted(node.value) != 'self'}
    if trees.is_test(path):
        if used or members:
            yield findings.note(
                '%s tests what is inside of the old event module' % path)
        return
    for name, line in sorted(used):
        yield findings.bad('%s:%d uses event.%s, which is gone' % (
            path, line, name))
    for name, line in sorted(members):
        yield findings.note(
            "%s:%d uses a %s: if that is the old handler's, it is gone" % (
                path, line, name))


def _options(modules: list[tuple[pathlib.Path, ast.Module]]
             ) -> Iterator[findings.Finding]:
    ours = dropin_set.options()
    clashes = [(path, name) for path, module in modules
               for name in sorted(source.options(module) & ours)]
    for path, name in clashes:
        yield findings.bad(
            '%s has an option %s, a name that the set needs' % (path, name))
    if not clashes:
        yield findings.good('no option has a name that the set needs')


def _eventlet(modules: list[tuple[pathlib.Path, ast.Module]]
              ) -> Iterator[findings.Finding]:
    users = [str(path) for path, module in modules
             if not trees.is_test(path) and any(
                 full.partition('.')[0] == 'eventlet'
                 for full, _, _ in source.imports(module))]
    if users:
        yield findings.note(
            "the tree imports eventlet (%s), so nova-compute has to run on "
            "nova's eventlet backend" % ', '.join(users))
