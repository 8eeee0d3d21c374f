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

import threading

from osprofiler.drivers import base as drivers
from osprofiler import notifier

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import traces


class Group:
    """What nova.conf says of osprofiler."""

    enabled = True
    hmac_keys = 'key'


class Conf:
    """nova's configuration."""

    profiler = Group


class Driver(drivers.Driver):
    """Keeps traces in memory."""

    @classmethod
    def get_name(cls):
        return 'powervm-memory'

    def notify(self, info, **kwargs):
        self._append_results(
            info['trace_id'], info['parent_id'], info['name'], self.project,
            self.service, self.host, info['timestamp'], info)

    def get_report(self, base_id):
        return self._parse_results()


def outline(node):
    """Return the names of a report and of what is below them."""
    return node['info']['name'], [outline(each) for each in node['children']]


class TracesCase(fakes.TestCase):
    """Traces that one of osprofiler's drivers keeps."""

    def setUp(self):
        super().setUp()
        self.driver = drivers.get_driver('powervm-memory://')
        self.addCleanup(notifier.set, notifier.get())
        notifier.set(self.driver.notify)
        self.tracer = traces.Tracer(Conf, self.clock)

    def emit(self):
        with traces.point('emit'):
            pass

    def report(self):
        return outline(self.driver.get_report(None))


class TestReport(TracesCase):

    def test_tree(self):
        with self.tracer.batch(), traces.point('read'):
            pass
        self.assertEqual(('total', [
            ('powervm_batch', [('powervm_read', [])])]), self.report())

    def test_error(self):
        def fail():
            with self.tracer.batch(), traces.point('read'):
                raise OSError('x')
        self.assertRaises(OSError, fail)
        batch, = self.driver.get_report(None)['children']
        self.assertEqual(['OSError'] * 2, [
            node['info']['exception'] for node in (
                batch, batch['children'][0])])

    def test_no_trace(self):
        self.emit()
        self.assertEqual({}, self.driver.result)

    def test_nothing_after_it(self):
        with self.tracer.batch():
            pass
        self.emit()
        self.assertEqual(('total', [('powervm_batch', [])]), self.report())

    def test_what_ends_the_thread(self):
        def end():
            with self.tracer.batch():
                raise fakes.Killed
        self.assertRaises(fakes.Killed, end)
        self.emit()
        batch, = self.driver.get_report(None)['children']
        self.assertEqual([], batch['children'])
        self.assertIn('Killed', batch['info']['exception'])

    def test_no_more_of_a_trace_that_failed(self):
        with self.tracer.batch():
            notifier.set(None)
            self.emit()
            notifier.set(self.driver.notify)
            self.emit()
        self.assertEqual(('total', [('powervm_batch', [])]), self.report())


class TestBind(TracesCase):

    def run_apart(self, job):
        """Run a job in a thread of its own."""
        thread = threading.Thread(target=job)
        thread.start()
        thread.join()

    def test_unbound(self):
        with self.tracer.batch():
            self.run_apart(self.emit)
        self.assertEqual(('total', [('powervm_batch', [])]), self.report())

    def test_another_thread(self):
        with self.tracer.batch():
            job = traces.bind(self.emit)
        self.run_apart(job)
        self.assertEqual(('total', [
            ('powervm_batch', [('powervm_emit', [])])]), self.report())

    def test_the_same_thread(self):
        with self.tracer.batch():
            with traces.point('read'):
                traces.bind(self.emit)()
            self.emit()
        self.assertEqual(('total', [('powervm_batch', [
            ('powervm_read', [('powervm_emit', [])]),
            ('powervm_emit', [])])]), self.report())

    def test_without_a_trace(self):
        self.assertEqual(self.emit, traces.bind(self.emit))

    def test_of_a_trace_that_failed(self):
        notifier.set(None)
        with self.tracer.batch():
            self.assertEqual(self.emit, traces.bind(self.emit))

    def test_that_traces_nothing_ends_no_outage(self):
        with self.tracer.batch():
            job = traces.bind(lambda: None)
            notifier.set(None)
        job()
        self.assertLogged(messages.TRACING_FAILS)
