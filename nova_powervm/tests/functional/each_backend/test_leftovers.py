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

"""What a nova-compute that died has left, on the simulator."""

import fixtures
from nova import objects

from nova_powervm.tests.functional.each_backend import test_media
from nova_powervm.virt.powervm import leftovers


class LeftoversTestCase(test_media.MediaTestCase):

    def setUp(self):
        super().setUp()
        self.backings = {}
        for what in 'claimed', 'mapped', 'free':
            instance = self.make_instance()
            self.backings[what] = self.create(instance)
            if what == 'claimed':
                self.useFixture(fixtures.MockPatchObject(
                    objects.InstanceList, 'get_by_host',
                    return_value=[instance]))
        self.map(*self.backings['mapped'])
        self.control.reset_counters()

    def remove(self):
        return leftovers.remove(self.adapter, self.context, 'host',
                                [self.media])

    def names(self, *what):
        return {self.backings[one][1].name for one in what}

    def test_removed(self):
        self.assertEqual(self.names('free'), set(self.remove()))
        self.assertEqual(self.names('claimed', 'mapped'),
                         {name for _, name in self.stored()})
        # The media are read, then the trunk adapters, then the mappings.
        self.assertEqual(
            {'vios_feed': 3, 'group_feed': 2, 'lpar_feed': 1,
             'adapter_feed': 1, 'group_entry': 1, 'group_update': 1},
            self.control.counters())
        self.assertEqual([], self.remove())

    def test_after_the_lpar_is_gone(self):
        """The mapping remains, and so does the medium."""
        self.delete_lpars()
        self.remove()
        self.assertIn(self.names('mapped').pop(), self.media.names())

    def test_vios_down(self):
        self.control.set_vios(self.vioses[0], rmc=False)
        self.assertEqual([], self.remove())
        self.assertEqual(3, len(self.stored()))

    def test_after_a_restart(self):
        self.media = self.make_media()
        self.assertEqual(self.names('free'), set(self.remove()))
