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

"""Where nova has osprofiler enabled: one trace for each batch."""

import json

import mock
from nova import context as nova_context
from nova import rpc
from osprofiler import notifier
from osprofiler import opts as profiler_opts
from osprofiler import profiler

from nova_powervm.testing import internals
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import traces

BATCH, READ, LOOKUP, EMIT = (
    traces.PREFIX + name for name in ('batch', 'read', 'lookup', 'emit'))


class Traced(world.World):
    """A world whose nova has osprofiler enabled.

    :ivar sent: what osprofiler got.
    """

    enabled = True
    hmac_keys = 'first,second'

    def setUp(self):
        super().setUp()
        self.sent = []
        self.addCleanup(notifier.set, notifier.get())
        notifier.set(self.sent.append)

    def make_conf(self, **options):
        conf = super().make_conf(**options)
        for group, group_opts in profiler_opts.list_opts():
            # By name: a group object would share its values.
            conf.register_opts(group_opts, group=group)
        conf.set_override('enabled', self.enabled, group='profiler')
        conf.set_override('hmac_keys', self.hmac_keys, group='profiler')
        return conf

    def points(self):
        """Return the ends of trace points, in the order they came."""
        return [each['name'] for each in self.sent]

    def started(self, name):
        """Return what was sent at the start of points of a kind."""
        return [each for each in self.sent if each['name'] == name + '-start']

    def ended(self, name):
        """Return what was said at the end of points of a kind."""
        return [each['info'] for each in self.sent
                if each['name'] == name + '-stop']


class TestPoints(Traced):

    def test_order(self):
        self.look(self.add('not activated'))
        self.assertEqual(
            [name + end for name, end in (
                (BATCH, '-start'), (READ, '-start'), (READ, '-stop'),
                (LOOKUP, '-start'), (LOOKUP, '-stop'), (BATCH, '-stop'),
                (EMIT, '-start'), (EMIT, '-stop'))], self.points())

    def test_tree(self):
        self.look(self.add('not activated'))
        batch, = self.started(BATCH)
        self.assertEqual(batch['base_id'], batch['parent_id'])
        self.assertEqual({batch['base_id']},
                         {each['base_id'] for each in self.sent})
        self.assertEqual(
            [batch['trace_id']] * 3,
            [self.started(name)[0]['parent_id']
             for name in (READ, LOOKUP, EMIT)])

    def test_what_they_say(self):
        lpar = self.add('not activated')
        self.look(lpar)
        said = {name: self.started(name)[0]['info']
                for name in (BATCH, READ, LOOKUP, EMIT)}
        for info in said.values():
            del info['host']
        self.assertEqual({
            BATCH: {'requests': 1}, READ: {'kind': 'rest_quick'},
            LOOKUP: {'lpars': 1}, EMIT: {
                'lpar': lpar, 'instance': self.instance(lpar).uuid,
                'state': 'not activated', 'event': 'Stopped'}}, said)

    def test_many(self):
        self.look(*self.add_many(6, 'not activated'))
        self.assertEqual([1, 1, 1, 6], [
            len(self.started(name)) for name in (BATCH, READ, LOOKUP, EMIT)])

    def test_resync(self):
        self.add()
        self.lose_events()
        self.advance(world.DELAY)
        self.assertEqual(['all'], [
            each['info']['lpars'] for each in self.started(LOOKUP)])

    def test_each_batch_is_a_trace(self):
        lpar = self.add()
        self.look(lpar)
        self.look(lpar)
        self.assertEqual(2, len({
            each['base_id'] for each in self.started(BATCH)}))

    def test_can_be_sent(self):
        self.look(*self.add_many(6, 'not activated'))
        json.dumps(self.sent)

    def test_named_in_the_log(self):
        self.look(self.add())
        record, = self.logs.of(messages.TRACED)
        self.assertEqual(self.started(BATCH)[0]['base_id'],
                         record.args['trace'])


class TestErrors(Traced):

    def test_read(self):
        lpar = self.add()
        self.adapter.answers[lpar] = world.http_error(500)
        self.look(lpar)
        end, = self.ended(READ)
        self.assertIn('HttpError', end['etype'])
        self.assertNotIn('etype', self.ended(BATCH)[0])

    def test_emit(self):
        self.driver.emit_event = mock.Mock(side_effect=OSError('x' * 999))
        self.look(self.add('not activated'))
        end, = self.ended(EMIT)
        self.assertEqual(('OSError', 'x' * 200), (
            end['etype'], end['message']))


class TestOsprofilerFails(Traced):
    """Nobody misses anything but traces."""

    def fail(self, at=0):
        """Let what is sent fail from some point on."""
        self.sent.clear()

        def notify(info):
            if len(self.sent) == at:
                raise OSError('no service for traces')
            self.sent.append(info)
        notifier.set(notify)

    def work(self):
        notifier.set(self.sent.append)

    def check(self, traced):
        lpars = self.add_many(2, 'not activated')
        self.look(*lpars)
        self.assertEmitted(*((lpar, world.SHUTDOWN) for lpar in lpars))
        self.assertEqual(traced, len(self.sent))
        self.assertLogged(messages.TRACING_FAILS)

    def test_at_once(self):
        self.fail()
        self.check(0)

    def test_to_begin(self):
        with mock.patch.object(profiler, 'init', side_effect=OSError):
            self.check(0)

    def test_to_begin_in_an_emit(self):
        begin = profiler.init

        def init(key, base_id, parent_id):
            if base_id is None:
                return begin(key)
            raise OSError
        with mock.patch.object(profiler, 'init', init):
            # Ends of a batch, two reads and a lookup.
            self.check(8)

    def test_in_a_read(self):
        self.fail(2)
        self.check(2)

    def test_in_an_emit(self):
        # Ends of a batch, two reads and a lookup.
        self.fail(8)
        self.check(8)

    def test_once_an_outage(self):
        self.fail()
        lpar = self.add()
        self.look(lpar)
        self.look(lpar)
        self.assertLogged(messages.TRACING_FAILS)
        self.assertLogged(messages.TRACING_BACK, 0)
        self.work()
        self.look(lpar)
        record, = self.logs.of(messages.TRACING_BACK)
        self.assertEqual(2, record.args['attempts'])


class TestNova(Traced):
    """nova's own calls do not belong to a trace."""

    def setUp(self):
        super().setUp()
        self.calls = []

    def note(self):
        sent = rpc.ProfilerRequestContextSerializer(None).serialize_context(
            nova_context.get_admin_context())
        self.calls.append('trace_info' in sent)

    def test_lookup(self):
        self.during_lookup(self.note)
        self.look(self.add())
        self.assertEqual([False], self.calls)

    def test_emit(self):
        self.during_emit(self.note)
        self.look(self.add('not activated'))
        self.assertEqual([False], self.calls)

    def test_what_was_left_behind(self):
        profiler.init('theirs', base_id='theirs')
        self.addCleanup(profiler.clean)
        self.look(self.add('not activated'))
        self.assertNotIn('theirs', {each['base_id'] for each in self.sent})
        self.assertIsNone(profiler.get())

    def test_why(self):
        # Ids that are sent stay with the thread that gets them.
        self.addCleanup(profiler.clean)
        for base_id in 'first', 'second':
            rpc.ProfilerRequestContextSerializer(None).deserialize_context({
                'trace_info': {'hmac_key': 'key', 'base_id': base_id,
                               'parent_id': base_id}})
        self.assertEqual('first', profiler.get().get_base_id())


class OffCase(Traced):

    def check(self):
        self.look(self.add('not activated'))
        self.assertEqual(1, len(self.emitted))
        self.assertEqual([], self.sent)
        self.assertLogged(messages.TRACED, 0)


class TestDisabled(OffCase):

    enabled = False

    def test_sends_nothing(self):
        self.check()


class TestWithoutKeys(OffCase):

    hmac_keys = ''

    def test_sends_nothing(self):
        self.check()


class TestAbsent(OffCase):
    """osprofiler is not installed; what nova.conf says does not matter."""

    def make_handler(self):
        self.enterContext(mock.patch.object(traces, 'profiler', None))
        return super().make_handler()

    def test_sends_nothing(self):
        self.check()


class TestNotRegistered(OffCase):
    """nova has no group of that name where osprofiler is not installed."""

    def make_conf(self, **options):
        return internals.make_conf(**options)

    def test_sends_nothing(self):
        self.check()
