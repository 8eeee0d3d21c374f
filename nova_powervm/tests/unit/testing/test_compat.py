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

import sys
import types

import ddt
import mock
from nova.compute import rpcapi
import testtools

from nova_powervm.testing import compat


@ddt.ddt
class TestReleases(testtools.TestCase):
    """Each release of nova, played by stand-ins for its modules."""

    def use(self, release, **modules):
        """Let nova be of a release, and have modules."""
        for patcher in (
                mock.patch.object(compat, 'release', return_value=release),
                mock.patch.dict(sys.modules, {
                    'nova': types.SimpleNamespace(**modules)})):
            patcher.start()
            self.addCleanup(patcher.stop)

    @ddt.data(32, 33, 34)
    def test_patch(self, release):
        monkey_patch = mock.Mock(**{'is_patched.return_value': True})
        self.use(release, monkey_patch=monkey_patch)
        compat.patch()
        # Without a parameter, which nova 32 does not have.
        monkey_patch.patch.assert_called_once_with()
        self.assertTrue(compat.is_patched())

    @ddt.named_data(('threading', False), ('eventlet', True))
    def test_patched_by_its_import(self, patched):
        self.use(31, monkey_patch=types.SimpleNamespace())
        compat.patch()
        with mock.patch.dict(sys.modules, {'eventlet': mock.Mock(
                **{'patcher.is_monkey_patched.return_value': patched})}):
            self.assertEqual(patched, compat.is_patched())

    def test_nobody_has_imported_eventlet(self):
        self.use(31, monkey_patch=types.SimpleNamespace())
        with mock.patch.dict(sys.modules):
            sys.modules.pop('eventlet', None)
            self.assertFalse(compat.is_patched())

    @ddt.data((31, {}), (32, {}), (33, {'manager_shutdown_timeout': 1}),
              (34, {'manager_shutdown_timeout': 15}))
    @ddt.unpack
    def test_stop_options(self, release, options):
        self.use(release)
        self.assertEqual(options, compat.stop_options(15))

    @ddt.data((32, False, (1, 0)), (33, False, (1, 1)), (33, True, (2, -15)),
              (34, True, (1, 0)))
    @ddt.unpack
    def test_stop_in_init_host(self, release, patched, expected):
        self.use(release, monkey_patch=mock.Mock(
            **{'is_patched.return_value': patched}))
        self.assertEqual(expected, compat.stop_in_init_host())

    def test_writes_of_the_newest(self):
        self.use(34)
        stub_out = mock.Mock()
        compat.serialize_writes(stub_out)
        stub_out.assert_not_called()


class TestThisRelease(testtools.TestCase):
    """The nova that is installed."""

    def test_topics(self):
        topics = compat.compute_topics()
        self.assertEqual('compute', topics['topic'])
        self.assertEqual(hasattr(rpcapi, 'RPC_TOPIC_ALT'),
                         'topic_alt' in topics)
