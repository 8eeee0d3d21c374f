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


"""A cloud of plain objects, with a clock that only sleep() moves."""

import pathlib
from types import SimpleNamespace

import mock
from openstack import exceptions

from tools.minicloud.faults import comparison
from tools.minicloud.faults import stage as stage_mod
from tools.minicloud import settings as settings_mod

OFF = 'not activated'


class Clock:
    """Time, and what happens at its moments."""

    def __init__(self):
        self.now = 100.0
        self._due = []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        for entry in [entry for entry in self._due if entry[0] <= self.now]:
            self._due.remove(entry)
            entry[1]()

    def after(self, seconds, act):
        """Do something when that much time has passed."""
        self._due.append((self.now + seconds, act))


class Simulator:
    """One host's LPARs."""

    def __init__(self):
        self.states = {}
        self.restart = mock.Mock()

    def lpars(self):
        return [{'uuid': uuid, 'state': state}
                for uuid, state in self.states.items()]

    def set_state(self, uuids, state):
        self.states.update(dict.fromkeys(uuids, state))


class Cloud:
    """Two hosts and nova's API; nova does nothing by itself.

    :ivar calls: what was done to services and servers, in order.
    """

    def __init__(self, directory, servers=4, delay=3.0):
        self.settings = settings_mod.Settings(str(directory), delay=delay)
        self.simulators = {
            host: Simulator() for host in self.settings.hosts}
        self.records = []
        self.calls = []
        self.down = set()
        self.api_fails = False
        self.messages = 0
        for number in range(servers):
            self.add('%08x-0000-4000-8000-000000000000' % number,
                     self.settings.hosts[number % 2])

    def add(self, uuid, host, status='ACTIVE', power=1, task=None):
        record = SimpleNamespace(
            id=uuid, compute_host=host, status=status, power_state=power,
            task_state=task)
        self.records.append(record)
        self.simulators[host].states[
            comparison.Server(uuid, host, status, power).lpar] = 'running'

    def right(self):
        """Let nova be right about all LPARs, without tasks."""
        for record in self.records:
            lpar = comparison.Server(
                record.id, record.compute_host, '', 0).lpar
            off = self.simulators[record.compute_host].states[lpar] == OFF
            record.status, record.power_state = (
                ('SHUTOFF', 4) if off else ('ACTIVE', 1))
            record.task_state = None

    def run(self, uuid, how):
        self.calls.append((how, uuid))
        record = next(r for r in self.records if r.id == uuid)
        self.simulators[record.compute_host].states[comparison.Server(
            uuid, record.compute_host, '', 0).lpar] = 'running'
        record.status, record.power_state = 'ACTIVE', 1
        record.task_state = None

    def connection(self):
        return SimpleNamespace(compute=SimpleNamespace(
            servers=self._servers,
            start_server=lambda uuid: self.run(uuid, 'start'),
            reset_server_state=lambda uuid, state: None,
            reboot_server=lambda uuid, how: self.run(uuid, how)))

    def _servers(self, details, all_projects):
        if self.api_fails:
            raise exceptions.SDKException()
        return list(self.records)

    def simulator(self, host):
        return self.simulators[host]

    def start(self, name):
        self.calls.append(('start', name))
        self.down.discard(name)

    def stop(self, name):
        self.calls.append(('stop', name))
        self.down.add(name)
        return 8.0

    def pid(self, name):
        return None if name in self.down else 1

    def workers(self, name):
        return [11, 12]

    def log(self, name):
        return pathlib.Path(self.settings.directory, name)

    def sql(self, statement):
        return [('Com_select', '10'), ('Com_update', '0'),
                ('Com_insert', '0')]

    def messages_received(self):
        return self.messages


def make_stage(cloud, clock):
    """Return a stage whose fleet is all servers."""
    stage = stage_mod.Stage(cloud, clock, clock.sleep)
    stage.fleet = stage_mod.interleave(stage.servers())
    return stage
