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


"""Many LPARs, many clients, and answers that are late."""

import concurrent.futures
import json
import os
import time

from pypowervm import const
from pypowervm.tasks import storage as storage_tasks
from pypowervm.wrappers import storage as pvm_storage
from pypowervm.wrappers import virtual_io_server
import requests

from nova_powervm.testing import waiting
from nova_powervm.tests.functional.simulator import case

VIOS = virtual_io_server.VIOS


class LoadTestCase(case.SimulatorTestCase):

    def _cpu_seconds(self):
        """Return what the simulator has used, however busy the machine is."""
        with open('/proc/%d/stat' % self.sim.pid) as stat:
            # From the third field on: the second may contain anything.
            fields = stat.read().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def test_quick_all_of_a_thousand(self):
        begin = self._cpu_seconds()
        self.control.add_lpars(1000)
        made = self._cpu_seconds()
        self.assertLess(made - begin, 5)
        session = self.session()
        for _ in range(5):
            body = self.get(session, 'uom/LogicalPartition/quick/All').body
        self.assertLess((self._cpu_seconds() - made) / 5, 0.1)
        self.assertEqual(1001, len(json.loads(body)))

    def _map(self, pvm, vios, lpars, disks):
        """Map a disk to each LPAR, by one read and one change."""
        wrapper = VIOS.get(pvm, uuid=vios, xag=[const.XAG.VIO_SMAP])
        for lpar, disk in zip(lpars, disks, strict=True):
            wrapper.scsi_mappings.append(
                virtual_io_server.VSCSIMapping.bld(pvm, None, lpar, disk))
        return len(wrapper.update(timeout=waiting.TIMEOUT).scsi_mappings)

    def test_disks_of_a_thousand(self):
        pvm = self.adapter()
        *lpars, last = self.control.add_lpars(1001)
        vios, group = storage_tasks.find_vg(pvm, 'data')
        for number in range(1001):
            group.virtual_disks.append(
                pvm_storage.VDisk.bld(pvm, f'disk{number}', 1))
        *disks, one_more = list(group.update().virtual_disks)
        begin = self._cpu_seconds()
        self.assertEqual(1000, self._map(pvm, vios.uuid, lpars, disks))
        made = self._cpu_seconds()
        self.assertLess(made - begin, 3)
        self.assertEqual(1001, self._map(pvm, vios.uuid, [last], [one_more]))
        self.assertLess(self._cpu_seconds() - made, 0.3)

    def test_hundreds_of_clients(self):
        session = self.session()
        uuid, = self.control.add_lpars(1)
        url = f'http://127.0.0.1:{self.sim.port}/rest/api/uom'
        headers = {'X-API-Session': session._sessToken}

        def read(path):
            return requests.get(url + path, headers=headers,
                                timeout=waiting.TIMEOUT).text

        def poll(number):
            path = f'/Event?QUEUE_APPLICATIONID={number}'
            # NEW_CLIENT first; then it waits for what all wait for.
            return [read(path) for _ in range(2)][1]

        def ask(_):
            return read(f'/LogicalPartition/{uuid}/quick/PartitionState')

        # Not ended by themselves while the others begin.
        self.control.configure(poll_seconds=600)
        polls = 300
        with concurrent.futures.ThreadPoolExecutor(polls + 20) as pool:
            polling = [pool.submit(poll, number) for number in range(polls)]
            answers = list(pool.map(ask, range(400)))
            self.wait_for_requests('event_poll', 2 * polls)
            self.control.send_events([{'type': 'CACHE_CLEARED'}])
            for future in polling:
                self.assertIn('CACHE_CLEARED', future.result(waiting.TIMEOUT))
        self.assertEqual({'"running"'}, set(answers))


class LatencyTestCase(case.SimulatorTestCase):

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

    def test_latency_of_another_kind(self):
        session = self.session()
        # Longer than the test would wait.
        self.control.configure(latency_ms={'quick_all': 3_600_000})
        session.request('GET', const.API_BASE_PATH + 'uom/ManagedSystem',
                        timeout=waiting.TIMEOUT)
