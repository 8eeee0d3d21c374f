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


"""The process under test: the driver, its event module and a nova in memory.

Started by :mod:`.subject`, which it connects to and which tells it what
happens on nova's side: a line of JSON each way for every command.
"""

import argparse
import collections
import json
import logging
import os
import random
import socket
import threading
import time

from nova_powervm.testing import backends


class Records:
    """Nova's records, its conductor's failures, and what must never happen.

    Made after the backend was chosen, as everything of nova is imported here.
    """

    def __init__(self, driver, seed):
        from nova_powervm.tests.functional.wire import records

        self.nova = records.Nova(driver)
        self.failing = 0.0
        self.slow = 0.0
        self.failed = 0
        self.emitted = 0
        self.violations = []
        self._chance = random.Random(seed)
        self._told = set()
        self._lock = threading.Lock()

    def _call(self):
        """One call to nova-conductor."""
        if self.slow:
            time.sleep(self._chance.random() * self.slow)
        if self._chance.random() < self.failing:
            self.failed += 1
            raise TimeoutError('nova-conductor does not answer')

    def get_by_filters(self, *args, **kwargs):
        self._call()
        return self.nova.get_by_filters(*args, **kwargs)

    def get_by_host(self, *args, **kwargs):
        self._call()
        return self.nova.get_by_host(*args, **kwargs)

    def emit_event(self, event):
        uuid = event.get_instance_uuid()
        with self._lock:
            self.emitted += 1
            if uuid in self._told:
                self.violations.append('two events at once for ' + uuid)
            self._told.add(uuid)
        try:
            self._call()
            if uuid in self.nova.instances:
                self.nova.emit_event(event)
            self._call()
        finally:
            with self._lock:
                self._told.discard(uuid)
            # It is not the harness that is to grow.
            self.nova.events.clear()


class LastResort(logging.Handler):
    """Remembers the instances that were left to nova's periodic task.

    And how often each line above INFO was logged.
    """

    def __init__(self):
        super().__init__(logging.WARNING)
        self.instances = set()
        self.lines = collections.Counter()

    def emit(self, record):
        self.lines['%s %s' % (record.levelname, record.msg)] += 1
        instance = getattr(record, 'instance', None)
        if instance is not None and 'nova was told' in str(record.msg):
            self.instances.add(instance.uuid)


class Compute:
    """Answers the commands.

    :param options: of the command line.
    """

    def __init__(self, options):
        import mock
        from nova import objects

        from nova_powervm import conf
        from nova_powervm.tests.unit.virt.powervm import world
        from nova_powervm.virt.powervm import driver
        from nova_powervm.virt.powervm.lifecycle import hypervisor
        from nova_powervm.virt.powervm.lifecycle import watch
        from nova_powervm.virt.powervm import session

        objects.register_all()
        conf.CONF([], project='nova', default_config_files=[],
                  default_config_dirs=[])
        conf.CONF.set_override('host', world.HOST)
        for name, value in json.loads(options.powervm).items():
            conf.CONF.set_override(name, value, 'powervm')
        conf.CONF.set_override('rest_port', options.rest_port, 'powervm')
        # So that minutes are enough for what takes as long as an hour.
        watch._INTERVAL = 1.0
        hypervisor._TIMEOUT = session._QUICK_TIMEOUT = 4.0
        session._POLL_TIMEOUT = session._LOGON_TIMEOUT = 4.0
        self.warnings = LastResort()
        if options.log:
            logging.basicConfig(
                filename=options.log, level=logging.INFO,
                format='%(asctime)s %(levelname)s %(name)s %(message)s')
        else:
            # Nothing on standard error either.
            logging.getLogger().addHandler(logging.NullHandler())
        logging.getLogger('nova_powervm').addHandler(self.warnings)
        self._driver = driver.PowerVMDriver(None)
        self._records = Records(self._driver, options.seed)
        for name in ('get_by_filters', 'get_by_host'):
            mock.patch.object(objects.InstanceList, name,
                              getattr(self._records, name)).start()

    def start(self):
        from nova_powervm.tests.unit.virt.powervm import world

        self._driver.init_host(world.HOST)
        self._driver.register_event_listener(self._records.emit_event)
        self._statistics = self._driver._event_handler.statistics

    def add(self, lpars, power):
        self._records.nova.add(lpars, power)

    def remove(self, lpars):
        for lpar in lpars:
            del self._records.nova.instances[
                self._records.nova.find(lpar).uuid]

    def task(self, lpars, task):
        for lpar in lpars:
            self._records.nova.find(lpar).task_state = task

    def conductor(self, failing, slow):
        self._records.failing = failing
        self._records.slow = slow

    def report(self):
        return {
            'power': {uuid: instance.power_state for uuid, instance
                      in self._records.nova.instances.items()},
            'statistics': self._statistics.as_dict(),
            'emitted': self._records.emitted,
            'conductor_failed': self._records.failed,
            'violations': self._records.violations,
            'left_to_nova': sorted(self.warnings.instances),
            'warnings': self.warnings.lines}

    def stop(self):
        from nova_powervm.tests.unit.virt.powervm import world

        self._driver.cleanup_host(world.HOST)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('backend', choices=backends.BACKENDS)
    parser.add_argument('--rest-port', type=int, required=True)
    parser.add_argument('--command-port', type=int, required=True)
    parser.add_argument('--powervm', default='{}',
                        help='options of the group [powervm], JSON')
    parser.add_argument('--seed', type=int, default=0)
    parser.add_argument('--log')
    options = parser.parse_args()
    backends.select(options.backend)
    commands = socket.create_connection(('127.0.0.1', options.command_port))
    compute = Compute(options)
    with commands, commands.makefile('rw') as stream:
        for line in stream:
            name, arguments = json.loads(line)
            stream.write(json.dumps(
                getattr(compute, name)(**arguments)) + '\n')
            stream.flush()
    # Without a wait for pypowervm's poll thread, which is no daemon.
    os._exit(0)


if __name__ == '__main__':
    main()
