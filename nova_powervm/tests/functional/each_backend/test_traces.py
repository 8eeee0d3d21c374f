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

"""Traces of batches, sent by osprofiler's own driver for oslo.messaging."""

from oslo_config import cfg
import oslo_messaging
from osprofiler.drivers import base as drivers
from osprofiler import notifier
from osprofiler import opts as profiler_opts

from nova_powervm.tests.functional.each_backend import events_case
from nova_powervm.virt.powervm.lifecycle import traces


class Endpoint:
    """Keeps what osprofiler sends.

    :ivar points: payloads of notifications.
    """

    def __init__(self):
        self.points = []

    def info(self, context, publisher, event_type, payload, metadata):
        """Take a notification, as oslo.messaging gives it."""
        self.points.append(payload)


class TestTraces(events_case.EventsTestCase):

    def setUp(self):
        self.endpoint = Endpoint()
        super().setUp()
        self.addCleanup(notifier.set, notifier.get())
        notifier.set(self.start_messaging())

    def make_conf(self):
        conf = super().make_conf()
        for group, options in profiler_opts.list_opts():
            conf.register_opts(options, group=group)
        conf.set_override('enabled', True, group='profiler')
        return conf

    def start_messaging(self):
        """Listen for what is sent in memory, and return what sends."""
        conf = cfg.ConfigOpts()
        conf([], default_config_files=[], default_config_dirs=[])
        driver = drivers.get_driver(
            'messaging://', project='nova', service='nova-compute',
            host='cmp1', conf=conf, transport_url='fake://', context={})
        server = oslo_messaging.get_notification_listener(
            driver.transport, [oslo_messaging.Target(topic='profiler')],
            [self.endpoint], executor='threading')
        server.start()
        self.addCleanup(server.wait)
        self.addCleanup(server.stop)
        return driver.notify

    def named(self, name):
        """Return the payloads of a trace point's begins or ends."""
        return [point for point in list(self.endpoint.points)
                if point['name'] == traces.PREFIX + name]

    def test_a_stop(self):
        lpars = self.add(2)
        self.endpoint.points.clear()
        self.control.set_state(lpars, 'not activated')
        self.wait_until(lambda: len(self.named('emit-stop')) == 2, 'traces')
        batches = {point['trace_id']: point['base_id']
                   for point in self.named('batch-start')}
        for point in self.named('emit-start'):
            self.assertEqual(point['base_id'], batches[point['parent_id']])
            self.assertEqual('nova-compute', point['service'])
