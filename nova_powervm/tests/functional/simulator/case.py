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

"""What the tests of the simulator have in common."""

import dataclasses
import pathlib

import fixtures
from lxml import etree
import mock
from pypowervm import adapter
from pypowervm import const
import testtools

from nova_powervm.sim import process
from nova_powervm.sim import settings
from nova_powervm.testing import waiting
from nova_powervm.tests.functional import pauses

#: A uuid that no LPAR has.
NOBODY = '1E6FC741-6253-4B69-B88B-8A44BED92145'


def logon(port):
    """Return a session and the file that its token came from."""
    # pypowervm keeps only what is in it.
    with mock.patch.object(etree, 'fromstring',
                           side_effect=etree.fromstring) as parse:
        session = adapter.Session(port=port)
    root = etree.fromstring(parse.call_args_list[0].args[0])
    return session, pathlib.Path(root.findtext('{*}X-API-SessionFile'))


class SimulatorTestCase(testtools.TestCase):
    """A simulator in a process of its own, and sessions with it.

    The tests of a class share the process, and each finds a host without
    LPARs, with one empty Virtual I/O Server and with the class's settings.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sim = process.SimulatorProcess()
        cls.sim.start()
        cls.addClassCleanup(cls.sim.stop)

    def settings(self):
        """Return the settings that each test begins with."""
        return settings.Settings(boot_seconds=0, shutdown_seconds=0)

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger())
        self.useFixture(pauses.ShortPauses())
        self.control = self.sim.control
        self.control.clear_faults()
        self.control.delete_lpars(
            [lpar['uuid'] for lpar in self.control.lpars()])
        self.control.reset_vioses()
        self.control.configure(**dataclasses.asdict(self.settings()))
        self.control.reset_counters()

    def session(self):
        """Return a session that is logged off before the simulator ends."""
        made = adapter.Session(port=self.sim.port)
        self.addCleanup(made._logoff)
        return made

    def adapter(self):
        return adapter.Adapter(self.session())

    def get(self, session, path):
        """Send a request, without pypowervm's reading of the answer."""
        return session.request('GET', const.API_BASE_PATH + path)

    def wait_for_requests(self, kind, number):
        """Wait until so many requests of a kind have come."""
        waiting.wait_until(
            lambda: self.control.counters().get(kind, 0) >= number,
            '%d requests: %s' % (number, kind),
            details=self.control.counters)
