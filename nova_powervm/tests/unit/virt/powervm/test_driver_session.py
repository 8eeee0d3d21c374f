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

"""renew_session and register_event_listener."""

import logging

import mock
from nova import exception
from nova.virt import event as virt_event
from pypowervm import exceptions as pvm_exc
from pypowervm.wrappers import managed_system

from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import driver


class RenewSessionTestCase(driver_base.DriverTestCase):
    """NovaLink refuses the old session."""

    def setUp(self):
        super().setUp()
        self.driver.init_host('host')
        self.handler, = self.listeners[0].handlers

    def test_driver_uses_the_new_session(self):
        self.driver.renew_session()

        _, second = self.sessions
        self.assertIs(second, self.driver.session)
        self.assertIs(second, self.driver.adapter.session)
        self.assertIs(self.driver.adapter, self.get_systems.call_args.args[0])

    def test_handler_moves_to_the_new_listener(self):
        self.driver.renew_session()

        old, new = self.listeners
        self.assertEqual([], old.handlers)
        self.assertEqual([self.handler], new.handlers)
        self.assertFalse(self.handler.stopped)

    def test_one_logon(self):
        """The thread of the event handler must not wait for minutes."""
        self.driver.renew_session()
        self.assertEqual(1, self.open_session.call_args.kwargs['conn_tries'])

    def assert_not_renewed(self):
        adapter = self.driver.adapter
        self.assertRaises(exception.HypervisorUnavailable,
                          self.driver.renew_session)
        self.assertIs(self.sessions[0], self.driver.session)
        self.assertIs(adapter, self.driver.adapter)
        self.assertEqual([self.handler], self.listeners[0].handlers)

    def test_logon_fails(self):
        self.open_session.side_effect = pvm_exc.ConnectionError('refused')
        self.assert_not_renewed()

    def test_no_managed_system(self):
        self.get_systems.return_value = []
        self.assert_not_renewed()

    def test_listener_fails(self):
        """The event handler tries again and logs it."""
        self.listener_errors = [ValueError('Application id "x" not unique')]
        self.assert_not_renewed()
        self.assertEqual(2, len(self.sessions))
        self.assertEqual([], self.logged(logging.WARNING))

    def test_after_cleanup_host(self):
        self.driver.cleanup_host('host')
        self.driver.renew_session()
        self.assertEqual(2, len(self.sessions))
        self.assert_disconnected()

    def test_during_a_read_of_the_managed_system(self):
        newest = driver_base.make_system('first', 'system-1')

        def refresh():
            # Read by the old session.
            stale = mock.Mock(spec=managed_system.System,
                              adapter=self.driver.adapter)
            self.get_systems.return_value = [newest]
            self.driver.renew_session()
            return stale

        self.system.refresh.side_effect = refresh
        read = self.patch_object(driver.pvm_host, 'available_resource')

        self.driver.get_available_resource('host')

        self.assertIs(newest, self.driver.host_wrapper)
        read.assert_called_once_with(newest, None, 'host')


class RegisterEventListenerTestCase(driver_base.DriverTestCase):
    """nova discards events until it registers its callback."""

    def setUp(self):
        super().setUp()
        self.callback = mock.Mock()

    def add_resync(self):
        """Give the handler a resync, and return it."""
        handler, = self.listeners[0].handlers
        handler.resync = mock.Mock()
        return handler.resync

    def test_callback_starts_a_resync(self):
        self.driver.init_host('host')
        resync = self.add_resync()
        self.driver.register_event_listener(self.callback)
        resync.assert_called_once_with()

    def test_none_starts_no_resync(self):
        self.driver.init_host('host')
        resync = self.add_resync()
        self.driver.register_event_listener(None)
        resync.assert_not_called()

    def assert_events_reach_nova(self):
        event = virt_event.LifecycleEvent(
            driver_base.INSTANCE_UUID, virt_event.EVENT_LIFECYCLE_STOPPED)
        self.driver.emit_event(event)
        self.callback.assert_called_once_with(event)

    def test_handler_without_resync(self):
        self.driver.init_host('host')
        self.driver.register_event_listener(self.callback)
        self.assert_events_reach_nova()

    def test_before_init_host(self):
        self.driver.register_event_listener(self.callback)
        self.assert_events_reach_nova()
