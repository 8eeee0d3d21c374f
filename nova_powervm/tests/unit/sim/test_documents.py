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

"""Compares what we render with what pypowervm has captured."""

from lxml import etree
import mock
from pypowervm import adapter
from pypowervm import entities
from pypowervm.tests import test_fixtures
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import event as event_wrapper
from pypowervm.wrappers import http_error
from pypowervm.wrappers import job as job_wrapper
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import management_console
import testtools

from nova_powervm.sim import atom
from nova_powervm.sim import errors
from nova_powervm.sim import event_document
from nova_powervm.sim import events
from nova_powervm.sim import job_document
from nova_powervm.sim import jobs
from nova_powervm.sim import logon
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_document
from nova_powervm.sim import system_document
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

API = 'http://localhost:12080/rest/api/uom'
UUID = '1E6FC741-6253-4B69-B88B-8A44BED92145'
SHARED = lpar_mod.Config(
    name='one', uuid=UUID, memory=lpar_mod.Memory(2048, 1024, 4096),
    processors=lpar_mod.Processors(
        desired=2, minimum=1, maximum=4, units=0.5, min_units=0.1,
        max_units=1.5, weight=128, pool_id=1))


def _entry(root):
    """What pypowervm makes of an entry."""
    response = adapter.Response('GET', '/rest/api/uom/x', 200, 'OK', {},
                                body=atom.serialize(root).decode())
    response.adapter = mock.sentinel.adapter
    response._unmarshal_atom()
    return response


class AtomTestCase(testtools.TestCase):

    def _document(self):
        return atom.document('Event', [], atom_id=UUID)

    def test_feed_and_entry(self):
        entry = atom.entry(self._document(), UUID, API, '2')
        theirs = captured.load('event_feed.txt')
        ours = atom.feed(API, [entry])
        ours[-1][-1].clear()
        self.assertEqual([], [
            what for what in captured.differences(ours, [theirs])
            if not what.startswith('/entry/content')])
        self.assertEqual(captured.names(theirs)[:5], captured.names(ours))

    def test_error(self):
        ours = atom.error(412, '/rest/api/uom/LogicalPartition', 'Changed.')
        self.assertEqual([], captured.differences(
            ours, [captured.load('fake_httperror.txt')]))

    def test_pypowervm_reads_an_error(self):
        found = http_error.HttpError.wrap(
            _entry(atom.error(412, '/path', 'Changed.')))
        self.assertEqual((412, 'Precondition Failed', 'Changed.'),
                         (found.status, found.reason_code, found.message))

    def test_text_is_escaped(self):
        root = atom.error(404, '/<&>"', '<&>"\u20ac')
        again = etree.fromstring(atom.serialize(root))
        self.assertEqual('<&>"\u20ac', again.findtext('.//{*}Message'))

    def test_no_declaration(self):
        # lxml refuses to parse str that has one; pypowervm parses str.
        etree.fromstring(atom.serialize(self._document()).decode())

    def test_parse_expands_no_entities(self):
        body = (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
                b'<x>&e;</x>')
        self.assertIsNone(atom.parse(body).text)

    def test_parse_nonsense(self):
        for body in (b'', b'<x', b'{}'):
            self.assertRaises(ValueError, atom.parse, body)


class LogonTestCase(testtools.TestCase):

    def test_response(self):
        self.assertEqual([], captured.differences(
            logon.response('/tmp/x'), [captured.load('logon_file.xml')]))


class EventDocumentTestCase(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.events = [events.Event(1473962006548, 'MODIFY_URI', API, 'Other'),
                       events.Event(1473962006549, 'NEW_CLIENT', '', '')]
        self.feed = atom.feed(API + '/Event',
                              event_document.entries(self.events, API))

    def test_like_captured(self):
        theirs = [captured.load(name)
                  for name in ('event_feed.txt', 'event.xml')]
        self.assertEqual([], captured.differences(self.feed, theirs))
        for part in ('entry', 'entry/{*}content/{*}Event'):
            ours = self.feed.find('{*}' + part)
            self.assertEqual(captured.names(theirs[0].find('{*}' + part)),
                             captured.names(ours))

    def test_pypowervm_reads_it(self):
        found = event_wrapper.Event.wrap(_entry(self.feed))
        self.assertEqual(
            [('MODIFY_URI', '1473962006548', API, 'Other'),
             ('NEW_CLIENT', '1473962006549', None, None)],
            [(event.etype, event.eid, event.data, event.detail)
             for event in found])

    def test_each_has_its_own_id(self):
        self.assertEqual(2, len({
            entry.findtext('{*}id')
            for entry in self.feed.iterfind('{*}entry')}))

    def test_parse(self):
        sent = event_wrapper.Event.bld(None, 'data', 'detail')
        self.assertEqual(('data', 'detail'),
                         event_document.parse(sent.toxmlstring()))

    def test_parse_something_else(self):
        self.assertRaises(ValueError, event_document.parse, b'<x/>')


class LparDocumentTestCase(testtools.TestCase):

    # Profiles and pools are the HMC's; adapters, NVRAM, persistent memory,
    # progress and what only IBM i has are not simulated; of the rest pypowervm
    # reads nothing.
    LEFT_OUT = (
        'AssociatedPartitionProfile',
        'CurrentAllocatedBarrierSynchronizationRegisterArrays',
        'PartitionProfiles', 'ProcessorPool', 'ProgressState',
        'HostEthernetAdapterLogicalPort', 'ReferenceCodeFull',
        'AssociatedPersistentMemoryConfiguration',
        'VirtualSCSIClientAdapters', 'ResourceMonitoringIPAddress',
        'ClientNetworkAdapters', 'MACAddressPrefix', 'IsCallHomeEnabled',
        'VirtualFibreChannelClientAdapters', 'PartitionNVRAM',
        'HostEthernetAdapterLogicalPorts', 'PowerOnWithHypervisor',
        'HasDedicatedProcessorsForMigration', 'UsesHighSpeedLinkOpticonnect',
        'UsesVirtualOpticonnect', 'IsRestrictedIOPartition',
        'DesignatedIPLSource')

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()
        self.measure = [
            content for name in ('lpar.txt', 'lpar_ibmi.txt',
                                 'fake_vios_hosting_vios_feed.txt')
            for content in captured.contents(captured.load(name))]
        # One was added to an older capture, and not in its place.
        for uptime in self.measure[20].findall('{*}Uptime'):
            self.measure[20].remove(uptime)

    def _document(self, config=SHARED, state='running'):
        lpar = self.host.create(config, state)
        return lpar_document.entry(lpar, self.host, API + '/x')

    def _wrapper(self, *args):
        return logical_partition.LPAR.wrap(_entry(self._document(*args)))

    def test_like_captured(self):
        for name, dedicated in (('shared', False), ('dedicated', True)):
            document = self._document(lpar_mod.Config(
                name=name,
                processors=lpar_mod.Processors(dedicated=dedicated)))
            self.assertEqual([], captured.differences(
                document.find('{*}content')[0], self.measure))

    def test_left_out(self):
        lpars = [content for content in self.measure
                 if content.tag.endswith('}LogicalPartition')]
        ours = self._document().find('{*}content')[0]
        self.assertEqual(list(self.LEFT_OUT),
                         captured.left_out(ours, lpars))

    def test_order_is_that_of_the_schema(self):
        content = self._document().find('{*}content')[0]
        names = captured.names(content)
        order = list(self._wrapper(lpar_mod.Config(name='two')).child_order)
        places = [order.index(name) for name in names]
        self.assertEqual(sorted(places), places)

    def test_pypowervm_reads_it(self):
        lpar = self._wrapper()
        self.assertEqual(
            ('one', UUID, UUID, 2, 'running', 'AIX/Linux', 'inactive', 0,
             'Unknown', 127, False, False),
            (lpar.name, lpar.uuid, lpar.partition_uuid, lpar.id, lpar.state,
             lpar.env, lpar.rmc_state, lpar.uptime, lpar.operating_system,
             lpar.avail_priority, lpar.is_mgmt_partition,
             lpar.is_service_partition))
        self.assertEqual(self.host.uuid, lpar.assoc_sys_uuid)
        self.assertEqual(API + '/x', lpar.href)
        memory, cpu = lpar.mem_config, lpar.proc_config.shared_proc_cfg
        self.assertEqual((2048, 1024, 4096, 2048),
                         (memory.desired, memory.min, memory.max,
                          memory.current))
        self.assertEqual(
            (2, 1, 4, 0.5, 0.1, 1.5, 128, 1),
            (cpu.desired_virtual, cpu.min_virtual, cpu.max_virtual,
             cpu.desired_units, cpu.min_units, cpu.max_units,
             cpu.uncapped_weight, cpu.pool_id))
        self.assertFalse(lpar.proc_config.has_dedicated)
        self.assertEqual(64, lpar.io_config.max_virtual_slots)

    def test_every_property_can_be_read(self):
        for lpar in (self._wrapper(), self._wrapper(lpar_mod.Config(
                name='two', processors=lpar_mod.Processors(dedicated=True)))):
            for kind in (base_partition.BasePartition,
                         logical_partition.LPAR):
                for name, value in vars(kind).items():
                    # The others are deprecated or of a group of their own.
                    if (isinstance(value, property) and
                            not name.startswith(('nvram', 'rr_'))):
                        getattr(lpar, name)

    def test_parse_takes_what_we_render(self):
        config = lpar_document.parse(
            etree.tostring(self._document().find('{*}content')[0]))
        self.assertEqual(2, config.lpar_id)
        config.lpar_id = SHARED.lpar_id
        self.assertEqual(SHARED, config)

    def test_parse_nonsense(self):
        for body in (b'', b'<x/>', b'<LogicalPartition xmlns="%s"/>' %
                     atom.UOM_NS.encode()):
            exc = self.assertRaises(errors.RestError, lpar_document.parse,
                                    body)
            self.assertEqual(400, exc.status)

    def test_parse_bad_values(self):
        for name, value in (('DesiredMemory', 'much'),
                            ('DesiredProcessingUnits', 'few'),
                            ('PartitionID', '')):
            content = self._document(lpar_mod.Config(name=name)).find(
                '{*}content')[0]
            content.find('.//{*}' + name).text = value
            exc = self.assertRaises(errors.RestError, lpar_document.parse,
                                    etree.tostring(content))
            self.assertIn(name, exc.message)


class LparBuilderTestCase(testtools.TestCase):
    """What pypowervm's builder makes of our host, and we of its LPARs."""

    def setUp(self):
        super().setUp()
        self.adapter = self.useFixture(
            test_fixtures.AdapterFx(traits=test_fixtures.LocalPVMTraits)).adpt
        host = fakes.make_host()
        self.system = managed_system.System.wrap(
            _entry(system_document.managed_system(host, host.url)))

    def _parse(self, **attrs):
        attrs = {'name': 'one', 'memory': 1024, 'vcpu': 2, **attrs}
        builder = lpar_builder.LPARBuilder(
            self.adapter, attrs, lpar_builder.DefaultStandardize(self.system))
        return lpar_document.parse(builder.build().toxmlstring())

    def test_defaults(self):
        config = self._parse()
        self.assertEqual(('one', None, None), (config.name, config.uuid,
                                               config.lpar_id))
        self.assertEqual(lpar_mod.Memory(1024, 1024, 1024), config.memory)
        self.assertEqual(
            lpar_mod.Processors(desired=2, minimum=2, maximum=2, units=1.0,
                                min_units=1.0, max_units=1.0),
            config.processors)

    def test_uuid_and_more(self):
        config = self._parse(
            uuid=UUID.lower(), id=9, min_mem=512, max_mem=2048, min_vcpu=1,
            max_vcpu=3, proc_units=0.4, sharing_mode='capped',
            avail_priority=1, max_io_slots=99, srr_capability=True,
            secure_boot=2, enable_lpar_metric=True,
            processor_compatibility='POWER8')
        self.assertEqual(
            lpar_mod.Config(
                name='one', uuid=UUID, lpar_id=9,
                memory=lpar_mod.Memory(1024, 512, 2048),
                processors=lpar_mod.Processors(
                    desired=2, minimum=1, maximum=3, units=0.4,
                    min_units=0.4, max_units=0.4, sharing_mode='capped',
                    weight=0),
                availability_priority=1, max_io_slots=99, srr_capable=True,
                secure_boot=2, perf_collection=True, compat_mode='POWER8'),
            config)

    def test_dedicated(self):
        config = self._parse(dedicated_proc=True)
        self.assertEqual(
            lpar_mod.Processors(dedicated=True, desired=2, minimum=2,
                                maximum=2, sharing_mode='sre idle proces'),
            config.processors)

    def test_ibm_i(self):
        self.assertEqual('OS400', self._parse(env='OS400').lpar_type)


class SystemDocumentTestCase(testtools.TestCase):

    # Devices, storage, security and the HMC's groups are not simulated.
    LEFT_OUT = (
        'AssociatedIPLConfiguration', 'AssociatedReservedStorageDevicePool',
        'AssociatedSystemVirtualStorage', 'SecondaryIPAddress',
        'AssociatedGroups', 'AssociatedTasks')

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()
        self.lpar = self.host.create(lpar_mod.Config(name='one'))
        self.document = system_document.managed_system(
            self.host, self.host.url)
        self.system = managed_system.System.wrap(_entry(self.document))

    def test_like_captured(self):
        ours = self.document.find('{*}content')[0]
        theirs = captured.contents(captured.load('sys_with_sriov.txt'))
        # An HMC's, and older, but without a group of attributes left out.
        more = captured.contents(captured.load('managedsystem.txt'))
        self.assertEqual([], captured.differences(ours, theirs + more))
        self.assertEqual(list(self.LEFT_OUT),
                         captured.left_out(ours, theirs))

    def test_pypowervm_reads_it(self):
        self.assertEqual(
            (self.host.uuid, 'operating', self.host.memory_mb, 256,
             self.host.free_memory_mb, 8192, 1024.0,
             self.host.free_proc_units, 0.05, '8408-E8E*S012080', 8),
            (self.system.uuid, self.system.system_state,
             self.system.memory_total, self.system.memory_region_size,
             self.system.memory_free, self.system.firmware_memory,
             self.system.proc_units, self.system.proc_units_avail,
             self.system.min_proc_units, self.system.mtms.mtms_str,
             self.system.highest_compat_mode()))
        self.assertEqual(self.host.memory_mb, self.system.memory_configurable)
        self.assertEqual(1024.0, self.system.proc_units_configurable)

    def test_every_property_can_be_read(self):
        for name, value in vars(managed_system.System).items():
            if isinstance(value, property):
                getattr(self.system, name)
        self.assertNotIn(None, self.system.get_capabilities().values())

    def test_lists_its_lpars(self):
        hrefs = [link.get('href') for link in self.document.iterfind(
            './/{*}AssociatedLogicalPartitions/{*}link')]
        self.assertEqual([self.host.lpar_url(lpar) for lpar in self.host],
                         hrefs)

    def test_console(self):
        document = system_document.management_console(self.host, API)
        theirs = captured.contents(
            captured.load('managementconsole_ssh.txt'))
        self.assertEqual([], [
            what for what in captured.differences(
                document.find('{*}content')[0], theirs)
            if not what.startswith('/ManagedSystems')])
        console = management_console.ManagementConsole.wrap(_entry(document))
        self.assertEqual('localhost', console.name)


class JobDocumentTestCase(testtools.TestCase):

    def _job(self, error=None, **attrs):
        job = jobs.Job(1376478617707, 'LogicalPartition', UUID, 'PowerOff',
                       {'operation': 'shutdown'}, 1376483923381)
        if error != 'running':
            job.finish(error)
        return job_document.response(job, API)

    def _like(self, ours, *names):
        self.assertEqual([], captured.differences(
            ours, [captured.load(name) for name in names]))

    def test_template(self):
        ours = job_document.template('LogicalPartition', 'PowerOff')
        theirs = captured.load('job_request_power_off.txt')
        self._like(ours, 'job_request_power_off.txt')
        self.assertEqual(captured.names(theirs), captured.names(ours))

    def test_response(self):
        for error in (None, 'running', 'HSCL1558'):
            self._like(self._job(error), 'job_response_completed_failed.txt',
                       'job_response_completed_ok.txt')

    def test_pypowervm_reads_a_response(self):
        job = job_wrapper.Job.wrap(_entry(self._job('HSCL1558 off')))
        self.assertEqual(
            ('1376478617707', 'COMPLETED_WITH_ERROR', 'HSCL1558 off'),
            (job.job_id, job.job_status, job.get_job_message()))

    def test_running_has_no_end(self):
        document = self._job('running')
        self.assertEqual('RUNNING', document.findtext('.//{*}Status'))
        self.assertIsNone(document.find('.//{*}TimeCompleted'))

    def test_parse_request(self):
        job = job_wrapper.Job.wrap(_entry(
            job_document.template('LogicalPartition', 'PowerOff')))
        job.add_job_parameters_to_existing(
            job.create_job_parameter('operation', 'shutdown'),
            job.create_job_parameter('immediate', 'true'))
        self.assertEqual(
            {'operation': 'shutdown', 'immediate': 'true'},
            job_document.parse_request(job.entry.element.toxmlstring()))

    def test_parse_something_else(self):
        for body in (b'', b'<x/>'):
            self.assertRaises(ValueError, job_document.parse_request, body)


class FeedTestCase(testtools.TestCase):

    def test_entries_of_a_feed_have_etags(self):
        host = fakes.make_host()
        feed = atom.feed(API, [lpar_document.entry(lpar, host, API)
                               for lpar in host])
        response = _entry(feed)
        self.assertIsInstance(response.feed, entities.Feed)
        lpar, = logical_partition.LPAR.wrap(response)
        self.assertEqual(next(iter(host)).etag, lpar.etag)
