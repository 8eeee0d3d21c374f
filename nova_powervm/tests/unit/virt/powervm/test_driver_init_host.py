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

"""init_host and cleanup_host."""

import logging

import ddt
from lxml import etree
import mock
from nova import exception
from oslo_config import cfg
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import vios_busy

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import rest_log

# What pypowervm raises for answers that it does not understand.
NONSENSE = ddt.named_data(
    ('no_xml', etree.XMLSyntaxError('no XML', 0, 0, 0)),
    ('no_feed', AttributeError("no attribute 'entries'")))


class InitHostTestCase(driver_base.DriverTestCase):

    def test_options_of_the_session(self):
        self.flags(group='powervm', rest_port=4711, rest_connect_tries=7)

        self.driver.init_host('host')

        self.open_session.assert_called_once_with(port=4711, conn_tries=7)

    def test_attributes(self):
        self.driver.init_host('host')

        session, = self.sessions
        self.assertIs(session, self.driver.session)
        self.assertIs(session, self.driver.adapter.session)
        self.assertIs(self.system, self.driver.host_wrapper)

    def test_helpers_of_the_adapter(self):
        self.driver.init_host('host')

        self.assertEqual(
            [rest_log.log_failed_changes, vios_busy.vios_busy_retry_helper],
            self.driver.adapter.helpers)

    def test_service_is_watched(self):
        self.driver.init_host('host')

        self.compute_service.assert_called_once_with(
            'host', 120, mock.ANY, mock.sentinel.virtapi)
        service = self.compute_service.return_value
        service.start.assert_called_once_with()
        away_since = self.compute_service.call_args.args[2]
        self.assertIsNone(away_since())
        self.driver.session.away_since = 7.0
        self.assertEqual(7.0, away_since())
        self.driver.cleanup_host('host')
        service.stop.assert_called_once_with()
        self.assertIsNone(away_since())

    def test_service_is_left_alone(self):
        self.flags(group='powervm', disable_service_after=0)
        self.driver.init_host('host')
        self.compute_service.assert_not_called()

    def test_handler_is_subscribed(self):
        self.driver.init_host('host')

        self.load_handler.assert_called_once_with('powervm')
        handler, = self.listeners[0].handlers
        self.assertIs(self.driver, handler.driver)

    def test_handler_is_made_after_the_adapter(self):
        self.driver.init_host('host')

        handler, = self.listeners[0].handlers
        self.assertIs(self.driver.adapter, handler.adapter)

    def test_system_is_logged(self):
        self.driver.init_host('host')

        record, = self.logged(logging.INFO)
        self.assertEqual(
            {'name': 'first', 'uuid': 'system-1', 'handler': 'powervm'},
            record.args)

    def test_options_of_release_9(self):
        """One warning, whatever follows."""
        self.configure('[powervm]\ncluster_name = ssp\nfabrics = A\n')
        self.open_session.side_effect = pvm_exc.Error('down')

        self.assertRaises(exception.HypervisorUnavailable,
                          self.driver.init_host, 'host')

        warning, = self.logged(logging.WARNING)
        self.assertEqual(('powervm', 'cluster_name, fabrics'), warning.args)

    def test_second_call_unsubscribes_the_first_handler(self):
        """A handler left behind would poll forever."""
        self.driver.init_host('host')
        self.driver.init_host('host')

        first, second = self.listeners
        self.assertEqual([], first.handlers)
        self.assertEqual(1, len(second.handlers))

    def test_handler_cannot_be_subscribed(self):
        handlers = []
        self.load_handler.return_value = lambda the_driver: (
            handlers.append(driver_base.StoppableHandler(the_driver))
            or handlers[0])
        self.patch_object(novalink.FakeListener, 'subscribe',
                          side_effect=ValueError)

        self.assertRaises(ValueError, self.driver.init_host, 'host')

        self.assert_disconnected()
        self.assertTrue(handlers[0].stopped)


@ddt.ddt
class UnavailableTestCase(driver_base.DriverTestCase):
    """NovaLink cannot be used."""

    def setUp(self):
        super().setUp()
        self.flags(group='powervm', rest_port=4711)

    def assert_unavailable(self, cause=None):
        """Assert that init_host fails, and return the message.

        :param cause: the error that the message has to quote.
        """
        e = self.assertRaises(exception.HypervisorUnavailable,
                              self.driver.init_host, 'host')
        self.assertIs(cause, e.__cause__)
        self.assertIn('localhost:4711', str(e))
        self.assertIn(str(cause or ''), str(e))
        self.assert_disconnected()
        return str(e)

    def test_logon_fails(self):
        error = pvm_exc.ConnectionError('refused')
        self.open_session.side_effect = error
        self.assert_unavailable(error)

    @NONSENSE
    def test_nonsense_at_logon(self, error):
        self.open_session.side_effect = error
        self.assert_unavailable(error)

    @NONSENSE
    def test_nonsense_for_the_listener(self, error):
        self.listener_errors = [error] * 3
        self.assert_unavailable(error)

    def test_listener_always_fails(self):
        error = ValueError('Application id "x" not unique')
        self.listener_errors = [error] * 3
        self.assert_unavailable(error)
        self.assertEqual(3, len(self.sessions))

    def test_no_managed_system(self):
        self.get_systems.return_value = []
        self.assert_unavailable()

    @ddt.data('first', 'second', 'system-1', 'system-2')
    def test_two_managed_systems_are_named(self, text):
        self.get_systems.return_value = [
            self.system, driver_base.make_system('second', 'system-2')]
        self.assertIn(text, self.assert_unavailable())

    def test_managed_system_cannot_be_read(self):
        error = pvm_exc.TimeoutError('too long')
        self.get_systems.side_effect = error
        self.assert_unavailable(error)


class ListenerRetryTestCase(driver_base.DriverTestCase):
    """The listener fails at first."""

    def setUp(self):
        super().setUp()
        self.errors = [ValueError('Application id "x" not unique'),
                       pvm_exc.Error('no feed')]
        self.listener_errors = list(self.errors)
        self.driver.init_host('host')

    def test_each_try_is_a_new_session(self):
        """The application id of the last session may be taken."""
        self.assertEqual(3, len(self.sessions))
        self.assertIs(self.sessions[2], self.driver.session)

    def test_handler_is_subscribed_to_the_last_session(self):
        self.assertEqual([0, 0, 1], [len(listener.handlers)
                                     for listener in self.listeners])

    def test_each_error_is_logged(self):
        self.assertEqual(self.errors, [
            record.args[-1] for record in self.logged(logging.WARNING)])


@ddt.ddt
class OptionsTestCase(driver_base.DriverTestCase):

    def test_no_such_event_handler(self):
        self.load_handler.side_effect = exception.InvalidConfiguration()
        self.flags(group='powervm', event_handler='nowhere')
        self.assertRaises(exception.InvalidConfiguration,
                          self.driver.init_host, 'host')
        self.load_handler.assert_called_once_with('nowhere')
        # It needs no service to find out.
        self.open_session.assert_not_called()

    @ddt.named_data(
        ('factor_too_large', 'proc_units_factor', '7',
         cfg.ConfigFileValueError, 'proc_units_factor'),
        ('factor_is_nan', 'proc_units_factor', 'nan', ValueError,
         'proc_units_factor'),
        ('delay_is_nan', 'event_delay', 'nan', ValueError, 'event_delay'),
        ('max_delay_is_nan', 'event_max_delay', 'nan', ValueError,
         'event_max_delay'),
        ('delay_exceeds_max_delay', 'event_delay', '61', ValueError,
         'event_max_delay'))
    def test_invalid_value(self, option, value, error, named):
        """It is found before a session is opened."""
        self.configure('[powervm]\n%s = %s\n' % (option, value))
        e = self.assertRaises(error, self.driver.init_host, 'host')
        self.assertIn(named, str(e))
        self.open_session.assert_not_called()

    def warnings_of_bare_lpars(self):
        return [record for record in self.logged(logging.WARNING)
                if 'bare_lpars' in record.msg]

    def test_bare_lpars_are_announced(self):
        self.flags(group='powervm', bare_lpars=True)
        self.driver.init_host('host')
        self.assertEqual(1, len(self.warnings_of_bare_lpars()))

    def test_no_bare_lpars(self):
        self.driver.init_host('host')
        self.assertEqual([], self.warnings_of_bare_lpars())


class CleanupHostTestCase(driver_base.DriverTestCase):

    def test_handler_is_stopped(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        self.driver.cleanup_host('host')
        self.assertTrue(handler.stopped)
        self.assert_disconnected()

    def test_other_subscribers_remain(self):
        self.driver.init_host('host')
        listener = self.listeners[0]
        listener.shutdown = mock.Mock()
        other = driver_base.Handler(self.driver)
        listener.subscribe(other)

        self.driver.cleanup_host('host')

        self.assertEqual([other], listener.handlers)
        listener.shutdown.assert_not_called()

    def test_twice(self):
        self.driver.init_host('host')
        self.driver.cleanup_host('host')
        self.driver.cleanup_host('host')
        self.assert_disconnected()

    def test_without_init_host(self):
        self.driver.cleanup_host('host')
        self.assert_disconnected()

    def test_handler_without_stop(self):
        self.load_handler.return_value = driver_base.Handler
        self.driver.init_host('host')
        self.driver.cleanup_host('host')
        self.assert_disconnected()

    def test_handler_that_does_not_stop(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        error = RuntimeError('stuck')
        handler.stop = mock.Mock(side_effect=error)

        self.driver.cleanup_host('host')

        record, = self.logged(logging.ERROR)
        self.assertIs(error, record.exc_info[1])
        self.assert_disconnected()

    def test_handler_that_unsubscribed_itself(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        self.listeners[0].unsubscribe(handler)
        self.driver.cleanup_host('host')
        self.assertTrue(handler.stopped)
