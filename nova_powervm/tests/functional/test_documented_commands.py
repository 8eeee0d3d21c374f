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

"""What the documentation says to type does what the documentation says.

All that needs no POWER hardware, no cloud and no network, on the pages that
mark it: see :mod:`.documented`.
"""

import pathlib

import ddt
import testtools

from nova_powervm.tests.functional import documented

_ROOT = pathlib.Path(__file__).parents[3]
_PAGES = ('doc/source/install/quick-start.rst',
          'doc/source/contributor/simulator.rst',
          'doc/source/contributor/testing.rst')


@ddt.ddt
class TestDocumentedCommands(testtools.TestCase):

    @ddt.data(*_PAGES)
    def test_page(self, page):
        found = list(documented.blocks((_ROOT / page).read_text()))
        self.assertNotEqual([], found)
        machine = self.useFixture(documented.Machine())
        for block in found:
            try:
                machine.carry_out(block)
            except AssertionError as failure:
                self.fail(f'{page}:{block.line}: {failure}')

    def test_no_other_page_marks_any(self):
        marked = {str(path.relative_to(_ROOT)) for path in (
            *_ROOT.glob('*.rst'), *_ROOT.glob('doc/source/**/*.rst'))
            if any(documented.blocks(path.read_text()))}
        self.assertEqual(set(_PAGES), marked)
