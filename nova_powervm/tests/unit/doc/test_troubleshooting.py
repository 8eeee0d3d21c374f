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

"""The lines to search for exist: in this package's sources, or in nova's."""

import ast
import functools
import pathlib
import re

import ddt
import nova
import testtools

import nova_powervm

_PAGE = (pathlib.Path(__file__).parents[4]
         / 'doc/source/admin/troubleshooting.rst').read_text()
_OURS = pathlib.Path(nova_powervm.__file__).parent
_NOVA = pathlib.Path(nova.__file__).parent
_SOURCES = (*_OURS.glob('conf/*.py'), *_OURS.glob('virt/**/*.py'),
            *(_NOVA / name for name in (
                'exception.py', 'compute/manager.py', 'scheduler/manager.py')))

# What stands for a value, in a format or an f-string.
_FIELD = re.compile(r'%(?:\(\w+\))?[.\d]*[a-z]')
_VALUE = '\0'
# Fewer letters than these would be found in anything.
_LEAST = 16


def _terms():
    """Return the terms of the page's lists that are lines of a log."""
    found = re.findall(r'^``(.+)``\n +\S', _PAGE, re.MULTILINE)
    return {re.sub(r'\W+', '_', term)[:60]: (term,) for term in found}


def _text(node):
    if isinstance(node, ast.JoinedStr):
        return ''.join(part.value if isinstance(part, ast.Constant)
                       else _VALUE for part in node.values)
    return _FIELD.sub(_VALUE, node.value)


@functools.cache
def _formats():
    return {_text(node) for path in _SOURCES
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.JoinedStr)
            or isinstance(getattr(node, 'value', None), str)}


def _fits(term, text):
    """Tell whether a term is a line of this format, or a part of one."""
    plain = re.sub('<[^>]*>', _VALUE, term)
    if plain in text:
        return True
    # A line of nova may end in another sentence's full stop.
    parts = text.rstrip('.').split(_VALUE)
    return sum(map(len, parts)) >= _LEAST and re.search(
        '.*'.join(map(re.escape, parts)), term) is not None


@ddt.ddt
class TestTroubleshooting(testtools.TestCase):

    @ddt.named_data(*((name, *term) for name, term in _terms().items()))
    def test_line_exists(self, term):
        self.assertTrue(any(_fits(term, text) for text in _formats()), term)

    @ddt.named_data(
        ('words', 'The event poll thread lives', False),
        ('a_value', 'Cannot log on to the <service>: <error>', False),
        ('ours', 'The event poll thread died', True))
    def test_the_test(self, term, expected):
        self.assertEqual(
            expected, any(_fits(term, text) for text in _formats()))
