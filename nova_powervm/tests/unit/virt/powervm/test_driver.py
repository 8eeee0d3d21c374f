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

import importlib.metadata
import inspect
import os
import sys

import ddt
import fixtures
from lxml import etree
import mock
from nova.compute import power_state
from nova.compute import provider_tree
from nova import exception
from nova.virt import driver as nova_driver
from nova.virt import event as virt_event
from nova.virt import hardware
from nova.virt import node as nova_node
from oslo_config import cfg
from oslo_utils.fixture import uuidsentinel as uuids
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import log_helper
from pypowervm.helpers import vios_busy
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system

from nova_powervm.tests import base
from nova_powervm.virt.powervm import driver
from nova_powervm.virt.powervm import session as pvm_session
from nova_powervm.virt.powervm import vm

INSTANCE_UUID = 'c1d5b3a0-29a9-4a44-8a0c-7fd6a1a5d2f3'
LPAR_UUID = '41D5B3A0-29A9-4A44-8A0C-7FD6A1A5D2F3'

SESSION_CLASS = pvm_session.Session


class Handler(pvm_adapter.WrapperEventHandler):
    """A handler as another package may offer it: it has no stop()."""

    def __init__(self, the_driver):
        self.driver = the_driver
        self.adapter = the_driver.adapter

    def process(self, events):
        pass


class StoppableHandler(Handler):

    stopped = False

    def stop(self):
        self.stopped = True


class Listener:
    """Keeps subscribers as pypowervm's does."""

    def __init__(self):
        self.handlers = []
        self.shutdown = mock.Mock()

    def subscribe(self, handler):
        self.handlers.append(handler)

    def unsubscribe(self, handler):
        if handler not in self.handlers:
            raise ValueError('not found')
        self.handlers.remove(handler)


class DriverTestCase(base.TestCase):
    """A driver whose session, systems and handler are stand-ins."""

    handler_class = StoppableHandler

    def setUp(self):
        super().setUp()
        self.system = mock.Mock(spec=managed_system.System, uuid='system-1')
        self.system.system_name = 'first'
        self.system.refresh.return_value = self.system
        self.sessions = []
        # What becomes of the listener of each session; the last for good.
        self.listeners = [Listener()]
        self.Session = self.patch(pvm_session, 'Session',
                                  side_effect=self.make_session)
        self.get_systems = self.patch(managed_system.System, 'get',
                                      return_value=[self.system])
        self.load_handler = self.patch(
            driver, '_load_handler_class', return_value=self.handler_class)
        self.driver = driver.PowerVMDriver(mock.sentinel.virtapi)

    def patch(self, target, name, **kwargs):
        patch = mock.patch.object(target, name, **kwargs)
        self.addCleanup(patch.stop)
        return patch.start()

    def make_session(self, **kwargs):
        session = mock.create_autospec(SESSION_CLASS, instance=True)
        listener = (self.listeners.pop(0) if len(self.listeners) > 1
                    else self.listeners[0])
        if isinstance(listener, Exception):
            session.get_event_listener.side_effect = listener
        else:
            session.get_event_listener.return_value = listener
        self.sessions.append(session)
        return session

    def assertClean(self):
        self.assertIsNone(self.driver.session)
        self.assertIsNone(self.driver.adapter)
        self.assertIsNone(self.driver.host_wrapper)


class InterfaceTestCase(DriverTestCase):
    """How nova sees the class."""

    def test_signatures(self):
        for name, method in vars(driver.PowerVMDriver).items():
            if name.startswith('_') or not inspect.isfunction(method):
                continue
            if name == 'renew_session':
                # The event handler's, not nova's.
                continue
            base_method = getattr(nova_driver.ComputeDriver, name)
            self.assertEqual(
                [(p.name, p.kind, p.default) for p in
                 inspect.signature(base_method).parameters.values()],
                [(p.name, p.kind, p.default) for p in
                 inspect.signature(method).parameters.values()], name)

    def test_capabilities(self):
        """It promises nothing that it does not do."""
        self.assertEqual([], [name for name, value in
                              self.driver.capabilities.items() if value])

    def test_loaded_by_nova(self):
        import nova.virt
        here = os.path.join(os.path.dirname(__file__), *[os.pardir] * 5,
                            'nova', 'virt')
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.__path__', [*nova.virt.__path__, here]))

        loaded = nova_driver.load_compute_driver(
            mock.sentinel.virtapi, 'powervm_ext.driver.PowerVMDriver')

        self.assertIs(driver.PowerVMDriver, type(loaded))

    def test_attributes_before_init_host(self):
        self.assertClean()
        self.assertIsNone(self.driver.nvram_mgr)

    def test_not_implemented(self):
        instance = base.make_instance(self.context)
        for method, args in (
                ('attach_volume', (self.context, {}, instance, '/dev/sda')),
                ('detach_volume', (self.context, {}, instance, '/dev/sda')),
                ('swap_volume', (self.context, {}, {}, instance, '/', 1)),
                ('extend_volume', (self.context, {}, instance, 1)),
                ('get_volume_connector', (instance,)),
                ('attach_interface', (self.context, instance, None, {})),
                ('detach_interface', (self.context, instance, {})),
                ('plug_vifs', (instance, [])),
                ('unplug_vifs', (instance, [])),
                ('snapshot', (self.context, instance, 'id', None)),
                ('suspend', (self.context, instance)),
                ('get_console_output', (self.context, instance))):
            self.assertRaises(NotImplementedError,
                              getattr(self.driver, method), *args)


class InitHostTestCase(DriverTestCase):

    def test_ready(self):
        self.flags(group='powervm', rest_port=4711, rest_connect_tries=7)

        self.driver.init_host('host')

        self.Session.assert_called_once_with(port=4711, conn_tries=7)
        session, = self.sessions
        self.assertIs(session, self.driver.session)
        self.assertIs(session, self.driver.adapter.session)
        self.assertEqual(
            [log_helper.log_helper, vios_busy.vios_busy_retry_helper],
            self.driver.adapter.helpers)
        self.assertIs(self.system, self.driver.host_wrapper)
        self.load_handler.assert_called_once_with('powervm')
        handler, = self.listeners[0].handlers
        self.assertIs(self.driver, handler.driver)
        # The handler could use the adapter from the beginning.
        self.assertIs(self.driver.adapter, handler.adapter)
        self.assertIn('first', self.log.output)

    def test_service_not_there(self):
        self.flags(group='powervm', rest_port=4711)
        self.Session.side_effect = pvm_exc.ConnectionError('refused')

        e = self.assertRaises(exception.HypervisorUnavailable,
                              self.driver.init_host, 'host')

        self.assertIn('localhost:4711', str(e))
        self.assertIn('refused', str(e))
        self.assertClean()

    def fail_systems(self, result):
        self.get_systems.side_effect = [result]
        e = self.assertRaises(exception.HypervisorUnavailable,
                              self.driver.init_host, 'host')
        self.assertIn('localhost:12080', str(e))
        self.assertClean()
        self.assertEqual([], self.listeners[0].handlers)
        return str(e)

    def test_no_managed_system(self):
        self.assertIn('none', self.fail_systems([]))

    def test_two_managed_systems(self):
        other = mock.Mock(spec=managed_system.System, uuid='system-2')
        other.system_name = 'second'
        message = self.fail_systems([self.system, other])
        for text in ('first', 'second', 'system-1', 'system-2'):
            self.assertIn(text, message)

    def test_managed_system_cannot_be_read(self):
        self.assertIn('too long', self.fail_systems(
            pvm_exc.TimeoutError('too long')))

    def test_answers_that_make_no_sense(self):
        for error in (etree.XMLSyntaxError('no XML', 0, 0, 0),
                      AttributeError("no attribute 'entries'")):
            for replacement in ({'Session': error}, {'listeners': [error]}):
                self.Session.side_effect = replacement.get(
                    'Session', self.make_session)
                self.listeners = replacement.get('listeners', [Listener()])
                self.assertRaises(exception.HypervisorUnavailable,
                                  self.driver.init_host, 'host')
                self.assertClean()

    def test_listener_fails_at_first(self):
        """With a new session: the id of the old one may now be taken."""
        good = Listener()
        self.listeners = [ValueError('Application id "x" not unique'),
                          pvm_exc.Error('no feed'), good]

        self.driver.init_host('host')

        self.assertEqual(3, len(self.sessions))
        self.assertIs(self.sessions[2], self.driver.session)
        self.assertEqual(1, len(good.handlers))
        self.assertIn('not unique', self.log.output)

    def test_listener_never_works(self):
        self.listeners = [ValueError('Application id "x" not unique')]

        e = self.assertRaises(exception.HypervisorUnavailable,
                              self.driver.init_host, 'host')

        self.assertEqual(3, len(self.sessions))
        self.assertIn('localhost:12080', str(e))
        self.assertIn('events', str(e))
        self.assertClean()

    def test_bad_option_value(self):
        # One that would be read only later.
        self.configure('[powervm]\nproc_units_factor = 7\n')
        e = self.assertRaises(cfg.ConfigFileValueError,
                              self.driver.init_host, 'host')
        self.assertIn('proc_units_factor', str(e))
        for name in 'proc_units_factor', 'event_delay', 'event_max_delay':
            self.configure('[powervm]\n%s = nan\n' % name)
            e = self.assertRaises(ValueError, self.driver.init_host, 'host')
            self.assertIn(name, str(e))
        self.configure('[powervm]\nevent_delay = 61\n')
        e = self.assertRaises(ValueError, self.driver.init_host, 'host')
        self.assertIn('event_max_delay', str(e))
        self.Session.assert_not_called()

    def test_handler_cannot_be_subscribed(self):
        handlers = []
        self.load_handler.return_value = lambda the_driver: (
            handlers.append(StoppableHandler(the_driver)) or handlers[0])
        self.listeners[0].subscribe = mock.Mock(
            side_effect=ValueError('Handler must be an EventHandler'))

        self.assertRaises(ValueError, self.driver.init_host, 'host')

        self.assertClean()
        self.assertTrue(handlers[0].stopped)

    def test_bare_lpars_are_announced(self):
        self.driver.init_host('host')
        self.assertNotIn('bare_lpars', self.log.output)
        self.flags(group='powervm', bare_lpars=True)
        self.driver.init_host('host')
        self.assertIn('bare_lpars', self.log.output)


class LoadHandlerTestCase(base.TestCase):

    def test_default(self):
        from nova_powervm.virt.powervm import event
        self.assertIs(event.PowerVMNovaEventHandler,
                      driver._load_handler_class('powervm'))

    def test_unknown(self):
        e = self.assertRaises(exception.InvalidConfiguration,
                              driver._load_handler_class, 'nowhere')
        self.assertIn("'nowhere'", str(e))
        self.assertIn('event_handler', str(e))
        for name in importlib.metadata.entry_points(
                group='nova_powervm.event_handlers').names:
            self.assertIn(name, str(e))

    def install(self, package, entry_point, code=''):
        """Make a package with one event handler importable."""
        folder = self.useFixture(fixtures.TempDir()).path
        with open(os.path.join(folder, package + '.py'), 'w') as f:
            f.write(code)
        metadata = os.path.join(folder, package + '-1.dist-info')
        os.mkdir(metadata)
        with open(os.path.join(metadata, 'METADATA'), 'w') as f:
            f.write(f'Metadata-Version: 2.1\nName: {package}\nVersion: 1\n')
        with open(os.path.join(metadata, 'entry_points.txt'), 'w') as f:
            f.write(f'[nova_powervm.event_handlers]\n{entry_point}\n')
        self.useFixture(fixtures.PythonPathEntry(folder))
        self.addCleanup(sys.modules.pop, package, None)

    def test_another_package_offers_one(self):
        self.install('other_package', 'other = other_package:OtherHandler',
                     'class OtherHandler:\n    pass\n')
        self.assertEqual('OtherHandler',
                         driver._load_handler_class('other').__name__)

    def invalid(self, name):
        e = self.assertRaises(exception.InvalidConfiguration,
                              driver._load_handler_class, name)
        self.assertIn(repr(name), str(e))
        return e

    def test_module_that_is_missing(self):
        self.install('other_package', 'other = missing_package:Handler')
        e = self.invalid('other')
        self.assertIn('missing_package:Handler', str(e))
        self.assertIsInstance(e.__cause__, ModuleNotFoundError)

    def test_module_that_raises(self):
        self.install('other_package', 'other = other_package:Handler',
                     "raise RuntimeError('raised at import')\n")
        self.assertIn('raised at import', str(self.invalid('other')))

    def test_class_that_is_missing(self):
        self.install('other_package', 'other = other_package:Handler')
        e = self.invalid('other')
        self.assertIsInstance(e.__cause__, AttributeError)

    def test_two_packages_offer_different_ones(self):
        self.install('package_1', 'other = package_1:Handler')
        self.install('package_2', 'other = package_2:Handler')
        e = self.invalid('other')
        self.assertIn('package_1:Handler', str(e))
        self.assertIn('package_2:Handler', str(e))

    def test_two_packages_offer_the_same(self):
        """A distribution that was installed under two names."""
        self.install('package_1', 'other = package_1:Handler',
                     'class Handler:\n    pass\n')
        self.install('package_2', 'other = package_1:Handler')
        self.assertEqual('Handler',
                         driver._load_handler_class('other').__name__)

    def test_init_host_needs_no_service_to_find_out(self):
        self.flags(group='powervm', event_handler='nowhere')
        with mock.patch.object(pvm_session, 'Session') as session:
            self.assertRaises(exception.InvalidConfiguration,
                              driver.PowerVMDriver(None).init_host, 'host')
        session.assert_not_called()


class RenewSessionTestCase(DriverTestCase):
    """Another session for one that NovaLink ended for good."""

    def setUp(self):
        super().setUp()
        self.old, self.new = Listener(), Listener()
        self.listeners = [self.old, self.new]
        self.driver.init_host('host')
        self.handler, = self.old.handlers

    def test_renewed(self):
        self.driver.renew_session()
        _, second = self.sessions
        self.assertIs(second, self.driver.session)
        self.assertIs(second, self.driver.adapter.session)
        self.assertEqual([], self.old.handlers)
        self.assertEqual([self.handler], self.new.handlers)
        self.assertFalse(self.handler.stopped)
        # Nobody waits for minutes on the handler's own thread.
        self.assertEqual(1, self.Session.call_args.kwargs['conn_tries'])
        self.assertIs(self.driver.adapter, self.get_systems.call_args.args[0])

    def test_not_renewed(self):
        adapter = self.driver.adapter
        for break_it in (
                lambda: setattr(self.Session, 'side_effect',
                                pvm_exc.ConnectionError('refused')),
                lambda: setattr(self.get_systems, 'return_value', [])):
            break_it()
            self.assertRaises(exception.HypervisorUnavailable,
                              self.driver.renew_session)
            self.Session.side_effect = self.make_session
            self.assertIs(self.sessions[0], self.driver.session)
            self.assertIs(adapter, self.driver.adapter)
            self.assertEqual([self.handler], self.old.handlers)

    def test_after_cleanup(self):
        self.driver.cleanup_host('host')
        self.driver.renew_session()
        self.assertClean()
        self.assertEqual([], self.new.handlers)

    def test_tried_once(self):
        """Who calls it does so again, and says so once."""
        self.listeners[0] = ValueError('Application id "x" not unique')
        sessions = len(self.sessions)
        self.assertRaises(exception.HypervisorUnavailable,
                          self.driver.renew_session)
        self.assertEqual(1, len(self.sessions) - sessions)
        self.assertNotIn('trying again', self.log.output)

    def test_while_the_system_is_refreshed(self):
        newest = mock.Mock(spec=managed_system.System, uuid='system-1')

        def refresh():
            # By the session that is lost meanwhile.
            stale = mock.Mock(spec=managed_system.System,
                              adapter=self.driver.adapter)
            self.get_systems.return_value = [newest]
            self.driver.renew_session()
            return stale

        self.system.refresh.side_effect = refresh
        with mock.patch.object(driver.pvm_host, 'available_resource') as read:
            self.driver.get_available_resource('host')
        self.assertIs(newest, self.driver.host_wrapper)
        read.assert_called_once_with(newest, 'host')


class RegisterEventListenerTestCase(DriverTestCase):
    """nova begins to take events: what it was told before, it did not."""

    def test_resync(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        handler.resync = mock.Mock()
        self.driver.register_event_listener(mock.Mock())
        handler.resync.assert_called_once_with()
        self.driver.register_event_listener(None)
        handler.resync.assert_called_once_with()

    def test_handler_without_resync(self):
        callback = mock.Mock()
        self.driver.register_event_listener(callback)
        self.driver.init_host('host')
        self.driver.register_event_listener(callback)
        lifecycle_event = virt_event.LifecycleEvent(
            INSTANCE_UUID, virt_event.EVENT_LIFECYCLE_STOPPED)
        self.driver.emit_event(lifecycle_event)
        callback.assert_called_once_with(lifecycle_event)


class CleanupHostTestCase(DriverTestCase):

    def test_only_our_handler(self):
        self.driver.init_host('host')
        listener = self.listeners[0]
        ours, = listener.handlers
        other = Handler(self.driver)
        listener.subscribe(other)

        self.driver.cleanup_host('host')

        self.assertEqual([other], listener.handlers)
        listener.shutdown.assert_not_called()
        self.assertTrue(ours.stopped)
        self.assertClean()

    def test_twice(self):
        self.driver.init_host('host')
        self.driver.cleanup_host('host')
        self.driver.cleanup_host('host')
        self.assertClean()

    def test_without_init_host(self):
        self.driver.cleanup_host('host')
        self.assertClean()

    def test_handler_without_stop(self):
        self.load_handler.return_value = Handler
        self.driver.init_host('host')
        self.driver.cleanup_host('host')
        self.assertEqual([], self.listeners[0].handlers)
        self.assertClean()

    def test_handler_that_does_not_stop(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        handler.stop = mock.Mock(side_effect=RuntimeError('stuck'))
        self.driver.cleanup_host('host')
        self.assertIn('stuck', self.log.output)
        self.assertClean()

    def test_handler_that_unsubscribed_itself(self):
        self.driver.init_host('host')
        handler, = self.listeners[0].handlers
        self.listeners[0].unsubscribe(handler)
        self.driver.cleanup_host('host')
        self.assertTrue(handler.stopped)

    def test_init_host_again(self):
        self.driver.init_host('host')
        self.driver.cleanup_host('host')
        self.driver.init_host('host')
        self.assertEqual(2, len(self.sessions))
        self.assertEqual(1, len(self.listeners[0].handlers))

    def test_init_host_twice(self):
        """A handler left behind would poll for ever."""
        first, second = Listener(), Listener()
        self.listeners = [first, second]
        self.driver.init_host('host')
        self.driver.init_host('host')
        self.assertEqual([], first.handlers)
        self.assertEqual(1, len(second.handlers))


class InstanceTestCase(DriverTestCase):
    """A driver that is ready, and an instance."""

    def setUp(self):
        super().setUp()
        self.driver.init_host('host')
        self.instance = base.make_instance(self.context, uuid=INSTANCE_UUID)
        self.calls = mock.Mock()
        for name in ('create_lpar', 'delete_lpar', 'power_on', 'power_off',
                     'reboot', 'get_vm_info', 'instance_exists'):
            self.calls.attach_mock(
                self.patch(vm, name, autospec=True), name)


class SpawnTestCase(InstanceTestCase):

    def setUp(self):
        super().setUp()
        self.flags(group='powervm', bare_lpars=True)

    def spawn(self, **kwargs):
        self.driver.spawn(self.context, self.instance, None, [], None, {},
                          **kwargs)

    def created(self):
        return mock.call.create_lpar(self.driver.adapter, self.system,
                                     self.instance)

    def powered_on(self):
        return mock.call.power_on(self.driver.adapter, self.instance)

    def destroyed(self):
        return [mock.call.power_off(self.driver.adapter, self.instance),
                mock.call.delete_lpar(self.driver.adapter, self.instance)]

    def test_refused(self):
        self.flags(group='powervm', bare_lpars=False)
        e = self.assertRaises(exception.BuildAbortException, self.spawn)
        for text in ('disks', 'network adapters', '[powervm] bare_lpars',
                     INSTANCE_UUID):
            self.assertIn(text, str(e))
        self.assertEqual([], self.calls.mock_calls)

    def test_created_and_started(self):
        newer = mock.Mock(spec=managed_system.System,
                          adapter=self.driver.adapter)
        self.system.refresh.return_value = newer
        self.spawn(network_info=[mock.sentinel.vif])
        self.system = newer
        self.assertEqual([self.created(), self.powered_on()],
                         self.calls.mock_calls)
        # Nobody shall think that the port was connected.
        self.assertIn('not connected', self.log.output)

    def test_not_started(self):
        self.spawn(power_on=False)
        self.assertEqual([self.created()], self.calls.mock_calls)

    def test_not_created(self):
        error = exception.InstanceDeployFailure(reason='full')
        self.calls.create_lpar.side_effect = error
        self.assertIs(error, self.assertRaises(
            exception.InstanceDeployFailure, self.spawn))
        self.assertEqual([self.created()], self.calls.mock_calls)

    def test_start_fails(self):
        error = exception.InstancePowerOnFailure(reason='no units')
        self.calls.power_on.side_effect = error
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOnFailure, self.spawn))
        self.assertEqual(
            [self.created(), self.powered_on(), *self.destroyed()],
            self.calls.mock_calls)

    def test_start_and_deletion_fail(self):
        error = exception.InstancePowerOnFailure(reason='no units')
        self.calls.power_on.side_effect = error
        self.calls.delete_lpar.side_effect = (
            exception.InstanceTerminationFailure(reason='busy'))
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOnFailure, self.spawn))
        self.assertIn('busy', self.log.output)

    def test_lpar_disappears(self):
        """nova would take InstanceNotFound for its user's deletion."""
        self.calls.power_on.side_effect = exception.InstanceNotFound(
            instance_id=INSTANCE_UUID)
        self.assertRaises(exception.InstanceDeployFailure, self.spawn)


class DestroyTestCase(InstanceTestCase):

    def destroy(self):
        self.driver.destroy(self.context, self.instance, [])

    def names(self):
        return [call[0] for call in self.calls.mock_calls]

    def test_destroyed(self):
        self.destroy()
        self.assertEqual(
            [mock.call.power_off(self.driver.adapter, self.instance),
             mock.call.delete_lpar(self.driver.adapter, self.instance)],
            self.calls.mock_calls)

    def test_gone(self):
        self.calls.power_off.side_effect = exception.InstanceNotFound(
            instance_id=INSTANCE_UUID)
        self.destroy()
        self.assertEqual(['power_off'], self.names())

    def test_goes_meanwhile(self):
        self.calls.power_off.side_effect = (
            exception.InstancePowerOffFailure(reason='404'))
        self.calls.instance_exists.return_value = False
        self.destroy()

    def test_does_not_power_off(self):
        error = exception.InstancePowerOffFailure(reason='stuck')
        self.calls.power_off.side_effect = error
        self.calls.instance_exists.return_value = True
        self.assertIs(error, self.assertRaises(
            exception.InstancePowerOffFailure, self.destroy))
        self.assertNotIn('delete_lpar', self.names())

    def test_cannot_be_deleted(self):
        self.calls.delete_lpar.side_effect = (
            exception.InstanceTerminationFailure(reason='busy'))
        self.assertRaises(exception.InstanceTerminationFailure, self.destroy)

    def test_cleanup_leaves_nothing_to_do(self):
        self.driver.cleanup(self.context, self.instance, [])
        self.assertEqual([], self.calls.mock_calls)


class PowerTestCase(InstanceTestCase):

    def test_power_on(self):
        self.driver.power_on(self.context, self.instance, [])
        self.calls.power_on.assert_called_once_with(self.driver.adapter,
                                                    self.instance)

    def test_power_off(self):
        self.driver.power_off(self.instance)
        self.driver.power_off(self.instance, 60, 10)
        self.assertEqual(
            [mock.call.power_off(self.driver.adapter, self.instance, 0, 0),
             mock.call.power_off(self.driver.adapter, self.instance, 60, 10)],
            self.calls.mock_calls)

    def reboot(self, reboot_type):
        self.driver.reboot(self.context, self.instance, [], reboot_type)

    def rebooted(self, hard, timeout):
        self.calls.reboot.assert_called_once_with(
            self.driver.adapter, self.instance, hard=hard, timeout=timeout)

    def test_soft_reboot(self):
        self.flags(shutdown_timeout=33)
        self.reboot('SOFT')
        self.rebooted(False, 33)

    def test_soft_reboot_by_the_image(self):
        self.instance.system_metadata['image_os_shutdown_timeout'] = '240'
        self.reboot('SOFT')
        self.rebooted(False, 240)

    def test_hard_reboot(self):
        self.reboot('HARD')
        self.rebooted(True, mock.ANY)


@ddt.ddt
class AgreementTestCase(InstanceTestCase):
    """What the event handler knows of an LPAR ends when nova acts on it."""

    def setUp(self):
        super().setUp()
        self.flags(group='powervm', bare_lpars=True)
        self.driver._event_handler = self.handler = mock.Mock(
            spec=['process', 'forget_agreement'])
        self.lpar = vm.get_pvm_uuid(self.instance)

    def act(self, operation):
        arguments = {
            'spawn': (self.context, self.instance, None, [], None, {}),
            'destroy': (self.context, self.instance, []),
            'power_on': (self.context, self.instance, []),
            'power_off': (self.instance,),
            'reboot': (self.context, self.instance, [], 'HARD')}[operation]
        getattr(self.driver, operation)(*arguments)

    @ddt.data(('spawn', 'power_on'), ('destroy', 'power_off'),
              ('power_on', 'power_on'), ('power_off', 'power_off'),
              ('reboot', 'reboot'))
    @ddt.unpack
    def test_is_dropped_before_and_after(self, operation, call):
        forgot = []
        getattr(self.calls, call).side_effect = lambda *_, **__: (
            forgot.append(self.handler.forget_agreement.call_count))
        self.act(operation)
        self.assertEqual([1], forgot)
        self.assertEqual([mock.call(self.lpar)] * 2,
                         self.handler.forget_agreement.call_args_list)

    def test_is_dropped_after_a_failure(self):
        self.calls.power_on.side_effect = exception.InstancePowerOnFailure(
            reason='no')
        self.assertRaises(exception.InstancePowerOnFailure, self.act,
                          'power_on')
        self.assertEqual(2, self.handler.forget_agreement.call_count)

    def test_handler_that_knows_nothing(self):
        self.driver._event_handler = Handler(self.driver)
        self.act('power_on')
        self.calls.power_on.assert_called_once()


class InformationTestCase(InstanceTestCase):

    def test_get_info(self):
        info = hardware.InstanceInfo(power_state.RUNNING)
        self.calls.get_vm_info.return_value = info
        self.assertIs(info, self.driver.get_info(self.instance))
        self.assertIs(info, self.driver.get_info(self.instance,
                                                 use_cache=False))

    def test_get_info_tells_failures(self):
        for error in (exception.InstanceNotFound(instance_id=INSTANCE_UUID),
                      pvm_exc.ConnectionError('refused')):
            self.calls.get_vm_info.side_effect = error
            self.assertIs(error, self.assertRaises(
                type(error), self.driver.get_info, self.instance))

    def test_instance_exists(self):
        self.calls.instance_exists.return_value = mock.sentinel.answer
        self.assertIs(mock.sentinel.answer,
                      self.driver.instance_exists(self.instance))

    def test_lists(self):
        lpars = [mock.Mock(uuid=LPAR_UUID), mock.Mock(
            uuid='0C8BC782-E312-40F7-ACAD-81EB3B9FB06D')]
        lpars[0].name, lpars[1].name = 'instance-1', 'foreign'
        self.patch(vm, 'get_lpars', return_value=lpars)

        self.assertEqual(['instance-1', 'foreign'],
                         self.driver.list_instances())
        self.assertEqual(2, self.driver.get_num_instances())
        self.assertEqual(
            {LPAR_UUID.lower(), INSTANCE_UUID,
             '0c8bc782-e312-40f7-acad-81eb3b9fb06d',
             '8c8bc782-e312-40f7-acad-81eb3b9fb06d'},
            set(self.driver.list_instance_uuids()))

    def test_lists_tell_failures(self):
        self.patch(vm, 'get_lpars', side_effect=pvm_exc.Error('down'))
        self.assertRaises(pvm_exc.Error, self.driver.list_instances)
        self.assertRaises(pvm_exc.Error, self.driver.list_instance_uuids)


class HostTestCase(DriverTestCase):
    """With the captured responses of real machines."""

    def setUp(self):
        super().setUp()
        self.adapter = mock.create_autospec(pvm_adapter.Adapter,
                                            instance=True)
        # 8 processors; 88,832 of 98,304 MiB free, 1,280 the hypervisor's.
        self.system = managed_system.System.wrap(pvmhttp.load_pvm_resp(
            'managedsystem.txt', self.adapter).get_response())[1]
        self.get_systems.return_value = [self.system]
        self.driver.init_host('host')

    def test_node(self):
        self.assertEqual(['host'], self.driver.get_available_nodes())
        self.assertTrue(self.driver.node_is_available('host'))

    def test_node_uuid_outlives_a_restart(self):
        state_path = self.useFixture(fixtures.TempDir()).path
        self.flags(state_path=state_path)
        self.useFixture(fixtures.MonkeyPatch(
            'nova.virt.node.LOCAL_NODE_UUID', None))
        nova_node.write_local_node_uuid(uuids.node)

        self.assertEqual({uuids.node: 'host'},
                         self.driver.get_nodenames_by_uuid())

    def test_available_resource_is_fresh(self):
        newer = managed_system.System.wrap(pvmhttp.load_pvm_resp(
            'managedsystem.txt', self.adapter).get_response())[2]
        self.driver.adapter = newer.adapter
        with mock.patch.object(managed_system.System, 'refresh',
                               return_value=newer):
            resource = self.driver.get_available_resource('host')

        self.assertIs(newer, self.driver.host_wrapper)
        self.assertEqual(98304 - 76032, resource['memory_mb_used'])
        self.assertEqual('host', resource['hypervisor_hostname'])

    def update_provider_tree(self, inventory=None):
        tree = provider_tree.ProviderTree()
        tree.new_root('host', uuids.node)
        tree.update_inventory('host', inventory or {})
        self.driver.update_provider_tree(tree, 'host')
        return tree.data('host').inventory

    def test_provider_tree(self):
        self.flags(reserved_host_memory_mb=1000, reserved_host_cpus=2,
                   initial_cpu_allocation_ratio=3.0,
                   ram_allocation_ratio=1.25)
        self.assertEqual({
            'VCPU': {'total': 8, 'reserved': 2, 'min_unit': 1, 'max_unit': 8,
                     'step_size': 1, 'allocation_ratio': 3.0},
            'MEMORY_MB': {'total': 98304, 'reserved': 2280, 'min_unit': 1,
                          'max_unit': 98304, 'step_size': 256,
                          'allocation_ratio': 1.25},
        }, self.update_provider_tree())

    def test_provider_tree_keeps_an_operators_ratio(self):
        inventory = self.update_provider_tree(
            {'VCPU': {'total': 8, 'allocation_ratio': 7.0},
             'DISK_GB': {'total': 8, 'allocation_ratio': 1.0}})
        self.assertEqual(7.0, inventory['VCPU']['allocation_ratio'])
        self.assertNotIn('DISK_GB', inventory)

    def mgmt_lpar(self, **attributes):
        lpar = mock.Mock(spec=logical_partition.LPAR, uuid=LPAR_UUID,
                         **attributes)
        self.search = self.patch(logical_partition.LPAR, 'search',
                                 return_value=[lpar])
        self.get = self.patch(logical_partition.LPAR, 'get',
                              return_value=lpar)

    def test_uptime(self):
        self.mgmt_lpar(uptime=1185681)
        for _ in range(2):
            self.assertEqual('management partition up 13 days, 17:21:21',
                             self.driver.get_host_uptime())
        # Reading all LPARs once is enough.
        self.search.assert_called_once_with(self.driver.adapter,
                                            is_mgmt_partition=True)
        self.get.assert_called_with(self.driver.adapter, uuid=LPAR_UUID)

    def test_uptime_that_is_not_told(self):
        self.mgmt_lpar(uptime=None)
        self.assertRaises(NotImplementedError, self.driver.get_host_uptime)

    def test_uptime_without_management_partition(self):
        self.patch(logical_partition.LPAR, 'search', return_value=[])
        self.assertRaises(NotImplementedError, self.driver.get_host_uptime)
