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

import testtools

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import quick
from nova_powervm.tests.unit.sim import fakes


class QuickTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()

    def test_shared(self):
        lpar = self.host.create(lpar_mod.Config(name='one'))
        properties = quick.properties(lpar, self.host)
        self.assertEqual('not activated', properties['PartitionState'])
        self.assertEqual(lpar.lpar_id, properties['PartitionID'])
        self.assertEqual(
            ('false', 0.1, 1, None),
            (properties['HasDedicatedProcessors'],
             properties['CurrentProcessingUnits'],
             properties['AllocatedVirtualProcessors'],
             properties['CurrentProcessors']))

    def test_dedicated(self):
        lpar = self.host.create(lpar_mod.Config(
            name='one', processors=lpar_mod.Processors(
                dedicated=True, desired=3, minimum=1, maximum=4)))
        properties = quick.properties(lpar, self.host)
        self.assertEqual(
            ('true', None, None, 3),
            (properties['HasDedicatedProcessors'],
             properties['CurrentProcessingUnits'],
             properties['AllocatedVirtualProcessors'],
             properties['CurrentProcessors']))

    def test_listing(self):
        lpar = self.host.create(lpar_mod.Config(name='one'))
        listing = quick.listing(self.host, self.host)
        self.assertEqual(2, len(listing))
        self.assertEqual(lpar.uuid, listing[1]['UUID'])
        # As in published responses, only the listing has it.
        self.assertNotIn('UUID', quick.properties(lpar, self.host))
