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

"""What the tests of disks and of media have in common."""

from concurrent import futures

from pypowervm import adapter
from pypowervm.wrappers import storage
from pypowervm.wrappers import vios_file
from pypowervm.wrappers import virtual_io_server

from nova_powervm.tests.functional.each_backend import case
from nova_powervm.virt.powervm import connection


class StorageTestCase(case.WireTestCase):
    """A host, and what is on its Virtual I/O Servers.

    Each test finds empty groups ``data`` and ``rootvg`` on each. ``vioses``
    has their uuids, ``adapter`` is pypowervm's.
    """

    #: How many there are.
    NUMBER_OF_VIOSES = 1

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.start_simulator()

    def setUp(self):
        super().setUp()
        self.control.clear_faults()
        self.delete_lpars()
        self.vioses = self.control.reset_vioses(
            self.NUMBER_OF_VIOSES, volume_groups={'data': 100, 'rootvg': 20})
        self.adapter = self.make_adapter()

    def make_adapter(self):
        session = adapter.Session(port=self.simulator.port)
        self.addCleanup(session._logoff)
        return connection.make_adapter(session)

    def contents(self, kind):
        """Return size and hash of disks or media, by VIOS and name.

        :param kind: 'disks' or 'media'.
        """
        return {(vios['uuid'], one['name']): (one['bytes'], one['sha256'])
                for vios in self.control.vioses()
                for group in vios['volume_groups'] for one in group[kind]}

    def group(self, vios_uuid, name='rootvg'):
        """Return the wrapper of a volume group."""
        found, = [group for group in storage.VG.get(
            self.adapter, parent_type=virtual_io_server.VIOS,
            parent_uuid=vios_uuid) if group.name == name]
        return found

    def files(self):
        """Return the Files that are left."""
        return vios_file.File.get(self.adapter, service='web')

    def at_once(self, function, *items):
        """Call a function with each item, each call on its own thread."""
        with futures.ThreadPoolExecutor(len(items)) as pool:
            return list(pool.map(function, items))
