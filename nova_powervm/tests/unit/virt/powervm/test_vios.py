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

"""Virtual I/O Servers, captured and made up."""

import logging

import ddt
import mock
from nova import exception
from pypowervm.wrappers import storage
from pypowervm.wrappers import virtual_io_server

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import captured
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import vios


def one(name='one', state='running', rmc='active', mgmt=False):
    made = mock.Mock(state=state, rmc_state=rmc, is_mgmt_partition=mgmt,
                     uuid='uuid_of_' + name)
    made.name = name
    return made


class ViosTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.adapter = captured.make_adapter()
        self.get = self.patch_object(virtual_io_server.VIOS, 'get',
                                     autospec=True)


@ddt.ddt
class WaitTestCase(ViosTestCase):

    def setUp(self):
        super().setUp()
        self.clock = novalink.Clock(0.0)

        self.use = mock.Mock(return_value=mock.sentinel.disks)

    def wait(self, timeout=20):
        return vios.when_ready(self.adapter, timeout, self.use,
                               clock=self.clock, sleep=self.clock.advance)

    def warnings(self):
        return len(self.logged(logging.WARNING))

    @ddt.named_data(
        ('running', [one(rmc='inactive'), one()]),
        ('management_partition', [one(rmc='inactive', mgmt=True)]))
    def test_ready(self, found):
        self.get.return_value = found
        self.assertIs(mock.sentinel.disks, self.wait(timeout=0))
        self.assertEqual((0, 0), (self.clock.now, self.warnings()))

    @ddt.named_data(('no_rmc', [one(rmc='inactive')]),
                    ('off', [one(state='not activated')]), ('none', []),
                    ('no_answer', novalink.http_error(503)))
    def test_ready_later(self, found):
        self.get.side_effect = [found, found, [one()]]
        self.wait()
        self.assertEqual((10, 1), (self.clock.now, self.warnings()))
        self.use.assert_called_once_with()

    @ddt.named_data(('no_rmc', {'rmc': 'inactive'}),
                    ('firmware', {'state': 'open firmware'}))
    def test_what_is_wanted_is_on_one_that_starts(self, how):
        self.get.side_effect = [[one(), one('slow', **how)]] * 2 + [
            [one(), one('slow')]]
        error = exception.InvalidConfiguration()
        self.use.side_effect = [error, error, mock.sentinel.disks]
        self.assertIs(mock.sentinel.disks, self.wait())
        self.assertEqual((10, 1), (self.clock.now, self.warnings()))

    @ddt.named_data(('all_run', [one(), one('other')], 0),
                    ('one_is_off', [one(), one(state='not activated')], 0),
                    ('one_never_starts', [one(), one(rmc='inactive')], 20))
    @ddt.unpack
    def test_what_is_wanted_is_nowhere(self, found, seconds):
        self.get.return_value = found
        error = self.use.side_effect = exception.InvalidConfiguration()
        self.assertIs(error, self.assertRaises(type(error), self.wait))
        self.assertEqual(seconds, self.clock.now)

    @ddt.named_data(('no_rmc', lambda *args, **kwargs: [one(rmc='inactive')]),
                    ('no_answer', novalink.http_error(503)))
    def test_never(self, effect):
        self.get.side_effect = effect
        self.assertRaises(exception.HypervisorUnavailable, self.wait)
        self.assertEqual((20, 1), (self.clock.now, self.warnings()))

    def test_not_at_all(self):
        self.get.return_value = []
        self.assertRaises(exception.HypervisorUnavailable, self.wait,
                          timeout=0)
        self.assertEqual((0, 0), (self.clock.now, self.warnings()))


@ddt.ddt
class FindVolumeGroupTestCase(ViosTestCase):

    def setUp(self):
        super().setUp()
        self.get.return_value = [one('first'), one('second')]
        # By the names of Virtual I/O Servers.
        self.groups = {'first': ['rootvg', 'data'], 'second': ['rootvg']}
        self.patch_object(storage.VG, 'get', side_effect=self.read)

    def read(self, adapter, parent):
        found = []
        for name in self.groups[parent.name]:
            found.append(mock.Mock(uuid='%s of %s' % (name, parent.name)))
            found[-1].name = name
        return found

    def find(self, name, vios_name=None):
        return vios.find_volume_group(self.adapter, name, vios_name)

    def assert_invalid(self, said, *args):
        e = self.assertRaises(exception.InvalidConfiguration,
                              self.find, *args)
        for part in said:
            self.assertIn(part, str(e))

    @ddt.named_data(('only_one', 'data', None, 'first'),
                    ('empty_name', 'data', '', 'first'),
                    ('named', 'rootvg', 'second', 'second'))
    @ddt.unpack
    def test_found(self, name, vios_name, expected):
        self.assertEqual(
            ('uuid_of_' + expected, '%s of %s' % (name, expected)),
            self.find(name, vios_name))

    @ddt.data(None, '')
    def test_not_set(self, name):
        self.assert_invalid(['volume_group_name', 'bare_lpars'], name)
        self.get.assert_not_called()

    def test_none(self):
        self.assert_invalid(
            ["'absent'", 'rootvg on first', 'data on first',
             'rootvg on second'], 'absent')

    def test_several(self):
        self.assert_invalid(
            ['2 ', 'volume_group_vios_name', 'rootvg on first',
             'rootvg on second'], 'rootvg')

    def test_not_on_the_named(self):
        self.assert_invalid(["'second'", 'rootvg on second'],
                            'data', 'second')

    def test_named_is_absent(self):
        self.assert_invalid(["'third'", 'none'], 'rootvg', 'third')

    @ddt.data({'rmc': 'inactive'}, {'state': 'not activated'})
    def test_unusable(self, state):
        self.get.return_value = [one('first', **state), one('second')]
        self.assertEqual('uuid_of_second', self.find('rootvg')[0])
        self.assert_invalid(['rootvg on second'], 'data')

    def test_no_answer(self):
        self.get.side_effect = novalink.http_error(503)
        self.assertRaises(exception.HypervisorUnavailable, self.find, 'data')

    def test_no_answer_about_groups(self):
        storage.VG.get.side_effect = novalink.http_error(500)
        self.assertRaises(exception.HypervisorUnavailable, self.find, 'data')


class CapturedTestCase(captured.CapturedTestCase):
    """Documents of a real machine, read by pypowervm's own wrappers."""

    def document(self, root_id, child_type, child_id):
        return ('fake_vios_feed_multi.txt' if child_type is None
                else 'fake_volume_group2.txt')

    def find(self, *args):
        return vios.find_volume_group(self.adapter, *args)

    def test_several(self):
        names = [found.name for found in virtual_io_server.VIOS.get(
            self.adapter)]
        self.assertEqual(2, len(names))
        e = self.assertRaises(exception.InvalidConfiguration,
                              self.find, 'rootvg', None)
        for name in names:
            self.assertIn('image_pool on ' + name, str(e))

    def test_named(self):
        first, second = virtual_io_server.VIOS.get(self.adapter)
        for found in first, second:
            self.assertEqual(found.uuid, self.find('rootvg', found.name)[0])
