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

:mod:`.subject` starts it, and tells it over a connection what happens on
nova's side: a line of JSON each way for every command.
"""

import argparse
import collections
import concurrent.futures
import json
import logging
import os
import random
import socket

from nova_powervm.testing import backends

# For what nova-compute does as casts.
_THREADS = 4


class Power:
    """What nova uses of the driver, but power operations that never hang.

    They go to the simulator's control: the faults are for the event module,
    and pypowervm would wait 20 minutes for an answer that does not come.

    :param driver: the driver under test.
    :param port: the simulator's port.
    """

    def __init__(self, driver, port):
        from nova_powervm.sim import client

        self._control = client.Control(port)
        self.get_info = driver.get_info

    def power_on(self, context, instance, network_info):
        self._set_state(instance, 'running')

    def power_off(self, instance):
        self._set_state(instance, 'not activated')

    def _set_state(self, instance, state):
        from nova_powervm.testing import internals
        from nova_powervm.testing import waiting

        def reached():
            try:
                self._control.set_state(
                    [internals.lpar_uuid(instance.uuid)], state)
            except OSError:
                return False
            return True

        waiting.wait_until(reached, 'the simulator')


class Compute:
    """Answers the commands, which are its public methods.

    :param options: of the command line.
    """

    def __init__(self, options):
        # Not before the backend was chosen.
        from nova import objects

        from nova_powervm import conf
        from nova_powervm.testing import internals
        from nova_powervm.testing import logs
        from nova_powervm.testing import nova
        from nova_powervm.virt.powervm import driver

        objects.register_all()
        conf.CONF([], project='nova', default_config_files=[],
                  default_config_dirs=[])
        self._host = internals.HOST
        conf.CONF.set_override('host', self._host)
        for name, value in json.loads(options.powervm).items():
            conf.CONF.set_override(name, value, 'powervm')
        conf.CONF.set_override('rest_port', options.rest_port, 'powervm')
        conf.CONF.set_override('bare_lpars', True, 'powervm')
        internals.ShortTimes(check=1.0, poll=4.0, read=4.0).setUp()
        # Nothing on standard error.
        logging.getLogger().addHandler(logging.NullHandler())
        if options.log:
            logging.basicConfig(
                filename=options.log, level=logging.INFO, force=True,
                format='%(asctime)s %(levelname)s %(name)s %(message)s')
        self._logs = logs.Logs(
            level=logging.INFO if options.log else logging.WARNING)
        self._logs.setUp()
        self._warnings = collections.Counter()
        self._left_to_nova = set()
        self._threads = concurrent.futures.ThreadPoolExecutor(_THREADS)
        self._driver = driver.PowerVMDriver(None)
        self._nova = nova.Nova(
            Power(self._driver, options.rest_port), self._host,
            chance=random.Random(options.seed),
            cast=self._threads.submit)
        self._nova.setUp()

    def start(self):
        """Start the driver and let it tell nova of events."""
        from nova_powervm.testing import internals

        self._driver.init_host(self._host)
        self._driver.register_event_listener(self._nova.handle_events)
        self._statistics = internals.handler_of(self._driver).statistics

    def add(self, lpars, **fields):
        """Add records of LPARs."""
        self._nova.add(lpars, **fields)

    def remove(self, lpars):
        """Remove records of LPARs."""
        self._nova.remove(lpars)

    def task(self, lpars, task):
        """Let nova have a task for LPARs, or none."""
        self._nova.update(lpars, task_state=task)

    def operate(self, lpars, operation):
        """Start or stop servers as their users do, soon."""
        for lpar in lpars:
            self._threads.submit(getattr(self._nova, operation), lpar)

    def faults(self, **faults):
        """Set what fails on nova's side."""
        for name, value in faults.items():
            setattr(self._nova.faults, name, value)

    def report(self):
        """Return everything that the other side wants to know."""
        for record in self._logs.take():
            self._note(record)
        # It is not the harness that is to grow.
        self._nova.forget_calls()
        return {
            'servers': [vars(server) for server in self._nova.servers()],
            'statistics': self._statistics.as_dict(),
            'calls_failed': self._nova.calls_failed,
            'stops_lost': self._nova.stops_lost,
            'overlaps': self._nova.overlaps,
            'left_to_nova': sorted(self._left_to_nova),
            'warnings': self._warnings}

    def _note(self, record):
        if record.levelno < logging.WARNING:
            return
        self._warnings['%s %s' % (record.levelname, record.msg)] += 1
        # The module warns of an instance only when it gives up.
        instance = getattr(record, 'instance', None)
        if instance is not None:
            self._left_to_nova.add(instance.uuid)

    def stop(self):
        """Stop the driver."""
        self._driver.cleanup_host(self._host)


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
