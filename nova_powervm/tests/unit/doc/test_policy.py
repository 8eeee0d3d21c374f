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

"""The policy lines that the support matrix gives."""

import pathlib

from nova import policies
import testtools
import yaml

_SAMPLE = (pathlib.Path(__file__).parents[4]
           / 'doc/source/admin/refused-operations.yaml')


class TestPolicy(testtools.TestCase):

    def test_nova_has_all_of_them(self):
        known = {rule.name for rule in policies.list_rules()}
        lines = yaml.safe_load(_SAMPLE.read_text())
        self.assertEqual(set(), set(lines) - known)
        self.assertEqual({'!'}, set(lines.values()))
