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

"""Where configuration drives go, with captured Virtual I/O Servers."""

import contextlib

import ddt
import mock
from nova.api.metadata import base as instance_metadata
from nova import exception
from oslo_concurrency import processutils
from pypowervm import const as pvm_const
from pypowervm import entities
from pypowervm import exceptions as pvm_exc
from pypowervm.utils import retry
from pypowervm.wrappers import storage

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import test_upload
from nova_powervm.virt.powervm import media
from nova_powervm.virt.powervm import media_repository
from nova_powervm.virt.powervm import upload

# Both are active. The second is the management partition.
VIOSES = 'fake_vios_feed.txt'
FIRST, MANAGEMENT = ('1300C76F-9814-4A4D-B1F0-5B69352A7DEA',
                     '7DBBE705-E4C4-4458-8223-3EBE07015CA9')
# Of the first, RMC is inactive.
ONE_INACTIVE = 'fake_vios_feed3.txt'
ACTIVE = '54F98B4D-92F5-45BC-8CB2-28DF1FC6D6DC'
# All are off, but the management partition.
ONLY_MANAGEMENT = 'fake_vios_hosting_vios_feed.txt'

NO_GROUP = 'fake_volume_group_no_vg.txt'
# Its only group is rootvg, and it was read alone.
NO_REPOSITORY = 'get_volume_group_no_rep.txt'
NO_REPOSITORY_UUID = '4be4d406-5626-35bf-9d68-e7611d9782c9'
# rootvg and image_pool, which has a repository with media of other makes.
REPOSITORY = 'fake_volume_group2.txt'
# The entry of that group.
ENTRY = 'upload_volgrp.txt'


class MediaTestCase(captured.CapturedTestCase):

    def setUp(self):
        super().setUp()
        self.adapter.session = mock.Mock(timeout=10)
        self.adapter.update_by_path.side_effect = self.update
        self.patch_object(retry.time, 'sleep')
        self.vioses = VIOSES
        # By the uuids of Virtual I/O Servers.
        self.groups = {}
        # Names of media in the entry, besides those that were captured.
        self.ours = []
        # Uuids of groups whose entry has none of these either.
        self.without_repository = []
        self.updates = []
        self.failures = []
        self.instance = base.make_instance(
            self.context, uuid=driver_base.INSTANCE_UUID)
        self.name = media.medium_name(self.instance)
        self.media = media.Media(self.adapter)

    def document(self, root_id, child_type, child_id):
        if root_id is None:
            return self.vioses
        return self.groups[root_id] if child_id is None else ENTRY

    def read(self, root_type, root_id=None, child_type=None, child_id=None,
             **kwargs):
        found = super().read(root_type, root_id, child_type, child_id)
        if child_id is None and found.entry is not None:
            found.feed, found.entry = entities.Feed({}, [found.entry]), None
        if child_id in self.without_repository:
            storage.VG.wrap(found).vmedia_repos = []
        elif child_id is not None:
            others = storage.VG.wrap(found).vmedia_repos[0].optical_media
            for medium in self.ours:
                others.append(
                    storage.VOptMedia.bld(self.adapter, medium, 0.1))
        return found

    def update(self, group, etag, path, **kwargs):
        self.updates.append(group)
        if self.failures:
            raise self.failures.pop(0)
        return captured.response(ENTRY, self.adapter)


@ddt.ddt
class CreateTestCase(MediaTestCase):

    def setUp(self):
        super().setUp()
        self.metadata = self.patch_object(
            instance_metadata, 'InstanceMetadata', autospec=True)
        self.upload = self.patch_object(upload, 'upload', autospec=True)
        self.iso_file = self.patch_object(
            media, '_iso_file',
            side_effect=lambda _: contextlib.nullcontext(__file__))
        self.remove_for_real = self.media._repository.remove
        self.remove = self.patch_object(
            media_repository.Repository, 'remove')

    def create(self, password='secret'):
        return self.media.create(self.context, self.instance, mock.sentinel.a,
                                 password, mock.sentinel.b)

    def assert_fails(self):
        self.assertRaises(exception.InstanceDeployFailure, self.create)

    @ddt.data(('secret', {'admin_pass': 'secret'}), ('', {}), (None, {}))
    @ddt.unpack
    def test_metadata(self, password, expected):
        self.groups = {MANAGEMENT: REPOSITORY}
        self.create(password)
        self.metadata.assert_called_once_with(
            self.instance, content=mock.sentinel.a, extra_md=expected,
            network_info=mock.sentinel.b)

    def test_there(self):
        self.groups = {MANAGEMENT: NO_REPOSITORY, FIRST: REPOSITORY}
        vios_uuid, medium = self.create()
        self.assertEqual((FIRST, self.name), (vios_uuid, medium.name))
        self.assertEqual([], self.updates)

    def test_made(self):
        self.flags(group='powervm', vopt_media_rep_size=7)
        self.groups = {MANAGEMENT: NO_REPOSITORY, FIRST: NO_REPOSITORY}
        self.without_repository = [NO_REPOSITORY_UUID]
        self.assertEqual(FIRST, self.create()[0])
        group, = self.updates
        repository, = group.vmedia_repos
        self.assertEqual(7, repository.size)

    def test_made_meanwhile(self):
        """Somebody else's is not replaced."""
        self.groups = {MANAGEMENT: NO_REPOSITORY, FIRST: NO_REPOSITORY}
        self.assertEqual(FIRST, self.create()[0])
        self.assertEqual([], self.updates)

    @ddt.data((VIOSES, NO_GROUP), (ONLY_MANAGEMENT, NO_REPOSITORY))
    @ddt.unpack
    def test_nowhere(self, vioses, groups):
        self.vioses = vioses
        self.groups = {MANAGEMENT: groups, FIRST: groups}
        self.assert_fails()
        self.upload.assert_not_called()

    @ddt.named_data(('before', True), ('during_the_search', False))
    def test_renewed(self, known):
        """Media are removed by the new session."""
        self.groups = {MANAGEMENT: NO_REPOSITORY, FIRST: NO_REPOSITORY}
        self.without_repository = [NO_REPOSITORY_UUID]
        self.remove.side_effect = self.remove_for_real
        renewed = captured.make_adapter()
        renewed.read.side_effect = self.read
        if known:
            self.create()
            self.media.renew(renewed)
        else:
            self.adapter.update_by_path.side_effect = (
                lambda *args, **kwargs: self.media.renew(renewed)
                or self.update(*args, **kwargs))
            self.create()
        self.media.delete_of(self.instance)
        self.assertEqual('VolumeGroup',
                         renewed.read.call_args.kwargs['child_type'])

    def test_no_such_group(self):
        self.flags(group='powervm', vopt_media_volume_group='other')
        self.groups = {MANAGEMENT: NO_REPOSITORY, FIRST: NO_REPOSITORY}
        self.assert_fails()
        self.assertEqual([], self.updates)

    def test_inactive(self):
        self.vioses = ONE_INACTIVE
        # The other one is not asked.
        self.groups = {ACTIVE: REPOSITORY}
        self.assertEqual(ACTIVE, self.create()[0])

    def test_unreadable(self):
        self.groups = {MANAGEMENT: test_upload.error(500), FIRST: REPOSITORY}
        self.assertEqual(FIRST, self.create()[0])

    def test_nothing_readable(self):
        self.vioses = test_upload.error(500)
        self.assert_fails()

    @ddt.data(processutils.ProcessExecutionError(),
              FileNotFoundError('genisoimage'))
    def test_no_iso(self, error):
        self.iso_file.side_effect = error
        self.assert_fails()
        self.upload.assert_not_called()

    def test_tried_twice(self):
        self.groups = {MANAGEMENT: REPOSITORY}
        self.upload.side_effect = [upload.IncompleteUpload('none'), None]
        self.create()
        self.remove.assert_called_once_with(MANAGEMENT, {self.name})
        # It was looked for again.
        self.assertEqual(2, sum(
            'root_id' not in call.kwargs
            for call in self.adapter.read.mock_calls))

    def test_not_tried_three_times(self):
        self.groups = {MANAGEMENT: REPOSITORY}
        self.upload.side_effect = test_upload.error(500)
        self.remove.side_effect = test_upload.error(500)
        self.assert_fails()
        self.assertEqual((2, 2), (self.upload.call_count,
                                  self.remove.call_count))

    def test_killed(self):
        """Whatever ends it, it leaves nothing."""
        self.groups = {MANAGEMENT: REPOSITORY}
        self.upload.side_effect = KeyboardInterrupt
        self.assertRaises(KeyboardInterrupt, self.create)
        self.remove.assert_called_once_with(MANAGEMENT, {self.name})


@ddt.ddt
class DeleteTestCase(MediaTestCase):

    def setUp(self):
        super().setUp()
        self.groups = {FIRST: REPOSITORY, MANAGEMENT: NO_REPOSITORY}
        self.medium = storage.VOptMedia.bld_ref(self.adapter, self.name)

    def remaining(self):
        """Return the names of the media in the last update."""
        repository, = self.updates[-1].vmedia_repos
        return [medium.name for medium in repository.optical_media]

    def test_others_remain(self):
        other = media.medium_name(base.make_instance(self.context))
        self.ours = [self.name, other]
        self.media.delete([(FIRST, self.medium)])
        self.assertEqual(['blank_media1', 'blank_media_2', 'bob_iso', other],
                         self.remaining())

    @ddt.data(FIRST, MANAGEMENT)
    def test_missing(self, vios_uuid):
        self.media.delete([(vios_uuid, self.medium)])
        self.assertEqual([], self.updates)

    def test_no_vios(self):
        self.groups[FIRST] = test_upload.error(404, pvm_exc.HttpNotFound)
        self.media.delete([(FIRST, self.medium)])

    @ddt.data('bob_iso', 'cfg_bob', 'cfg_' + 33 * 'a', 'CFG_' + 32 * 'a')
    def test_not_ours(self, name):
        self.ours = [name]
        self.media.delete([
            (FIRST, storage.VOptMedia.bld_ref(self.adapter, name))])
        self.adapter.read.assert_not_called()

    def test_disks(self):
        self.media.delete([(FIRST, storage.VDisk.bld(
            self.adapter, self.name, 1))])
        self.adapter.read.assert_not_called()

    def test_changed_meanwhile(self):
        self.ours = [self.name]
        self.failures = [test_upload.error(412), test_upload.error(412)]
        self.media.delete([(FIRST, self.medium)])
        self.assertEqual(3, len(self.updates))

    def test_refused(self):
        self.ours = [self.name]
        self.failures = [test_upload.error(409)]
        self.assertRaises(exception.InstanceTerminationFailure,
                          self.media.delete, [(FIRST, self.medium)])

    def test_names_of_others(self):
        self.assertEqual({}, self.media.names())


class NameTestCase(MediaTestCase):

    def test_length(self):
        self.assertLessEqual(len(self.name), pvm_const.MaxLen.VOPT_NAME)
