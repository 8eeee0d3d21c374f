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

"""pypowervm against the simulator, as it comes and with its defaults."""

import concurrent.futures
import json
import pathlib
import queue
import stat
import threading
import time

import fixtures
from lxml import etree
import mock
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import memory
from pypowervm.tasks import partition
from pypowervm.tasks import power
from pypowervm.tasks import power_opts
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import event as event_wrapper
from pypowervm.wrappers import job
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system
from pypowervm.wrappers import management_console
from pypowervm.wrappers import virtual_io_server
import requests
import testtools

from nova_powervm.sim import process
from nova_powervm.sim import settings
from nova_powervm.tests.functional import sim_base

LPAR = logical_partition.LPAR
NOBODY = '1E6FC741-6253-4B69-B88B-8A44BED92145'
WAIT = 20
NEW_CLIENT = 'NEW_CLIENT'


def _logon(port):
    """Give a session and the file that its token came from."""
    # pypowervm keeps only what is in it.
    with mock.patch.object(etree, 'fromstring',
                           side_effect=etree.fromstring) as parse:
        session = pvm_adapter.Session(port=port)
    root = etree.fromstring(parse.call_args_list[0].args[0])
    return session, pathlib.Path(root.findtext('{*}X-API-SessionFile'))


class Recorder(pvm_adapter.WrapperEventHandler):
    """Keeps the lists of events that the listener hands out."""

    def __init__(self):
        self._calls = queue.Queue()

    def process(self, events):
        self._calls.put([(event.etype, event.data, event.detail)
                         for event in events])

    def next_call(self):
        return self._calls.get(timeout=WAIT)

    def wait_for(self, number):
        found = []
        while len(found) < number:
            found += self.next_call()
        return found


class SessionTestCase(sim_base.SimulatorTestCase):

    def test_logon(self):
        session = self.session()
        self.assertEqual(('PVM', 'V1_3_0', True),
                         (session.mc_type, session.schema_version,
                          session.traits.local_api))
        self.assertFalse(session.traits.has_lpar_profiles)
        self.assertEqual({'logon': 1}, self.control.counters())

    def test_token_file(self):
        session, path = _logon(self.sim.port)
        self.addCleanup(session._logoff)
        self.assertEqual(0o600, stat.S_IMODE(path.stat().st_mode))
        self.assertEqual(session._sessToken, path.read_text())

    def test_logoff(self):
        session, path = _logon(self.sim.port)
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
        self.assertIn('file-based', exc.her_wrap.message)

    def test_what_is_not_there(self):
        session = self.session()
        for path in ('uom/Cluster', 'uom/LogicalPartition/quick',
                     'web/File', f'uom/LogicalPartition/{NOBODY}'):
            exc = self.assertRaises(pvm_exc.HttpNotFound, self.get, session,
                                    path)
            self.assertEqual(404, exc.her_wrap.status)
        self.assertEqual(2, self.control.counters()['other'])


class SystemTestCase(sim_base.SimulatorTestCase):

    def test_managed_system(self):
        adapter = self.adapter()
        system, = managed_system.System.get(adapter)
        self.assertEqual(system.uuid, adapter.sys_uuid)
        entry = managed_system.System.get(adapter, uuid=system.uuid)
        self.assertEqual(system.mtms.mtms_str, entry.mtms.mtms_str)
        self.assertEqual(
            f'http://localhost:{self.sim.port}/rest/api/uom/ManagedSystem/'
            f'{system.uuid}?group=None', system.href)
        # As when the answer is 304.
        self.assertIs(entry, entry.refresh())
        self.control.add_lpars(1, memory_mb=2048, proc_units=0.5)
        again = entry.refresh()
        self.assertEqual(entry.memory_free - 2048, again.memory_free)
        self.assertAlmostEqual(entry.proc_units_avail - 0.5,
                               again.proc_units_avail)

    def test_another_system(self):
        self.assertRaises(pvm_exc.HttpNotFound, managed_system.System.get,
                          self.adapter(), uuid=NOBODY)
        self.assertRaises(pvm_exc.HttpNotFound, LPAR.get, self.adapter(),
                          parent_type='ManagedSystem', parent_uuid=NOBODY)

    def test_console(self):
        console, = management_console.ManagementConsole.get(self.adapter())
        self.assertEqual('localhost', console.name)

    def test_no_virtual_io_servers(self):
        adapter = self.adapter()
        self.assertEqual([], virtual_io_server.VIOS.get(adapter))
        self.assertEqual([], partition.get_active_vioses(adapter))

    def test_management_partition(self):
        mgmt = partition.get_mgmt_partition(self.adapter())
        self.assertEqual(('running', 'active'), (mgmt.state, mgmt.rmc_state))

    def test_memory_overhead(self):
        adapter = self.adapter()
        free = managed_system.System.get(adapter)[0].memory_free
        self.assertEqual(
            (512, free), memory.calculate_memory_overhead_on_host(
                adapter, adapter.sys_uuid, {'desired_mem': 1024}))


class LparTestCase(sim_base.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.system, = managed_system.System.get(self.pvm)

    def _build(self, **attrs):
        attrs = {'name': 'one', 'memory': 1024, 'vcpu': 2, **attrs}
        stdz = lpar_builder.DefaultStandardize(self.system)
        return lpar_builder.LPARBuilder(self.pvm, attrs, stdz)

    def _create(self, **attrs):
        return self._build(**attrs).build().create(parent=self.system)

    def test_create(self):
        for name, parent in (('child', self.system), ('root', None)):
            lpar = self._build(name=name).build().create(parent=parent)
            self.assertEqual((name, 'not activated'), (lpar.name, lpar.state))
            same = LPAR.get(self.pvm, uuid=lpar.uuid)
            self.assertEqual((name, lpar.etag, lpar.id),
                             (same.name, same.etag, same.id))
        self.assertEqual(2, self.control.counters()['create'])

    def test_create_with_a_uuid(self):
        lpar = self._create(uuid=NOBODY.lower())
        self.assertEqual(NOBODY, lpar.uuid)
        self.assertEqual([NOBODY],
                         [found['uuid'] for found in self.control.lpars()])

    def test_create_what_is_there(self):
        lpar = self._create()
        for attrs in ({}, {'name': 'two', 'uuid': lpar.uuid}):
            exc = self.assertRaises(pvm_exc.HttpError, self._create, **attrs)
            self.assertEqual(409, exc.response.status)
            self.assertIn('already', exc.her_wrap.message)

    def test_create_with_the_first_bit_set(self):
        lpar = self._build(uuid=NOBODY).build()
        # pypowervm itself would not set it.
        lpar.set_parm_value('PartitionUUID', '9' + NOBODY[1:])
        exc = self.assertRaises(pvm_exc.HttpError, lpar.create)
        self.assertEqual(400, exc.her_wrap.status)

    def test_update(self):
        lpar = self._create()
        self._build(memory=2048, min_mem=1024, name='two').rebuild(lpar)
        changed = lpar.update()
        self.assertEqual(('two', 2048, 1024, lpar.uuid),
                         (changed.name, changed.mem_config.desired,
                          changed.mem_config.min, changed.uuid))
        self.assertNotEqual(lpar.etag, changed.etag)
        # And once more, with the new entity tag.
        changed.name = 'three'
        self.assertEqual('three', changed.update().name)

    def test_update_of_what_has_changed(self):
        lpar = self._create()
        stale = LPAR.get(self.pvm, uuid=lpar.uuid)
        lpar.name = 'two'
        lpar.update()
        stale.name = 'three'
        exc = self.assertRaises(pvm_exc.HttpError, stale.update)
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH, exc.response.status)
        exc = self.assertRaises(pvm_exc.HttpError, stale.delete)
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH, exc.response.status)
        self.assertEqual('two', stale.refresh().name)

    def test_refresh(self):
        lpar = self._create()
        self.assertIs(lpar, lpar.refresh())
        self.control.set_state([lpar.uuid], 'running')
        self.assertEqual('running', lpar.refresh().state)

    def test_delete(self):
        lpar = self._create()
        lpar.delete()
        self.assertRaises(pvm_exc.HttpNotFound, LPAR.get, self.pvm,
                          uuid=lpar.uuid)
        self.assertRaises(pvm_exc.HttpNotFound, lpar.delete)
        self.assertRaises(pvm_exc.HttpNotFound, lpar.update)

    def test_delete_while_it_runs(self):
        uuid, = self.control.add_lpars(1)
        exc = self.assertRaises(pvm_exc.HttpError,
                                LPAR.get(self.pvm, uuid=uuid).delete)
        self.assertIn('HSCL05DF', exc.her_wrap.message)

    def test_feeds(self):
        uuids = self.control.add_lpars(3)
        for parent in (None, self.system):
            found = LPAR.get(self.pvm, parent=parent)
            self.assertEqual(uuids, [lpar.uuid for lpar in found
                                     if not lpar.is_mgmt_partition])
            # What a feed gives can be changed and refreshed.
            self.assertIs(found[1], found[1].refresh())
            found[1].name = f'by {parent}'[:31]
            found[1].update()

    def test_search(self):
        self.control.add_lpars(3, names=['one', "t'wo", 'a/b & c'])
        for name in ('one', "t'wo", 'a/b & c'):
            found = LPAR.search(self.pvm, name=name, one_result=True)
            self.assertEqual(name, found.name)
            self.assertEqual(
                [name], [lpar.name for lpar in
                         LPAR.search(self.pvm, id=found.id)])
            self.assertIs(found, found.refresh())
        self.assertEqual([], LPAR.search(self.pvm, name='none'))
        self.assertEqual(3, len(LPAR.search(self.pvm, name='one',
                                            negate=True)))
        self.assertEqual(3, len(LPAR.search(self.pvm,
                                            is_mgmt_partition=False)))

    def test_bad_search(self):
        for expression in ("(No=='x')", "PartitionName=='x'", '('):
            exc = self.assertRaises(
                pvm_exc.HttpError, self.pvm.read, 'LogicalPartition',
                suffix_type='search', suffix_parm=expression)
            self.assertEqual(400, exc.response.status)


class QuickTestCase(sim_base.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.uuid, = self.control.add_lpars(1, names=['one'], state='error')
        self.lpar, = self.control.lpars()

    def _read(self, parm=None, uuid=None):
        return self.pvm.read('LogicalPartition', uuid, suffix_type='quick',
                             suffix_parm=parm).body

    def test_property(self):
        self.assertEqual('"error"', self._read('PartitionState', self.uuid))
        self.assertEqual('"error"',
                         self._read('PartitionState', self.uuid.lower()))
        self.assertEqual(str(self.lpar['id']),
                         self._read('PartitionID', self.uuid))
        self.assertEqual('null', self._read('Description', self.uuid))

    def test_object(self):
        found = json.loads(self._read(uuid=self.uuid))
        self.assertEqual(('one', 'error'), (found['PartitionName'],
                                            found['PartitionState']))

    def test_all(self):
        system = self.pvm.sys_uuid
        for body in (self._read('All'), self.pvm.read(
                'ManagedSystem', system, 'LogicalPartition',
                suffix_type='quick', suffix_parm='All').body):
            self.assertEqual(
                [('novalink', 'running'), ('one', 'error')],
                [(found['PartitionName'], found['PartitionState'])
                 for found in json.loads(body)])
        self.assertEqual(2, self.control.counters()['quick_all'])

    def test_all_is_not_offered(self):
        self.control.configure(quick_all=False)
        exc = self.assertRaises(pvm_exc.HttpNotFound, self._read, 'All')
        self.assertEqual(404, exc.her_wrap.status)
        self.assertEqual('"error"', self._read('PartitionState', self.uuid))

    def test_not_found(self):
        self.assertRaises(pvm_exc.HttpNotFound, self._read, 'PartitionState',
                          NOBODY)
        self.assertRaises(pvm_exc.HttpNotFound, self._read, 'NoSuch',
                          self.uuid)


class PowerTestCase(sim_base.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        uuid, = self.control.add_lpars(1, names=['one'],
                                       state='not activated')
        self.lpar = LPAR.get(self.pvm, uuid=uuid)

    @property
    def state(self):
        self.lpar = self.lpar.refresh()
        return self.lpar.state

    def test_on_and_off(self):
        power.power_on(self.lpar, None)
        self.assertEqual('running', self.state)
        power.PowerOp.stop(self.lpar)
        self.assertEqual('not activated', self.state)
        counted = self.control.counters()
        self.assertEqual((1, 1),
                         (counted['power_on'], counted['power_off']))

    def test_already_there_is_no_failure(self):
        power.PowerOp.stop(self.lpar)
        power.PowerOp.start(self.lpar)
        power.PowerOp.start(self.lpar)
        self.assertEqual('running', self.state)

    def test_restart_of_what_is_off(self):
        opts = power_opts.PowerOffOpts().vsp_hard().restart()
        exc = self.assertRaises(pvm_exc.VMPowerOffFailure, power.PowerOp.stop,
                                self.lpar, opts=opts)
        self.assertIn('HSCL1558', str(exc))

    def test_wrong_state(self):
        self.control.set_state([self.lpar.uuid], 'error')
        exc = self.assertRaises(pvm_exc.VMPowerOnFailure, power.power_on,
                                self.lpar, None)
        self.assertIn('HSCL05DF', str(exc))

    def test_restart(self):
        self.control.set_state([self.lpar.uuid], 'running')
        for opts in (power_opts.PowerOffOpts().vsp_hard().restart(),
                     power_opts.PowerOffOpts().vsp_normal().restart(),
                     power_opts.PowerOffOpts().operation('dumprestart')):
            power.PowerOp.stop(self.lpar, opts=opts)
            self.assertEqual('running', self.state)

    def test_progressive(self):
        self.control.set_state([self.lpar.uuid], 'running')
        power.power_off_progressive(self.lpar.refresh())
        self.assertEqual('not activated', self.state)

    def test_through_the_operating_system(self):
        uuid, = self.control.add_lpars(1, rmc=True)
        lpar = LPAR.get(self.pvm, uuid=uuid)
        self.assertTrue(power_opts.PowerOffOpts.can_os_shutdown(lpar))
        power.power_off_progressive(lpar)
        self.assertEqual('not activated', lpar.refresh().state)
        self.assertEqual(1, self.control.counters()['power_off'])

    def test_rmc_went_away(self):
        # What pypowervm knows is older than what the host does.
        uuid, = self.control.add_lpars(1, rmc=True)
        lpar = LPAR.get(self.pvm, uuid=uuid)
        self.control.set_state([uuid], 'open firmware')
        exc = self.assertRaises(
            pvm_exc.VMPowerOffFailure, power.PowerOp.stop, lpar,
            opts=power_opts.PowerOffOpts().os_immediate())
        self.assertIn('HSCL0DB4', str(exc))

    def test_takes_its_time(self):
        self.control.configure(boot_seconds=2)
        power.power_on(self.lpar, None)
        self.assertEqual('open firmware', self.state)
        self.assertGreaterEqual(self.control.counters()['job'], 3)

    def test_timeout(self):
        self.control.configure(boot_seconds=600)
        self.assertRaises(pvm_exc.VMPowerOnTimeout, power.PowerOp.start,
                          self.lpar, timeout=1)
        self.assertEqual('starting', self.state)
        power.PowerOp.stop(self.lpar,
                           opts=power_opts.PowerOffOpts().vsp_hard())
        self.assertEqual('not activated', self.state)
        # pypowervm cancels the job and waits for its end.
        for thread in threading.enumerate():
            if isinstance(thread, job.CancelJobThread):
                thread.join(WAIT)

    def test_close_vterm(self):
        wrapper = job.Job.wrap(self.pvm.read(
            'LogicalPartition', self.lpar.uuid, suffix_type='do',
            suffix_parm='CloseVterm'))
        wrapper.run_job(self.lpar.uuid)
        self.assertEqual('COMPLETED_OK', wrapper.job_status)

    def test_no_such_job(self):
        for path in (f'uom/LogicalPartition/{self.lpar.uuid}/do/Dance',
                     f'uom/LogicalPartition/{NOBODY}/do/PowerOn',
                     'uom/jobs/1'):
            self.assertRaises(pvm_exc.HttpNotFound, self.get,
                              self.pvm.session, path)

    def test_bad_job(self):
        exc = self.assertRaises(
            pvm_exc.HttpError, self.pvm.session.request, 'PUT',
            '/rest/api/uom/LogicalPartition/%s/do/PowerOn' % self.lpar.uuid,
            body='<x/>')
        self.assertEqual(400, exc.her_wrap.status)


class EventTestCase(sim_base.SimulatorTestCase):

    def settings(self):
        return settings.Settings(boot_seconds=0, shutdown_seconds=0,
                                 shutdown_events=1, poll_seconds=1.0)

    def _listen(self):
        session = self.session()
        recorder = Recorder()
        listener = session.get_event_listener()
        listener.subscribe(recorder)
        self.addCleanup(self._end, listener, recorder, listener._pthread)
        return recorder

    def _end(self, listener, recorder, thread):
        listener.unsubscribe(recorder)
        # The thread ends with the poll that it is in.
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        thread.join(WAIT)
        self.assertFalse(thread.is_alive())

    def _url(self, uuid):
        system = self.adapter().sys_uuid
        return (f'http://localhost:{self.sim.port}/rest/api/uom/'
                f'ManagedSystem/{system}/LogicalPartition/{uuid}')

    def test_nothing_happens(self):
        recorder = self._listen()
        self.assertEqual([], recorder.next_call())
        self.assertEqual([], recorder.next_call())

    def test_life_of_an_lpar(self):
        recorder = self._listen()
        uuid, = self.control.add_lpars(1, state='not activated')
        self.control.power([uuid], 'on')
        self.control.power([uuid], 'off')
        self.control.delete_lpars([uuid])
        url = self._url(uuid)
        details = ['NVRAM', 'PartitionState,Other', 'Other',
                   'NVRAM', *['PartitionState,Other'] * 3, 'NVRAM',
                   'ReferenceCode,Other',
                   'PartitionState,Other', 'ReferenceCode,Other']
        expected = [('ADD_URI', url, None),
                    *(('MODIFY_URI', url, detail) for detail in details),
                    ('DELETE_URI', url, None)]
        found = []
        while not found or found[-1] != expected[-1]:
            found += [event for event in recorder.next_call()
                      if event[1] == url]
        self.assertEqual(expected, found)

    def test_wakes_the_poll(self):
        self.control.configure(poll_seconds=600)
        recorder = self._listen()
        while not self.control.counters().get('event_poll', 0) >= 2:
            time.sleep(0.01)
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        self.assertEqual([('CACHE_CLEARED', None, None)],
                         recorder.next_call())

    def test_each_client_gets_all(self):
        recorders = [self._listen() for _ in range(3)]
        uuids = self.control.add_lpars(2)
        sent = self.control.storm(uuids, events=5)
        self.assertEqual(10, sent)
        # Creating one takes six events.
        first, *others = [recorder.wait_for(22) for recorder in recorders]
        for other in others:
            self.assertEqual(first, other)
        urls = [self._url(uuid) for uuid in uuids]
        self.assertEqual(urls * 5, [event[1] for event in first[-10:]])

    def test_storm_in_portions(self):
        recorder = self._listen()
        uuids = self.control.add_lpars(100)
        self.control.storm(uuids, events=20)
        found = []
        while len(found) < 2600:
            portion = recorder.next_call()
            self.assertLessEqual(len(portion), 500)
            found += portion
        urls = [event[1] for event in found[600:]]
        self.assertEqual(urls[:100] * 20, urls)
        self.assertEqual({url.rpartition('/')[2] for url in urls},
                         set(uuids))

    def test_overflow(self):
        session = self.session()
        path = 'uom/Event?QUEUE_APPLICATIONID=slow'

        def poll():
            root = etree.fromstring(self.get(session, path).body)
            return [node.text for node in root.iter('{*}EventType')]

        self.assertEqual([NEW_CLIENT], poll())
        self.control.configure(event_queue_size=10)
        self.control.add_lpars(2)
        self.assertEqual(['MISSING_EVENTS', 'MODIFY_URI', 'MODIFY_URI'],
                         poll()[-3:])

    def test_custom_event(self):
        recorder = self._listen()
        pvm = self.adapter()
        sent = event_wrapper.Event.bld(pvm, 'data', 'detail').create()
        self.assertEqual('CUSTOM_CLIENT_EVENT', sent.etype)
        self.assertEqual([('CUSTOM_CLIENT_EVENT', 'data', 'detail')],
                         recorder.wait_for(1))

    def test_a_poll_that_is_given_up_takes_no_events(self):
        self.control.configure(poll_seconds=600)
        session = self.session()
        path = '/rest/api/uom/Event?QUEUE_APPLICATIONID=gone'
        session.request('GET', path)
        self.assertRaises(pvm_exc.Error, session.request, 'GET', path,
                          timeout=0.3)
        # The simulator sees the end of a connection only with its next turn.
        self.control.counters()
        self.control.send_events([{'type': 'CACHE_CLEARED'}])
        self.assertIn('CACHE_CLEARED', session.request(
            'GET', path, timeout=WAIT).body)


class LoadTestCase(sim_base.SimulatorTestCase):

    def test_quick_all_of_a_thousand(self):
        begin = time.monotonic()
        self.control.add_lpars(1000)
        self.assertLess(time.monotonic() - begin, 5)
        session = self.session()
        times = []
        for _ in range(5):
            begin = time.monotonic()
            body = self.get(session, 'uom/LogicalPartition/quick/All').body
            times.append(time.monotonic() - begin)
        self.assertEqual(1001, len(json.loads(body)))
        self.assertLess(min(times), 0.1)

    def test_hundreds_of_clients(self):
        session = self.session()
        uuid, = self.control.add_lpars(1)
        url = f'http://127.0.0.1:{self.sim.port}/rest/api/uom'
        headers = {'X-API-Session': session._sessToken}

        def poll(number):
            path = f'{url}/Event?QUEUE_APPLICATIONID={number}'
            # NEW_CLIENT first; then it waits for what all wait for.
            return [requests.get(path, headers=headers, timeout=60).text
                    for _ in range(2)][1]

        def ask(_):
            return requests.get(
                f'{url}/LogicalPartition/{uuid}/quick/PartitionState',
                headers=headers, timeout=60).text

        polls = 300
        with concurrent.futures.ThreadPoolExecutor(polls + 20) as pool:
            waiting = [pool.submit(poll, number) for number in range(polls)]
            answers = list(pool.map(ask, range(400)))
            while self.control.counters()['event_poll'] < 2 * polls:
                time.sleep(0.01)
            self.control.send_events([{'type': 'CACHE_CLEARED'}])
            for future in waiting:
                self.assertIn('CACHE_CLEARED', future.result(WAIT))
        self.assertEqual({'"running"'}, set(answers))


class LatencyTestCase(sim_base.SimulatorTestCase):

    def _seconds(self, session, path):
        begin = time.monotonic()
        self.get(session, path)
        return time.monotonic() - begin

    def test_latency(self):
        session = self.session()
        self.control.configure(latency_ms=200)
        self.assertGreaterEqual(
            self._seconds(session, 'uom/ManagedSystem'), 0.2)

    def test_latency_of_a_kind(self):
        session = self.session()
        self.control.configure(latency_ms={'quick_all': 200})
        self.assertGreaterEqual(
            self._seconds(session, 'uom/LogicalPartition/quick/All'), 0.2)
        self.assertLess(
            min(self._seconds(session, 'uom/ManagedSystem')
                for _ in range(5)), 0.2)


class StopTestCase(testtools.TestCase):

    def test_in_the_middle_of_a_poll(self):
        sim = process.SimulatorProcess()
        sim.start()
        self.addCleanup(sim.stop)
        self.useFixture(fixtures.FakeLogger())
        session, token_file = _logon(sim.port)
        path = '/rest/api/uom/Event?QUEUE_APPLICATIONID=stop'
        session.request('GET', path)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(session.request, 'GET', path)
            while sim.control.counters()['event_poll'] < 2:
                time.sleep(0.01)
            begin = time.monotonic()
            sim.stop()
            self.assertLess(time.monotonic() - begin, 5)
            self.assertIsInstance(waiting.exception(WAIT),
                                  pvm_exc.ConnectionError)
        self.assertFalse(token_file.parent.exists())
        session._logoff()
