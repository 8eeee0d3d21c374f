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


"""Logging on to the simulator with pypowervm."""

import stat

import ddt
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import managed_system

from nova_powervm.tests.functional.simulator import case


@ddt.ddt
class SessionTestCase(case.SimulatorTestCase):

    def test_logon(self):
        session = self.session()
        self.assertEqual(('PVM', 'V1_3_0', True),
                         (session.mc_type, session.schema_version,
                          session.traits.local_api))
        self.assertFalse(session.traits.has_lpar_profiles)
        self.assertEqual({'logon': 1}, self.control.counters())

    def test_token_file(self):
        session, path = case.logon(self.sim.port)
        self.addCleanup(session._logoff)
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(session._sessToken, path.read_text())

    def test_logoff(self):
        session, path = case.logon(self.sim.port)
        self.addCleanup(session._logoff)
        session._logoff()
        self.assertFalse(path.exists())
        self.assertRaises(pvm_exc.HttpUnauth, self.get, session,
                          'uom/ManagedSystem')

    def test_unknown_token_leads_to_another_logon(self):
        adapter = self.adapter()
        adapter.session._sessToken = 'made up'
        self.assertEqual(1, len(managed_system.System.get(adapter)))
        self.assertEqual(2, self.control.counters()['logon'])

    def test_password(self):
        exc = self.assertRaises(
            pvm_exc.HttpUnauth, pvm_adapter.Session, port=self.sim.port,
            username='me', password='secret', protocol='http')
        self.assertEqual(401, exc.her_wrap.status)

    @ddt.named_data(
        ('type', 'uom/Cluster', 'other'),
        ('property', 'uom/LogicalPartition/quick', 'lpar_entry'),
        ('service', 'pcm/preferences', 'other'),
        ('lpar', f'uom/LogicalPartition/{case.NOBODY}',
         'lpar_entry'))
    def test_what_is_not_there(self, path, kind):
        session = self.session()
        exc = self.assertRaises(pvm_exc.HttpNotFound, self.get, session, path)
        self.assertEqual(404, exc.her_wrap.status)
        self.assertEqual({'logon': 1, kind: 1}, self.control.counters())
