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

"""Questions about Python source, answered without running it."""

import ast
from collections.abc import Iterator


def imports(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Yield full name, local name and line of what is imported, anywhere.

    Of ``from a import b as c`` these are ``a.b`` and ``c``; of ``import a.b``
    they are ``a.b`` and ``a.b``.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, alias.asname or alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield ('%s.%s' % (node.module, alias.name),
                       alias.asname or alias.name, node.lineno)


def dotted(node: ast.AST) -> str:
    """Return ``a.b.c`` for such an expression, or else ''."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return before and '%s.%s' % (before, node.attr)
    return ''


def bound(tree: ast.Module) -> set[str]:
    """Return the names that a module binds at its top level."""
    names = {local for _, local, _ in imports(tree)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        for each in ast.walk(node):
            if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                names.add(each.id)
    return names


def uses(tree: ast.AST, module: str) -> Iterator[tuple[str, int]]:
    """Yield what is used of a module, and in which line.

    :param module: full name of the module.
    """
    locals_ = set()
    for full, local, line in imports(tree):
        if full == module:
            locals_.add(local)
        elif full.startswith(module + '.'):
            yield full.removeprefix(module + '.'), line
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node.value) in locals_:
            yield node.attr, node.lineno


def calls(tree: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of something whose last name is the given one."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)
            and name in (getattr(node.func, 'attr', ''),
                         getattr(node.func, 'id', ''))]


def classes(tree: ast.AST) -> list[ast.ClassDef]:
    """Return all classes that are defined."""
    return [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def members(cls: ast.ClassDef) -> set[str]:
    """Return what a class has itself, and what it sets of ``self``."""
    names = {node.name for node in cls.body
             if isinstance(node, ast.FunctionDef)}
    for node in cls.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            names.update(each.id for each in ast.walk(node)
                         if isinstance(each, ast.Name)
                         and isinstance(each.ctx, ast.Store))
    names.update(node.attr for node in ast.walk(cls)
                 if isinstance(node, ast.Attribute)
                 and isinstance(node.ctx, ast.Store)
                 and dotted(node.value) == 'self')
    return names


def options(tree: ast.AST) -> set[str]:
    """Return the names of the options of oslo.config that are made."""
    names = set()
    for node in ast.walk(tree):
        if (isinstance(node, ast.Call) and node.args
                and dotted(node.func).endswith('Opt')
                and isinstance(node.args[0], ast.Constant)):
            names.add(str(node.args[0].value))
    return names
