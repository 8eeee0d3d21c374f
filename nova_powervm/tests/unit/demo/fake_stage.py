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


"""A stage in memory."""

import collections
import types

from nova_powervm.testing import image
from nova_powervm.testing import internals

RUNNING, SHUTDOWN = 1, 4
_POWER = {'running': RUNNING, 'not activated': SHUTDOWN}


def make_server(number, power=RUNNING, **changes):
    uuid = '%08x-9a41-4b52-8e0f-0a6b0e6f3a11' % number
    running = power == RUNNING
    return types.SimpleNamespace(**{
        'uuid': uuid, 'lpar': internals.lpar_uuid(uuid),
        'power_state': power, 'status': 'ACTIVE' if running else 'SHUTOFF',
        'vm_state': 'active' if running else 'stopped', 'task_state': None,
        'fault': '', 'macs': ('fa:16:3e:00:00:0a',), **changes})


def make_stored(name, sha256=image.SHA256, size=1 << 20):
    return {'name': name, 'bytes': size, 'sha256': sha256}


DISK = make_stored('b_0a6b0e6f3a11')
DRIVE = make_stored('cfg_0a6b0e6f3a11', 'drive', 400 << 10)
ADAPTER = {'mac': 'FA163E00000A', 'bridge': 'br-int'}


def make_devices(disk=DISK, media=(DRIVE,), adapters=(ADAPTER,)):
    return {'boot_disk': disk, 'media': media, 'adapters': adapters}


class FakeStage:
    """Stands for ``nova_powervm.testing.stage.Stage`` and all that it has.

    Time passes only while somebody waits. Its tasks end, and nova learns what
    is new, at the next pause, unless ``learns`` is false.
    """

    def __init__(self, clock):
        self.cloud = self.control = self.statistics = self
        self.markers = self.calls = self
        self.clock = clock
        self.found = {}
        self.states = {}
        self.counters_ = collections.Counter(busy=0)
        self.unfinished = ''
        self.told_ = collections.Counter()
        self.learns = True
        self.fault = ''
        self.bare = False
        self.devices_ = {}

    def pause(self, seconds):
        self.clock.advance(seconds)
        for uuid, server in list(self.found.items()):
            state = self.states[server.lpar]
            if state == 'starting':
                self.counters_['busy'] += 1
            if not self.learns or state not in _POWER:
                continue
            # nova finds out by itself about what it has stopped.
            if (server.power_state != _POWER[state]
                    and (server.task_state is None or state == 'running')):
                self.told_[uuid] += 1
            self.found[uuid] = make_server(int(uuid[:8], 16), _POWER[state])

    # The cloud.

    def create_flavor(self):
        return 'flavor'

    def create_servers(self, count, flavor, bare=True):
        for number in range(len(self.found), len(self.found) + count):
            server = make_server(number)
            if self.fault:
                server.status, server.fault = 'ERROR', self.fault
            self.found[server.uuid] = server
            self.states[server.lpar] = 'running'
            self.devices_[server.lpar] = (
                make_devices(None, [], []) if bare else make_devices())

    def servers(self, since=None):
        return dict(self.found)

    def count(self, status):
        return sum(server.status == status for server in self.found.values())

    def act(self, uuids, action):
        state = {'os-start': 'starting', 'os-stop': 'shutting down'}[
            next(iter(action))]
        for uuid in uuids:
            self.found[uuid].task_state = 'a task'
            self.states[self.found[uuid].lpar] = state

    # The simulator's control.

    def configure(self, **settings):
        pass

    def devices(self):
        return dict(self.devices_)

    def storm(self, lpars, events):
        self.counters_['events'] += events * len(lpars)

    def power(self, lpars, operation):
        if operation == 'off':
            self.set_state(lpars, 'not activated', 1)
        return lpars

    def set_state(self, lpars, state, events):
        for lpar in lpars:
            self.states[lpar] = state

    # What is counted.

    def counters(self):
        return dict(self.counters_)

    def counts(self):
        return {'lookups': self.counters_['lookups'], 'nova': 0}

    def told(self):
        return dict(self.told_)

    def reads(self):
        """Stand for release 9.0.0: it would read each LPAR once a storm."""
        return {lpar: self.counters_['events'] // 12 // len(self.states)
                for lpar in self.states if self.counters_['events']}

    @property
    def others(self):
        return self.counters_['events']

    # What the stage itself does.

    def subscribe(self, handler):
        pass

    def lpar_states(self):
        return dict(self.states)

    def settle(self, wait):
        wait(lambda: self.unfinished)

    def snapshot(self, wait):
        wait(lambda: '')
        return self.counters(), self.counts()
