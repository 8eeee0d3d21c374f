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

"""A service that is away, or begins anew."""

import ddt

from nova_powervm.tests.functional.each_backend import faults


@ddt.ddt
class TestService(faults.FaultsTestCase):

    @ddt.data('unavailable', 'unavailable_bare', 'cut')
    def test_everything_fails(self, fault):
        self.control.inject_fault('*', fault, seconds=1.2)
        self.change(faults.MANY)
        self.assertLearnsAnyhow(lasts=1.2)

    def test_connections_are_refused(self):
        self.change(faults.MANY, slowly=True)
        self.control.refuse(2.0)
        self.assertLearnsAnyhow(lasts=2.0)


@ddt.ddt
class TestRestart(faults.FaultsTestCase):

    @ddt.named_data(('new_client', True), ('no_new_client', False))
    def test_takes_time(self, new_client):
        self.change(faults.MANY, slowly=True)
        self.control.restart(1.5, new_client=new_client)
        self.assertLearnsAnyhow(lasts=1.5)

    @ddt.named_data(('new_client', True), ('no_new_client', False))
    def test_at_once(self, new_client):
        # The events of the change are among what is lost.
        self.control.inject_fault('event', 'drop')
        self.change(faults.MANY)
        self.control.restart(new_client=new_client)
        self.control.clear_faults()
        self.assertLearnsAnyhow()

    def test_relogon_is_refused_for_good(self):
        session = self.driver.session
        self.control.inject_fault('logon', 'unauthorized')
        self.change(faults.MANY, slowly=True)
        self.control.restart()
        self.wait_until(lambda: session.lost, 'session lost')
        # The session's own attempt, and one at a new one.
        self.wait_for_fault('logon', 'unauthorized', 2)
        self.assertIs(session, self.driver.session)
        self.control.clear_faults()
        self.assertLearnsAnyhow()
        self.assertIsNot(session, self.driver.session)

    def test_relogon_is_never_answered(self):
        self.control.inject_fault('logon', 'hang', count=1)
        self.change(faults.MANY, slowly=True)
        self.control.restart()
        self.assertLearnsAnyhow()
