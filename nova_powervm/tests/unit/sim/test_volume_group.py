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


import ddt

from nova_powervm.sim import storage
from nova_powervm.sim import volume_group
from nova_powervm.tests.unit.sim import base

SENT = storage.Contents(3, 'abc')


@ddt.ddt
class VolumeGroupTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.group = volume_group.VolumeGroup('rootvg', 100.0, base.UUID, 0)
        self.mapped = set()
        self.update(('one', 10))
        self.one, = self.group.disks.values()
        self.one.contents = SENT

    def find(self, udid):
        return self.group.disks[udid]

    def update(self, *disks, repositories=None, kept=()):
        """Update the group: (name, gb) or (name, gb, base) of new disks."""
        wanted = [storage.DiskRequest(disk.name, gb, 'None', disk.udid, None)
                  for disk, gb in kept]
        wanted += [storage.DiskRequest(name, gb, 'None', None,
                                       base[0] if base else None)
                   for name, gb, *base in disks]
        self.group.update(
            storage.GroupRequest(wanted, repositories), self.find,
            self.mapped.__contains__)

    def repository(self, *media, gb=1.0):
        return [storage.RepositoryRequest('vopt', gb, media)]

    def test_create(self):
        self.update(('two', 5), kept=[(self.one, 10)])
        self.assertEqual(['one', 'two'],
                         [disk.name for disk in self.group.disks.values()])
        self.assertEqual(85.0, self.group.free_gb)
        two = list(self.group.disks.values())[1]
        self.assertIsNone(two.contents)

    def test_copy(self):
        self.update(('two', 20, self.one.udid), kept=[(self.one, 10)])
        two = list(self.group.disks.values())[1]
        self.assertEqual(SENT, two.contents)
        self.assertNotEqual(self.one.udid, two.udid)

    def test_extend(self):
        self.update(kept=[(self.one, 30)])
        self.assertEqual((30, SENT), (self.one.gb, self.one.contents))
        self.assertEqual(70.0, self.group.free_gb)

    def test_delete(self):
        self.update()
        self.assertEqual({}, self.group.disks)
        self.assertEqual(100.0, self.group.free_gb)

    def test_udids_are_not_used_again(self):
        self.update(('two', 1))
        self.assertNotIn(self.one.udid, self.group.disks)

    def test_what_a_request_leaves_out_stays(self):
        self.update(kept=[(self.one, 10)],
                    repositories=self.repository())
        self.group.update(storage.GroupRequest(None, None), self.find,
                          self.mapped.__contains__)
        self.assertEqual([self.one], list(self.group.disks.values()))
        self.assertEqual('vopt', self.group.repository.name)

    @ddt.named_data(
        ('same_name', 409, ('one', 1)), ('too_large', 500, ('two', 91)),
        ('nothing', 400, ('two', 0)), ('no_name', 400, ('', 1)),
        ('no_number', 400, ('two', float('nan'))))
    def test_refused(self, status, disk):
        before = self.group.etag
        self.assertRefused(status, self.update, disk, kept=[(self.one, 10)])
        self.assertEqual((before, [self.one]),
                         (self.group.etag, list(self.group.disks.values())))

    def test_refused_copy(self):
        self.assertRefused(400, self.update, ('two', 5, self.one.udid),
                           kept=[(self.one, 10)])

    def test_shrink_is_refused(self):
        self.assertRefused(400, self.update, kept=[(self.one, 9)])

    def test_unknown_disk(self):
        stranger = storage.Disk('x', 1, 'none')
        self.assertRefused(404, self.update, kept=[(stranger, 1)])

    def test_mapped_disk_is_not_deleted(self):
        self.mapped.add(self.one)
        self.assertRefused(409, self.update)
        self.assertIn(self.one.udid, self.group.disks)

    def test_repository(self):
        medium = storage.Medium('cd', 0.5)
        self.update(repositories=self.repository(medium, gb=4.0))
        self.assertEqual(96.0, self.group.free_gb)
        # The same medium again keeps what was sent to it.
        medium.contents = SENT
        self.update(repositories=self.repository(
            storage.Medium('cd', 0.5), gb=4.0))
        self.assertEqual(SENT, self.group.repository.find('cd').contents)
        self.update(repositories=[])
        self.assertIsNone(self.group.repository)

    def test_mapped_medium_is_not_deleted(self):
        medium = storage.Medium('cd', 0.5)
        self.update(repositories=self.repository(medium))
        self.mapped.add(medium)
        self.assertRefused(409, self.update,
                           repositories=self.repository())

    def test_media_that_do_not_fit(self):
        self.assertRefused(500, self.update, repositories=self.repository(
            storage.Medium('one', 0.6), storage.Medium('two', 0.6)))

    @ddt.named_data(('two', 400, 2, 1.0), ('too_large', 500, 1, 101.0),
                    ('no_size', 400, 1, 0.0))
    def test_refused_repository(self, status, number, gb):
        self.assertRefused(
            status, self.update,
            repositories=self.repository(gb=gb) * number)

    def test_upload_target(self):
        self.assertRefused(404, self.group.upload_target, 'cd')
        self.update(repositories=self.repository())
        medium = self.group.upload_target('cd')
        self.assertIs(medium, self.group.upload_target('cd'))

    def test_room(self):
        self.assertEqual(0.0, self.group.room(storage.Medium('x', 1)))
        one, two = storage.Medium('one', 0.25), storage.Medium('two', 0.5)
        self.update(repositories=self.repository(one, two))
        self.assertEqual(0.5, self.group.room(one))
