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

"""A world in memory around the real event module, on a clock of its own."""

import mock
from nova.compute import power_state
from nova.compute import vm_states
from nova import objects
from nova.virt import event as virt_event
from oslo_config import cfg
from oslo_serialization import jsonutils
from oslo_utils import uuidutils
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import entities
from pypowervm import exceptions as pvm_exceptions
from pypowervm.wrappers import event as pvm_event

from nova_powervm.tests import base
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import opts
from nova_powervm.virt.powervm import vm

HOST = 'this-host'
# Seconds from an event until its LPAR is looked at: the delay, and a tenth of
# it in which others may join.
DELAY = 16.5
SYSTEM = '98498bed-c78a-3a4f-b90a-4b715418fcb6'
URI = ('http://localhost:12080/rest/api/uom/ManagedSystem/' + SYSTEM +
       '/LogicalPartition/')


def make_conf(**options):
    """Return a configuration with the event options and a host's name."""
    conf = cfg.ConfigOpts()
    conf.register_opt(cfg.StrOpt('host', default=HOST))
    opts.register_opts(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    for name, value in options.items():
        conf.set_override(name, value, group='powervm')
    return conf


def make_event(data, detail='PartitionState,Other', etype='MODIFY_URI'):
    """Return a real pypowervm Event wrapper; None leaves an element out."""
    children = [entities.Element(tag, None, text=text)
                for tag, text in (('EventType', etype), ('EventID', '1'),
                                  ('EventData', data),
                                  ('EventDetail', detail))
                if text is not None]
    entry = entities.Entry(
        {}, entities.Element('Event', None, children=children).element, None)
    return pvm_event.Event.wrap(entry)


def http_error(status, path='/rest/api/uom/LogicalPartition'):
    """Return the error that pypowervm raises for an HTTP status."""
    response = pvm_adapter.Response('GET', path, status, 'No', {}, body='')
    if status == const.HTTPStatus.NOT_FOUND:
        return pvm_exceptions.HttpNotFound(response)
    return pvm_exceptions.HttpError(response)


class Clock:
    """A monotonic clock that moves when it is told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class FakeAdapter:
    """Answers the reads that the module makes, and remembers them."""

    helpers = ()

    def __init__(self, lpars):
        self.lpars = lpars
        self.reads = []
        self.hidden = set()
        #: read kind -> exception to raise, or body to answer
        self.answers = {}

    def read(self, root_type, root_id=None, suffix_type=None,
             suffix_parm=None, **kwargs):
        kind = root_id or suffix_parm or 'feed'
        self.reads.append(kind)
        answer = self.answers.get(kind, self.answers.get('any'))
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return mock.Mock(body=answer)
        if root_id:
            if root_id not in self.lpars:
                raise http_error(404)
            return mock.Mock(body=jsonutils.dumps(self.lpars[root_id]))
        if kind == 'All':
            return mock.Mock(body=jsonutils.dumps(
                [{'UUID': uuid, 'PartitionState': state}
                 for uuid, state in self.lpars.items()
                 if uuid not in self.hidden]))
        return [mock.Mock(uuid=uuid.lower(), state=state)
                for uuid, state in self.lpars.items()
                if uuid not in self.hidden]


class World(base.TestCase):
    """A test with LPARs, nova's instances, a driver and the real module."""

    def setUp(self):
        super().setUp()
        self.clock = Clock()
        self.lpars = {}
        self.instances = {}
        self.adapter = FakeAdapter(self.lpars)
        self.driver = mock.Mock(adapter=self.adapter, nvram_mgr=None)
        self.emitted = []
        self.driver.emit_event.side_effect = self.emit
        self.lookups = []
        self.host_reads = 0
        self.lookup_error = None
        #: whether nova takes events
        self.listening = True
        self.jitter = 0.0
        self.threads = []
        patcher = mock.patch.object(
            objects.InstanceList, 'get_by_filters', self._get_by_filters)
        patcher.start()
        self.addCleanup(patcher.stop)
        patcher = mock.patch.object(
            objects.InstanceList, 'get_by_host',
            lambda *args, **kwargs: self._get_by_host(*args, **kwargs))
        patcher.start()
        self.addCleanup(patcher.stop)
        patcher = mock.patch(
            'nova_powervm.virt.powervm.lifecycle.listing.'
            'logical_partition.LPAR.wrap', side_effect=lambda feed: feed)
        patcher.start()
        self.addCleanup(patcher.stop)
        self.handler = self.make_handler()

    def make_handler(self, **options):
        """Make a handler that has done the resync of its start."""
        handler = self.start_handler(**options)
        adapter, self.driver.adapter = self.driver.adapter, FakeAdapter({})
        self.clock.now += 1000
        with mock.patch.object(self, '_get_by_host', return_value=[]):
            handler.lifecycle.run_due()
        self.driver.adapter = adapter
        return handler

    def start_handler(self, **options):
        """Make a handler that has yet to do the resync of its start."""
        handler = event.PowerVMNovaEventHandler(
            self.driver, conf=make_conf(**options), clock=self.clock,
            thread_factory=self._thread,
            jitter=lambda: self.jitter)
        self.addCleanup(handler.stop)
        return handler

    def _thread(self, **kwargs):
        self.threads.append(kwargs['name'])
        return mock.Mock(**{'is_alive.return_value': False})

    def _get_by_filters(self, context, filters, expected_attrs):
        self.assertTrue(context.is_admin)
        hidden = filters.get('hidden', False)
        self.assertEqual({'uuid', 'deleted', 'soft_deleted'},
                         set(filters) - {'hidden'})
        self.assertIs(False, filters['deleted'])
        self.assertIs(True, filters['soft_deleted'])
        self.assertEqual([], expected_attrs)
        self.lookups.append(list(filters['uuid']))
        if self.lookup_error:
            raise self.lookup_error
        return [instance for uuid, instance in self.instances.items()
                if uuid in filters['uuid'] and instance.hidden is hidden]

    def _get_by_host(self, context, host, expected_attrs):
        self.assertTrue(context.is_admin)
        self.assertEqual(HOST, host)
        self.assertEqual([], expected_attrs)
        self.host_reads += 1
        if self.lookup_error:
            raise self.lookup_error
        return [instance for instance in self.instances.values()
                if instance.host == host]

    def emit(self, lifecycle_event):
        """Take an event as nova's manager does, which asks the hypervisor."""
        uuid = lifecycle_event.get_instance_uuid()
        transition = lifecycle_event.get_transition()
        self.emitted.append((uuid, transition))
        state = self.lpars.get(instances.lpar_uuid(uuid))
        if self.listening and (
                vm.POWERVM_TO_NOVA_STATE.get(state) == TOLD[transition]):
            self.instances[uuid].power_state = TOLD[transition]
            self.instances[uuid].vm_state = VM_STATES[TOLD[transition]]

    def add(self, state='running', power=power_state.RUNNING, host=HOST,
            task_state=None, high_bit=False, instance=True, vm_state=None):
        """Add an LPAR and, with ``instance``, nova's record of it."""
        uuid = uuidutils.generate_uuid()
        lpar = '%x%s' % (int(uuid[0], 16) & 7, uuid[1:])
        self.lpars[lpar.upper()] = state
        if instance:
            if high_bit:
                lpar_uuid = lpar
                uuid = '%x%s' % (int(lpar_uuid[0], 16) | 8, lpar_uuid[1:])
            else:
                uuid = lpar
            self.instances[uuid] = objects.Instance(
                uuid=uuid, host=host, task_state=task_state,
                power_state=power, hidden=False,
                vm_state=vm_state or VM_STATES.get(power, vm_states.ERROR))
        return lpar.upper()

    def instance(self, lpar):
        """Return nova's record of an LPAR."""
        uuid = lpar.lower()
        high = '%x%s' % (int(uuid[0], 16) | 8, uuid[1:])
        return self.instances.get(uuid) or self.instances[high]

    def send(self, *lpars, **kwargs):
        """Send an event for each LPAR, in one answer to a poll."""
        self.handler.process([make_event(URI + lpar, **kwargs)
                              for lpar in lpars])

    def run_due(self):
        """Do what the module's threads would do now."""
        self.handler.lifecycle.run_due()

    def advance(self, seconds):
        """Let time pass and do what is due at the end of it."""
        self.clock.now += seconds
        self.run_due()

    def count(self, name):
        """Return one of the module's statistics."""
        return self.handler.statistics.as_dict()[name]

    def assertEmitted(self, *expected):
        """Compare what was emitted with (LPAR, transition) pairs."""
        self.assertEqual(
            sorted((self.instance(lpar).uuid, transition)
                   for lpar, transition in expected), sorted(self.emitted))


#: vm_states in which nova agrees to a power state, once its own work is done.
VM_STATES = {power_state.RUNNING: vm_states.ACTIVE,
             power_state.SHUTDOWN: vm_states.STOPPED,
             power_state.SUSPENDED: vm_states.SUSPENDED}
STARTED = virt_event.EVENT_LIFECYCLE_STARTED
STOPPED = virt_event.EVENT_LIFECYCLE_STOPPED
SUSPENDED = virt_event.EVENT_LIFECYCLE_SUSPENDED
TOLD = {STARTED: power_state.RUNNING, STOPPED: power_state.SHUTDOWN,
        SUSPENDED: power_state.SUSPENDED}
