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

"""The event module as a whole: events in, lifecycle events out."""

import threading

import mock
from nova.compute import power_state
from nova.compute import task_states
from nova import exception
from oslo_serialization import jsonutils
from oslo_utils import uuidutils
from pypowervm import exceptions as pvm_exceptions
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import event as pvm_event

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import pending

STARTED, STOPPED = world.STARTED, world.STOPPED


class TestIngest(world.World):
    """What an event asks for."""

    def setUp(self):
        super().setUp()
        self.lpar = self.add('not activated')
        self.uri = world.URI + self.lpar

    def process(self, *args, **kwargs):
        self.handler.process([world.make_event(*args, **kwargs)])

    def assertMarked(self, marked=True):
        self.assertEqual(int(marked), self.count('pending'))

    def test_partition_state(self):
        self.process(self.uri)
        self.assertMarked()

    def test_root_uri(self):
        self.process('http://localhost:12080/rest/api/uom/LogicalPartition/'
                     + self.lpar.lower() + '?group=None')
        self.assertMarked()
        self.advance(world.DELAY)
        self.assertEmitted((self.lpar, STOPPED))

    def test_modifying_types(self):
        for etype in ('MODIFY_URI', 'INVALID_URI', 'HIDDEN_URI',
                      'VISIBLE_URI'):
            self.process(world.URI + self.add(), etype=etype)
        self.assertEqual(4, self.count('pending'))
        self.assertEqual(0, self.count('events_malformed'))

    def test_not_about_state(self):
        for detail in ('Other', 'ReferenceCode,Other', 'PartitionStateX',
                       'XNVRAM'):
            self.process(self.uri, detail)
        self.assertMarked(False)
        self.assertEqual(0, self.count('events_malformed'))

    def test_not_an_lpar(self):
        uuid = uuidutils.generate_uuid().upper()
        for data in ('/rest/api/uom/ManagedSystem/' + uuid,
                     self.uri + '/VirtualSCSIClientAdapter/' + uuid,
                     '/rest/api/uom/ManagedSystem/x/VirtualIOServer/' + uuid,
                     '/rest/api/uom/NotALogicalPartition/' + uuid):
            self.process(data)
        self.assertMarked(False)
        self.assertEqual(0, self.count('events_malformed'))

    def test_other_types_do_not_mark(self):
        for etype in ('ADD_URI', 'CUSTOM_CLIENT_EVENT'):
            self.process(self.uri, etype=etype)
        self.assertMarked(False)
        self.assertEqual(0, self.count('events_malformed'))

    def test_captured_feed(self):
        # pypowervm's capture of one deployment.
        marked = self.count('lpars_marked')
        feed = pvm_event.Event.wrap(
            pvmhttp.load_pvm_resp('event_feed.txt').get_response())
        self.handler.process(feed)
        self.assertEqual(37, self.count('events'))
        self.assertEqual(0, self.count('events_malformed'))
        # Many events for one LPAR make one mark; those of the two VIOSes,
        # which name PartitionState too, make none.
        self.assertEqual(marked + 1, self.count('lpars_marked'))
        self.assertEqual(1, self.count('pending'))

    def test_wrapper_without_an_element(self):
        # As tests of a driver make them.
        self.handler.process([mock.Mock(
            etype='MODIFY_URI', data=self.uri, detail='PartitionState')])
        self.assertMarked()

    def test_malformed(self):
        class Hostile:
            @property
            def element(self):
                raise RuntimeError('no element')

        bad = [world.make_event(None), world.make_event(''),
               world.make_event(self.uri, None),
               world.make_event(self.uri, etype=None),
               world.make_event(self.uri, etype='NEWS'),
               world.make_event(world.URI),
               world.make_event(world.URI + 'not-a-uuid'),
               world.make_event(world.URI + self.lpar[:-1]),
               world.make_event(world.URI + self.lpar + '0'),
               world.make_event(world.URI + 'Ⅷ' + self.lpar[1:]),
               mock.Mock(etype='MODIFY_URI', data=b'/LogicalPartition/x',
                         detail='PartitionState'),
               Hostile(), None, 7]
        good = world.make_event(self.uri)
        with mock.patch.object(event, 'LOG') as log:
            self.handler.process([*bad, good, *bad])
        self.assertEqual(2 * len(bad), self.count('events_malformed'))
        self.assertEqual(2 * len(bad), log.debug.call_count)
        self.assertEqual(2 * len(bad) + 1, self.count('events'))
        self.assertMarked()
        self.advance(world.DELAY)
        self.assertEmitted((self.lpar, STOPPED))

    def test_very_long_detail(self):
        # Heeded, since to look once too often is harmless; but counted.
        self.process(self.uri, 'x,' * 50000 + 'PartitionState')
        self.assertMarked()
        self.assertEqual(1, self.count('events_malformed'))

    def test_nothing_or_nonsense(self):
        for events in ([], (), None):
            self.handler.process(events)
        self.assertEqual(0, self.count('events'))
        self.assertMarked(False)

    def test_no_io_on_the_poll_thread(self):
        self.driver.nvram_mgr = mock.Mock()
        self.send(self.lpar, detail='PartitionState,NVRAM')
        self.assertEqual([], self.adapter.reads)
        self.assertEqual([], self.lookups)
        self.driver.nvram_mgr.store.assert_not_called()

    def test_process_by_uuid(self):
        self.handler.lifecycle.process(None, self.lpar.lower())
        self.handler.lifecycle.process(mock.Mock(), self.lpar)
        self.assertMarked()
        for bad in (None, '', 'x', self.lpar + '0', 5):
            self.assertRaises(
                ValueError, self.handler.lifecycle.process, None, bad)


class TestDebounce(world.World):
    """When an LPAR is looked at."""

    def test_delay(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(16.4)
        self.assertEqual([], self.adapter.reads)
        self.advance(0.2)
        self.assertEmitted((lpar, STOPPED))

    def test_events_collapse(self):
        lpar = self.add('not activated')
        for _ in range(12):
            self.send(lpar)
            self.advance(1)
        self.advance(15.4)
        self.assertEmitted()
        self.advance(0.2)
        self.assertEmitted((lpar, STOPPED))
        self.assertEqual([lpar], self.adapter.reads)
        self.assertEqual(1, len(self.lookups))
        # Once more, to see that nova took it; then never again.
        self.advance(15)
        self.assertEqual(1, self.count('no_change'))
        self.advance(1000)
        self.assertEqual([lpar, lpar], self.adapter.reads)

    def test_flapping_is_capped(self):
        lpar = self.add('not activated')
        for _ in range(60):
            self.send(lpar)
            self.advance(1)
        self.assertEqual([lpar], self.adapter.reads)
        self.assertEmitted((lpar, STOPPED))

    def test_restart_within_the_delay(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(10)
        self.lpars[lpar] = 'running'
        self.send(lpar)
        self.advance(world.DELAY)
        self.assertEmitted()
        self.assertEqual(1, self.count('no_change'))

    def test_a_batch(self):
        lpars = [self.add('not activated') for _ in range(450)]
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual([400, 400, 100], [len(u) for u in self.lookups])
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))

    def test_few_are_read_one_by_one(self):
        lpars = [self.add('not activated') for _ in range(3)]
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(sorted(lpars), sorted(self.adapter.reads))
        self.assertEqual(1, len(self.lookups))

    def test_event_while_being_worked_on(self):
        lpar = self.add('not activated')

        def emit(lifecycle_event):
            # The LPAR comes back just while nova hears that it stopped.
            self.emit(lifecycle_event)
            if len(self.emitted) == 1:
                self.instance(lpar).power_state = power_state.SHUTDOWN
                self.lpars[lpar] = 'running'
                self.send(lpar)
                # Not even when due: nova has not returned yet.
                self.clock.now += 20
                self.handler.lifecycle.run_due()
                self.assertEqual(1, len(self.adapter.reads))

        self.driver.emit_event.side_effect = emit
        self.send(lpar)
        self.advance(world.DELAY)
        self.run_due()
        uuid = self.instance(lpar).uuid
        self.assertEqual([(uuid, STOPPED), (uuid, STARTED)], self.emitted)

    def test_delete_drops_what_is_pending(self):
        lpar, other = self.add('not activated'), self.add('not activated')
        self.send(lpar, other)
        self.send(lpar, etype='DELETE_URI', detail=None)
        self.advance(world.DELAY)
        self.assertEqual([other], self.adapter.reads)

    def test_delete_in_the_same_answer(self):
        lpar = self.add('not activated')
        modify = world.make_event(world.URI + lpar)
        delete = world.make_event(world.URI + lpar, None, 'DELETE_URI')
        self.handler.process([modify, delete])
        self.assertEqual(0, self.count('pending'))
        self.handler.process([modify, delete, modify])
        self.assertEqual(1, self.count('pending'))


class TestOutcomes(world.World):
    """What a look comes to, and what follows."""

    def look(self, lpar):
        self.send(lpar)
        self.advance(world.DELAY)

    def test_emitted_by_each_state(self):
        expected = []
        for state, power, transition in (
                ('running', power_state.SHUTDOWN, STARTED),
                ('starting', power_state.NOSTATE, STARTED),
                ('open firmware', power_state.SUSPENDED, STARTED),
                ('migrating running', power_state.CRASHED, STARTED),
                ('not activated', power_state.RUNNING, STOPPED),
                ('migrating not active', power_state.NOSTATE, STOPPED),
                ('error', power_state.RUNNING, STOPPED),
                ('suspended', power_state.RUNNING, world.SUSPENDED)):
            expected.append((self.add(state, power), transition))
        self.send(*(lpar for lpar, _ in expected))
        self.advance(world.DELAY)
        self.assertEmitted(*expected)
        self.assertEqual(len(expected), self.count('emitted'))

    def test_high_bit(self):
        lpar = self.add('not activated', high_bit=True)
        self.look(lpar)
        self.assertEmitted((lpar, STOPPED))
        self.assertEqual(1, len(self.lookups))

    def test_no_change_is_remembered(self):
        lpar = self.add()
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))
        self.look(lpar)
        self.assertEqual(1, self.count('known'))
        self.assertEqual(1, len(self.lookups))
        self.assertEqual(2, len(self.adapter.reads))
        self.assertEmitted()

    def test_what_is_known_is_checked_when_it_expires(self):
        # Nova stopped the server and somebody else started the LPAR, all
        # within the delay: the state is the one that nova agreed to before.
        lpar = self.add()
        self.look(lpar)
        self.instance(lpar).power_state = power_state.SHUTDOWN
        self.look(lpar)
        self.assertEmitted()
        self.assertEqual(0, self.count('pending'))
        self.assertEqual(1, self.count('scheduled'))
        self.advance(600)
        self.assertEmitted((lpar, STARTED))

    def test_an_answered_event_is_checked_once_more(self):
        # The answer may have been older than the event.
        lpar = self.add()
        self.look(lpar)
        self.assertEqual((1, 1), (self.count('cached'),
                                  self.count('scheduled')))
        self.lpars[lpar] = 'not activated'
        self.advance(600)
        self.assertEmitted((lpar, STOPPED))

    def test_knowledge_expires(self):
        self.look(self.add())
        self.advance(600)
        self.assertEqual(2, self.count('no_change'))
        self.advance(600)
        self.assertEqual((0, 0), (self.count('cached'),
                                  self.count('scheduled')))
        self.assertEqual(2, len(self.lookups))

    def test_knowledge_is_dropped_when_the_state_differs(self):
        lpar = self.add()
        self.look(lpar)
        self.lpars[lpar] = 'not activated'
        self.look(lpar)
        self.instance(lpar).power_state = power_state.SHUTDOWN
        self.lpars[lpar] = 'running'
        self.look(lpar)
        self.assertEmitted((lpar, STOPPED), (lpar, STARTED))

    def test_an_answered_event_is_checked_once_more_without_a_cache(self):
        self.handler = self.make_handler(event_state_ttl=0)
        lpar = self.add()
        self.send(lpar)
        self.advance(world.DELAY)
        # The answer was older than the event.
        self.lpars[lpar] = 'not activated'
        self.advance(300)
        self.assertEmitted((lpar, STOPPED))
        self.advance(15)
        self.advance(10000)
        self.assertEqual(0, self.count('scheduled'))

    def test_no_cache(self):
        self.handler = self.make_handler(event_state_ttl=0)
        lpar = self.add()
        for _ in range(3):
            self.look(lpar)
        self.assertEqual(3, len(self.lookups))
        self.assertEqual(0, self.count('cached'))

    def test_what_drops_knowledge(self):
        lpar = self.add()
        for etype in ('ADD_URI', 'DELETE_URI', 'NEW_CLIENT', 'CACHE_CLEARED',
                      'MISSING_EVENTS'):
            self.look(lpar)
            self.assertEqual(1, self.count('cached'))
            self.send(lpar, etype=etype, detail=None)
            self.assertEqual(0, self.count('cached'))

    def test_drop_during_a_batch(self):
        lpar = self.add()
        self.adapter.read, read = mock.Mock(), self.adapter.read

        def read_and_replace(*args, **kwargs):
            self.send(lpar, etype='ADD_URI', detail=None)
            return read(*args, **kwargs)

        self.adapter.read.side_effect = read_and_replace
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(0, self.count('cached'))

    def test_busy(self):
        lpar = self.add('not activated', task_state=task_states.SPAWNING)
        self.look(lpar)
        looks = [1]
        for seconds in (15, 30, 60, 120, 240, 300, 300):
            self.advance(seconds - 0.1)
            self.assertEqual(len(looks), len(self.lookups), seconds)
            self.advance(0.1)
            looks.append(seconds)
            self.assertEqual(len(looks), len(self.lookups), seconds)
        self.assertEqual(8, self.count('busy'))
        self.assertEmitted()
        self.instance(lpar).task_state = None
        self.advance(300)
        self.assertEmitted((lpar, STOPPED))

    def test_busy_whatever_the_task_or_the_host(self):
        tasks = [value for name, value in vars(task_states).items()
                 if name.isupper() and isinstance(value, str)]
        self.assertGreater(len(tasks), 40)
        lpars = [self.add('not activated', task_state=task,
                          host=('elsewhere', world.HOST)[number % 2])
                 for number, task in enumerate(tasks)]
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(len(lpars), self.count('busy'))
        self.assertEmitted()

    def test_event_of_a_busy_instance_starts_anew(self):
        lpar = self.add('not activated', task_state=task_states.POWERING_OFF)
        self.look(lpar)
        self.advance(15)
        self.advance(30)
        self.look(lpar)
        self.assertEqual(4, self.count('busy'))
        self.instance(lpar).task_state = None
        self.advance(15)
        self.assertEmitted((lpar, STOPPED))

    def test_gone(self):
        lpar = self.add()
        self.look(lpar)
        del self.lpars[lpar]
        self.look(lpar)
        self.assertEqual(1, self.count('gone'))
        self.assertEqual(0, self.count('scheduled'))
        self.assertEqual(0, self.count('cached'))
        self.assertEqual(1, len(self.lookups))
        self.assertEmitted()

    def test_not_ours(self):
        lpars = [self.add('running', instance=False),
                 self.add('not activated', host='elsewhere'),
                 self.add('not activated', host=None)]
        for number in (1, 2):
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual(1, len(self.lookups), number)
        self.assertEqual(3, self.count('not_ours'))
        self.assertEqual(3, self.count('known'))
        # Another state is another question.
        self.lpars[lpars[0]] = 'not activated'
        self.look(lpars[0])
        self.assertEqual(2, len(self.lookups))
        self.assertEmitted()

    def test_not_ours_becomes_ours(self):
        lpar = self.add('not activated', host='elsewhere')
        self.look(lpar)
        self.instance(lpar).host = world.HOST
        self.send(lpar, etype='ADD_URI', detail=None)
        self.look(lpar)
        self.assertEmitted((lpar, STOPPED))

    def test_two_instances_for_one_lpar(self):
        lpar = self.add('not activated', host='elsewhere')
        low = self.instances[lpar.lower()]
        high = low.obj_clone()
        high.uuid = '%x%s' % (int(low.uuid[0], 16) | 8, low.uuid[1:])
        high.host = world.HOST
        self.instances[high.uuid] = high
        self.look(lpar)
        self.assertEqual([(high.uuid, STOPPED)], self.emitted)

    def test_unsettled(self):
        states = ['Unknown', 'not available', 'hardware discovery', None,
                  'suspending', 'resuming', 'shutting down', 'levitating', 7,
                  ['running'], '']
        lpars = [self.add(state, power_state.NOSTATE) for state in states]
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(len(states), self.count('unsettled'))
        self.assertEqual(4, self.count('unknown_states'))
        self.assertEqual([], self.lookups)
        for lpar in lpars:
            self.lpars[lpar] = 'not activated'
        self.advance(15)
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))

    def test_error_is_told_as_a_stop(self):
        lpar = self.add('error')
        self.look(lpar)
        self.assertEmitted((lpar, STOPPED))
        # What an event could tell nova, it has taken already.
        self.instance(lpar).power_state = power_state.SHUTDOWN
        self.look(lpar)
        self.assertEqual(1, self.count('no_change'))

    def test_driver_that_raises(self):
        lpar = self.add('not activated')
        self.driver.emit_event.side_effect = ValueError('no')
        self.look(lpar)
        self.assertEqual(1, self.count('emit_failed'))
        self.driver.emit_event.side_effect = self.emit
        self.advance(1)
        self.assertEmitted((lpar, STOPPED))

    def test_batch_is_logged(self):
        lpars = [self.add('not activated') for _ in range(5)] + [self.add()]
        self.send(*lpars)
        with mock.patch('nova_powervm.virt.powervm.lifecycle.comparison.'
                        'LOG') as log:
            self.advance(world.DELAY)
            self.assertEqual(1, log.log.call_count)
        (_, text, *args), _ = log.log.call_args
        self.assertEqual(
            'PowerVM events: lpars=6 rest_reads=1 rest_ms=0 lookups=1 '
            'lookup_ms=0 emitted=5 no_change=1 oldest_wait_ms=16500',
            text % tuple(args))
        self.assertEqual(5, log.info.call_count)
        for call in log.info.call_args_list:
            self.assertIn(call.kwargs['instance_uuid'], self.instances)
        self.assertEqual(6, log.debug.call_count)
        for call in log.debug.call_args_list:
            self.assertIn(call.kwargs['instance'].uuid, self.instances)


class TestFailures(world.World):
    """Nothing is lost, and no answer is no information."""

    def test_rest_outage(self):
        lpars = [self.add('not activated') for _ in range(10)]
        self.adapter.answers['any'] = pvm_exceptions.ConnectionError('down')
        self.send(*lpars)
        with mock.patch('nova_powervm.virt.powervm.lifecycle.outage.'
                        'LOG') as log:
            self.advance(world.DELAY)
            # All of them, and since that may be too much, one of them.
            reads = 2
            for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
                self.advance(seconds - 0.1)
                self.assertEqual(reads, len(self.adapter.reads), seconds)
                self.advance(0.1)
                reads += 2
                self.assertEqual(reads, len(self.adapter.reads), seconds)
            log.warning.assert_called_once()
            log.info.assert_not_called()
            self.assertEqual([], self.lookups)
            del self.adapter.answers['any']
            self.advance(60)
            log.warning.assert_called_once()
            log.info.assert_called_once()
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
        self.assertEqual(1, len(self.lookups))

    def test_events_during_an_outage_join_the_batch(self):
        first, second = self.add('not activated'), self.add('not activated')
        self.adapter.answers['any'] = pvm_exceptions.ConnectionError('down')
        self.send(first)
        self.advance(world.DELAY)
        for _ in range(6):
            self.advance(60)
        self.send(second)
        self.advance(world.DELAY)
        self.assertEqual(0, self.adapter.reads.count(second))
        del self.adapter.answers['any']
        self.advance(60)
        self.assertEmitted((first, STOPPED), (second, STOPPED))
        self.assertEqual(1, len(self.lookups))

    def test_jitter(self):
        self.jitter = 1.0
        self.adapter.answers['any'] = pvm_exceptions.Error('down')
        self.send(self.add())
        self.advance(world.DELAY)
        self.advance(0.75)
        self.assertEqual(2, len(self.adapter.reads))

    def test_one_lpar_fails(self):
        for answer in (world.http_error(500), 'no JSON', ''):
            bad, good = self.add('not activated'), self.add('not activated')
            self.adapter.answers[bad] = answer
            self.emitted.clear()
            self.send(bad, good)
            self.advance(world.DELAY)
            self.assertEmitted((good, STOPPED))
            self.advance(1)
            self.advance(1.9)
            before = len(self.adapter.reads)
            self.advance(0.1)
            self.assertEqual(before + 1, len(self.adapter.reads))
            del self.adapter.answers[bad]
            self.advance(4)
            self.assertEmitted((good, STOPPED), (bad, STOPPED))

    def test_bad_answers_are_told_once(self):
        lpars = [self.add() for _ in range(3)]
        self.adapter.answers.update(
            {lpars[0]: 'no JSON', lpars[1]: world.http_error(500)})
        self.send(*lpars)
        self.advance(world.DELAY)
        for _ in range(5):
            self.advance(60)
        self.assertEqual(1, self.log.output.count('no usable answer'))
        self.assertGreater(self.count('rest_unusable'), 8)
        del self.adapter.answers[lpars[0]]
        self.advance(60)
        self.assertEqual(0, self.log.output.count('usable answers about all'))
        del self.adapter.answers[lpars[1]]
        self.advance(60)
        self.assertEqual(1, self.log.output.count('usable answers about all'))

    def test_bad_answers_about_an_lpar_that_is_deleted(self):
        for delete in (lambda lpar: self.lpars.pop(lpar),
                       lambda lpar: self.send(
                           lpar, etype='DELETE_URI', detail=None)):
            lpar = self.add()
            self.adapter.answers[lpar] = 'no JSON'
            self.send(lpar)
            self.advance(world.DELAY)
            del self.adapter.answers[lpar]
            delete(lpar)
            self.advance(60)
        other = self.add()
        self.adapter.answers[other] = 'no JSON'
        self.send(other)
        self.advance(world.DELAY)
        self.assertEqual(3, self.log.output.count('no usable answer'))

    def test_listing_is_missed_once(self):
        lpars = [self.add() for _ in range(6)]
        self.adapter.answers['All'] = world.http_error(404)
        for _ in range(3):
            self.send(lpars[0], etype='NEW_CLIENT')
            self.advance(world.DELAY)
        self.assertEqual(1, self.log.output.count('does not list'))
        del self.adapter.answers['All']
        for _ in range(2):
            self.send(lpars[0], etype='NEW_CLIENT')
            self.advance(world.DELAY)
        self.assertEqual(1, self.log.output.count('lists the states'))

    def test_service_unavailable_stops_the_batch(self):
        lpars = [self.add() for _ in range(3)]
        self.adapter.answers['any'] = world.http_error(503)
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(1, len(self.adapter.reads))
        self.assertEqual(3, self.count('retry'))

    def test_quick_all_not_offered(self):
        for answer in (world.http_error(404), world.http_error(400),
                       'no JSON', '{"not": "a list"}', 'null', ''):
            self.handler = self.make_handler()
            lpars = [self.add('not activated') for _ in range(6)]
            self.emitted.clear()
            self.adapter.reads.clear()
            self.adapter.answers['All'] = answer
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual(['All', 'feed'], self.adapter.reads)
            self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
            # Remembered, until the service may be another one.
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual(['All', 'feed', 'feed'], self.adapter.reads)
            self.send(lpars[0], etype='NEW_CLIENT')
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual('All', self.adapter.reads[3])

    def test_quick_all_fails(self):
        lpars = [self.add('not activated') for _ in range(6)]
        for status in (500, 502, 504):
            # It may have been an accident.
            self.adapter.answers['All'] = world.http_error(status)
            self.adapter.reads.clear()
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual(['All', 'feed'], self.adapter.reads)
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
        self.assertEqual(1, self.log.output.count('does not list the states'))
        del self.adapter.answers['All']
        self.adapter.reads.clear()
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(1, self.log.output.count('lists the states'))

    def test_no_listing(self):
        lpars = [self.add('not activated') for _ in range(6)]
        for answers in (
                {'All': world.http_error(404), 'feed': world.http_error(500)},
                {'All': world.http_error(503)},
                {'All': pvm_exceptions.TimeoutError('slow')}):
            self.handler = self.make_handler()
            self.adapter.answers = answers
            for power in power_state.RUNNING, power_state.NOSTATE:
                self.emitted.clear()
                for lpar in lpars:
                    self.instance(lpar).power_state = power
                self.send(lpars[0], etype='NEW_CLIENT')
                self.send(*lpars)
                self.advance(world.DELAY)
                self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
            self.assertGreaterEqual(self.count('resyncs_failed'), 2)
            self.adapter.answers = {}
            self.advance(60)
            self.assertEqual(2, self.count('resyncs'))
        self.assertEqual(3, self.log.output.count('does not list its LPARs'))
        self.assertEqual(3, self.log.output.count('lists its LPARs again'))
        self.assertEqual(0, self.log.output.count('does not answer'))

    def test_an_lpar_that_fails_like_the_service(self):
        for number, error in enumerate((
                world.http_error(503), pvm_exceptions.TimeoutError('slow'),
                pvm_exceptions.ConnectionError('cut')), 1):
            bad = [self.add('not activated') for _ in range(2)]
            self.adapter.answers.update(dict.fromkeys(bad, error))
            good = self.add()
            self.send(*bad)
            self.advance(world.DELAY)
            for state, told in (('not activated', STOPPED),
                                ('running', STARTED)):
                self.emitted.clear()
                self.lpars[good] = state
                self.send(good)
                # A pause may have begun, of a minute at most.
                for _ in range(8):
                    self.advance(world.DELAY)
                self.assertEmitted((good, told))
            # It was said of the service before anything else was read of it,
            # and is not said for each of the retries.
            self.assertEqual(
                number, self.log.output.count('no usable answer'))
            self.assertGreaterEqual(
                number, self.log.output.count('NovaLink does not answer'))
            self.adapter.answers.clear()
            self.emitted.clear()
            self.advance(60)
            self.assertEmitted(*((lpar, STOPPED) for lpar in bad))
            self.assertEqual(
                number, self.log.output.count('usable answers about all'))
            self.handler = self.make_handler()

    def test_lpars_that_fail_beside_a_listing(self):
        lpars = [self.add('not activated') for _ in range(20)]
        hidden = lpars[:3]
        self.adapter.hidden = set(hidden)
        self.adapter.answers.update(
            dict.fromkeys(hidden, pvm_exceptions.TimeoutError('slow')))
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars[3:]))
        # Of more of them only some are asked for: each takes so long.
        self.emitted.clear()
        lpars = [self.add('not activated') for _ in range(21)]
        self.adapter.hidden = set(lpars[1:])
        self.adapter.answers = dict.fromkeys(
            lpars, pvm_exceptions.TimeoutError('slow'))
        self.adapter.reads.clear()
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(6, len(self.adapter.reads))
        self.assertEmitted(
            *((lpar, STOPPED) for lpar in (*hidden, lpars[0])))
        self.adapter.answers.clear()
        for _ in range(3):
            self.advance(60)
        self.assertEqual(24, len({uuid for uuid, _ in self.emitted}))

    def test_feed_only_for_many(self):
        self.adapter.answers['All'] = world.http_error(404)
        lpars = [self.add() for _ in range(100)]
        self.handler.resync()
        self.advance(world.DELAY)
        for count, reads in ((10, 10), (11, 1)):
            self.handler.lifecycle.forget_state(lpars[0])
            self.adapter.reads.clear()
            self.send(*lpars[:count])
            self.advance(world.DELAY)
            self.assertEqual(reads, len(self.adapter.reads))

    def test_partial_listing(self):
        # Whatever a list lacks or garbles, nothing is stopped for it.
        for number, answers in enumerate(
                ({}, {'All': world.http_error(404)}), 1):
            self.handler = self.make_handler()
            lpars = [self.add() for _ in range(6)]
            deleted = self.add()
            self.adapter.answers = answers
            self.adapter.reads.clear()
            self.adapter.hidden = set(lpars[:2])
            del self.lpars[deleted]
            self.send(deleted, *lpars)
            self.advance(world.DELAY)
            self.assertEqual(6, self.count('no_change'))
            self.assertEqual(1, self.count('gone'))
            self.assertEqual(sorted([deleted, *lpars[:2]]),
                             sorted(self.adapter.reads[-3:]))
            self.assertEqual(1, self.count('rest_partial'))
            self.assertEqual(
                number, self.log.output.count('not list all LPARs'))
            self.adapter.hidden = set()
            self.send(*lpars)
            self.advance(world.DELAY)
            self.assertEqual(1, self.count('rest_partial'))
            self.assertEqual(
                number, self.log.output.count('lists all LPARs again'))
        self.assertEmitted()

    def test_garbled_listing(self):
        lpars = [self.add() for _ in range(5)]
        self.adapter.answers['All'] = jsonutils.dumps([
            None, 7, 'x', [], {}, {'UUID': None, 'PartitionState': 'error'},
            {'UUID': lpars[0]}, {'PartitionState': 'not activated'},
            {'UUID': lpars[1].lower(), 'PartitionState': 'running'},
            {'UUID': lpars[2], 'PartitionState': None}])
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(
            sorted([lpars[0], lpars[3], lpars[4]]),
            sorted(self.adapter.reads[1:]))
        self.assertEqual(4, self.count('no_change'))
        self.assertEqual(1, self.count('unsettled'))
        self.assertEmitted()

    def test_empty_listing(self):
        lpars = [self.add() for _ in range(6)]
        self.adapter.answers['All'] = '[]'
        self.send(*lpars)
        self.advance(world.DELAY)
        self.assertEqual(6, self.count('no_change'))
        self.assertEmitted()

    def test_controller_outage(self):
        lpars = [self.add('not activated') for _ in range(450)]
        self.lookup_error = exception.NovaException('no database')
        self.send(*lpars)
        self.advance(world.DELAY)
        # Not once for each batch: each attempt may take a minute to fail.
        self.assertEqual(1, len(self.lookups))
        self.assertEqual(450, self.count('retry'))
        self.assertEqual(450, self.count('pending'))
        self.advance(1)
        self.assertEqual(2, len(self.lookups))
        self.lookup_error = None
        self.advance(2)
        self.assertEqual(5, len(self.lookups))
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
        self.assertEqual(1, self.log.output.count('does not answer'))
        self.assertEqual(1, self.log.output.count(
            'nova-conductor answers again after 3.0 seconds; attempts that '
            'failed: 2'))

    def test_a_failing_batch_does_not_starve_the_others(self):
        lpars = [self.add('not activated') for _ in range(400)]
        poison = lpars[0].lower()
        get = self._get_by_filters

        def get_by_filters(context, filters, expected_attrs):
            found = get(context, filters, expected_attrs)
            if poison in filters['uuid']:
                raise exception.NovaException('unreadable')
            return found

        with mock.patch('nova.objects.InstanceList.get_by_filters',
                        get_by_filters):
            self.send(*lpars)
            self.advance(world.DELAY)
            self.advance(1)
        self.assertEqual(200, len(self.emitted))

    def test_no_state_survives_a_defect(self):
        lpar = self.add('not activated')
        with mock.patch('nova_powervm.virt.powervm.lifecycle.decision.'
                        'decide', side_effect=ZeroDivisionError):
            self.send(lpar)
            self.advance(world.DELAY)
        self.assertEqual(1, self.count('retry'))
        self.advance(1)
        self.assertEmitted((lpar, STOPPED))


class TestConfirmation(world.World):
    """nova is told again what it did not take, but not for ever."""

    def test_confirmed(self):
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY)
        self.assertEqual(0, self.count('cached'))
        self.assertEqual(1, self.count('confirming'))
        self.advance(15)
        self.assertEqual(0, self.count('confirming'))
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(1, self.count('cached'))
        self.assertEqual(0, self.count('scheduled'))
        self.assertEmitted((lpar, STOPPED))

    def test_told_again(self):
        self.listening = False
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY)
        for number, seconds in ((2, 15), (3, 30), (4, 60)):
            self.advance(seconds - 0.1)
            self.assertEqual(number - 1, len(self.emitted))
            self.advance(0.1)
            self.assertEqual(number, len(self.emitted))
        self.assertEqual(0, self.count('unconfirmed'))
        self.advance(120)
        self.assertEqual(4, len(self.emitted))
        self.assertEqual(1, self.count('unconfirmed'))
        self.assertEqual(0, self.count('scheduled'))
        warning, = (line for line in self.log.output.splitlines()
                    if 'periodic comparison' in line)
        self.assertIn(lpar, warning)
        self.assertIn('power state running', warning)
        self.advance(10000)
        self.assertEqual(4, len(self.emitted))

    def test_events_after_it_was_told_in_vain(self):
        lpar = self.add('error')
        self.send(lpar)
        for seconds in (world.DELAY, 15, 30, 60, 120):
            self.advance(seconds)
        self.assertEqual(4, len(self.emitted))
        self.assertEqual(1, self.count('unconfirmed'))
        lookups = len(self.lookups)
        for _ in range(5):
            self.send(lpar)
            self.advance(world.DELAY)
        self.assertEqual(4, len(self.emitted))
        self.assertEqual(lookups, len(self.lookups))
        # Its state changes, and again to the one before.
        for number, state in ((5, 'suspended'), (6, 'error')):
            self.lpars[lpar] = state
            self.send(lpar)
            self.advance(world.DELAY)
            self.assertEqual(number, len(self.emitted))

    def test_a_long_crash_is_confirmed_in_few_batches(self):
        # nova takes a second for each event.
        def emit(lifecycle_event):
            self.emit(lifecycle_event)
            self.clock.now += 1.0

        self.driver.emit_event.side_effect = emit
        self.send(*(self.add('not activated') for _ in range(40)))
        self.advance(world.DELAY)
        before = self.count('batches')
        for _ in range(80):
            self.advance(1.0)
        self.assertEqual(40, self.count('no_change'))
        self.assertGreaterEqual(4, self.count('batches') - before)

    def test_taken_at_last(self):
        self.listening = False
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY)
        self.listening = True
        self.advance(15)
        self.advance(30)
        self.assertEqual(2, len(self.emitted))
        self.assertEqual(1, self.count('no_change'))

    def test_another_state_is_counted_anew(self):
        self.listening = False
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY)
        self.advance(15)
        self.lpars[lpar] = 'suspended'
        for seconds in (30, 15, 30, 60):
            self.advance(seconds)
        self.assertEqual(6, len(self.emitted))
        self.assertEqual(0, self.count('unconfirmed'))
        self.advance(120)
        self.assertEqual(1, self.count('unconfirmed'))

    def test_what_was_taken_is_counted_anew(self):
        lpar = self.add()
        for number in range(1, 7):
            self.lpars[lpar] = 'not activated'
            self.send(lpar)
            self.advance(world.DELAY)
            self.assertEqual(number, len(self.emitted))
            # Keeps the LPAR in mind until the knowledge expires.
            self.send(lpar)
            self.advance(world.DELAY)
            # Its user starts it.
            self.lpars[lpar] = 'running'
            self.instance(lpar).power_state = power_state.RUNNING
            self.send(lpar)
            self.advance(world.DELAY)
        self.assertEqual(0, self.count('unconfirmed'))

    def test_what_a_resync_found_taken_is_counted_anew(self):
        self.listening = False
        lpar = self.add('not activated')
        self.send(lpar)
        for seconds in (world.DELAY, 15, 30, 60):
            self.advance(seconds)
        self.assertEqual(4, len(self.emitted))
        self.instance(lpar).power_state = power_state.SHUTDOWN
        self.handler.resync()
        self.advance(world.DELAY)
        self.advance(120)
        self.assertEqual(1, self.count('known'))
        self.listening = True
        self.instance(lpar).power_state = power_state.RUNNING
        self.advance(10000)
        self.assertEqual(5, len(self.emitted))
        self.assertEqual(0, self.count('unconfirmed'))

    def test_what_nobody_was_told_does_not_count(self):
        lpar = self.add('not activated')
        with mock.patch.object(self.handler.lifecycle._emitter, 'submit',
                               side_effect=RuntimeError("no more threads")):
            self.send(lpar)
            self.advance(world.DELAY)
            for _ in range(10):
                self.advance(60)
        self.assertEmitted()
        self.advance(60)
        self.assertEmitted((lpar, STOPPED))
        self.assertEqual(0, self.count('unconfirmed'))

    def test_redundant_events_do_not_count_anew(self):
        self.listening = False
        lpar = self.add('error')
        for _ in range(5):
            self.send(lpar)
            self.advance(world.DELAY)
        self.assertEqual(4, len(self.emitted))
        self.assertEqual(1, self.count('unconfirmed'))

    def test_busy_in_between(self):
        # nova stops the instance by its own API when it hears of the stop.
        lpar = self.add('not activated')
        self.send(lpar)
        self.advance(world.DELAY)
        self.instance(lpar).task_state = task_states.POWERING_OFF
        self.advance(15)
        self.assertEqual(1, self.count('busy'))
        self.instance(lpar).task_state = None
        self.advance(15)
        self.assertEqual(1, self.count('no_change'))
        self.assertEqual(1, len(self.emitted))


class TestResync(world.World):
    """All instances are compared when events may have been lost."""

    def test_triggers(self):
        for number, etype in enumerate(
                ('NEW_CLIENT', 'CACHE_CLEARED', 'MISSING_EVENTS'), 1):
            lpar = self.add('not activated')
            self.handler.process([world.make_event(None, None, etype)])
            self.assertEqual(0, self.count('events_malformed'))
            self.advance(world.DELAY)
            self.assertEmitted((lpar, STOPPED))
            self.assertEqual(number, self.host_reads)
            self.emitted.clear()

    def test_cost(self):
        stopped = [self.add('not activated') for _ in range(100)]
        for _ in range(900):
            self.add()
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual(1, self.host_reads)
        self.assertEqual([], self.lookups)
        self.assertEmitted(*((lpar, STOPPED) for lpar in stopped))
        # What agreed is known, and costs nothing later.
        self.assertEqual(900, self.count('cached'))

    def test_requests_are_one(self):
        for _ in range(30):
            self.handler.process(
                [world.make_event(None, None, 'CACHE_CLEARED')] * 3)
            self.advance(0.4)
        self.advance(world.DELAY)
        self.assertEqual(1, self.host_reads)

    def test_a_burst_without_end_is_capped(self):
        for _ in range(120):
            self.handler.resync()
            self.advance(1)
        self.assertEqual(2, self.host_reads)

    def test_after_start(self):
        lpar = self.add('not activated')
        self.handler = self.start_handler()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, STOPPED))
        self.assertEqual(1, self.count('resyncs'))

    def test_shares_its_reads(self):
        ours = [self.add('not activated') for _ in range(10)]
        foreign = self.add(instance=False)
        self.handler.resync()
        self.send(foreign, *ours[:5])
        self.advance(world.DELAY)
        self.assertEqual(['All'], self.adapter.reads)
        self.assertEqual([2], [len(uuids) for uuids in self.lookups])
        self.assertEmitted(*((lpar, STOPPED) for lpar in ours))

    def test_high_bit(self):
        lpar = self.add('not activated', high_bit=True)
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEmitted((lpar, STOPPED))

    def test_listing_that_lacks_lpars(self):
        # Asked for one by one; and nothing is stopped for its absence.
        hidden, gone = self.add('not activated'), self.add()
        deleted = self.instance(gone)
        del self.lpars[gone]
        self.adapter.hidden = {hidden}
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEmitted()
        self.advance(world.DELAY)
        self.assertEqual(1, self.count('gone'))
        self.assertEmitted((hidden, STOPPED))
        self.assertNotIn((deleted.uuid, STOPPED), self.emitted)

    def test_busy_and_unsettled_are_looked_at_again(self):
        busy = self.add('not activated', task_state=task_states.SPAWNING)
        passing = self.add('shutting down')
        self.handler.resync()
        self.advance(world.DELAY)
        self.instance(busy).task_state = None
        self.lpars[passing] = 'not activated'
        self.assertEmitted()
        self.advance(15)
        self.assertEmitted((busy, STOPPED), (passing, STOPPED))

    def test_an_lpar_that_keeps_moving_is_left_to_its_delay(self):
        before = self.count('resyncs')
        lpar = self.add('not activated')
        self.handler.resync()
        self.advance(10)
        self.send(lpar)
        self.advance(6.5)
        self.assertEqual(before + 1, self.count('resyncs'))
        self.assertEmitted()
        self.lpars[lpar] = 'running'
        self.advance(30)
        self.assertEmitted()

    def test_an_lpar_that_is_being_told_of(self):
        lpar = self.add('not activated')

        def emit(lifecycle_event):
            self.emit(lifecycle_event)
            self.driver.emit_event.side_effect = self.emit
            # Meanwhile it comes back, the event is lost, a resync comes.
            self.lpars[lpar] = 'running'
            self.handler.resync()
            self.clock.now += world.DELAY
            self.handler.lifecycle.run_due()
            self.assertEqual(1, self.count('resyncs') - before)
            self.assertEqual(1, len(self.emitted))

        before = self.count('resyncs')
        self.driver.emit_event.side_effect = emit
        self.send(lpar)
        self.advance(world.DELAY)
        self.advance(world.DELAY)
        uuid = self.instance(lpar).uuid
        self.assertEqual([(uuid, STOPPED), (uuid, STARTED)], self.emitted)

    def test_failures_are_retried(self):
        lpar = self.add('not activated')
        self.handler.resync()
        before = self.count('resyncs')
        self.adapter.answers['any'] = pvm_exceptions.Error('down')
        self.advance(world.DELAY)
        self.advance(1.5)
        self.assertEqual(0, self.host_reads)
        del self.adapter.answers['any']
        self.lookup_error = exception.NovaException('no database')
        self.advance(2)
        self.advance(1.5)
        self.assertEqual(2, self.host_reads)
        self.assertEqual(4, self.count('resyncs_failed'))
        self.assertEqual(before, self.count('resyncs'))
        self.lookup_error = None
        self.advance(60)
        self.assertEqual(before + 1, self.count('resyncs'))
        self.assertEmitted((lpar, STOPPED))

    def test_a_failure_of_its_own_holds_up_nothing_else(self):
        failing = mock.Mock(side_effect=exception.NovaException('unreadable'))
        lpars = [self.add() for _ in range(2)]
        with mock.patch.object(self, '_get_by_host', failing):
            self.handler.resync()
            self.advance(world.DELAY)
            for lpar in lpars:
                self.lpars[lpar] = 'not activated'
                self.send(lpar)
                self.advance(world.DELAY)
                self.advance(world.DELAY)
        self.assertEmitted(*((lpar, STOPPED) for lpar in lpars))
        self.assertEqual(failing.call_count, self.count('resyncs_failed'))
        self.assertGreater(failing.call_count, 3)
        self.assertEqual(1, self.log.output.count('could not all be read'))
        self.assertEqual(0, self.log.output.count('does not answer'))
        resyncs = self.count('resyncs')
        self.advance(60)
        self.assertEqual(1, self.count('resyncs') - resyncs)
        self.assertEqual(1, self.log.output.count('could all be read'))

    def test_what_it_finds_counts_more_than_what_was_known(self):
        waiting, in_batch = self.add(), self.add()
        # Each waits to be looked at again when what is known expires.
        self.send(waiting, in_batch)
        self.advance(world.DELAY)
        self.assertEqual(2, self.count('cached'))
        self.handler.lifecycle.mark([(pending.ALL, pending.Mark.RESYNC)])
        self.send(in_batch)
        for lpar in waiting, in_batch:
            self.instance(lpar).power_state = power_state.SHUTDOWN
        self.advance(world.DELAY)
        self.advance(world.DELAY)
        self.assertEmitted((waiting, STARTED), (in_batch, STARTED))

    def test_beside_an_nvram_event_of_an_lpar(self):
        self.driver.nvram_mgr = mock.Mock()
        lpar = self.add('not activated')
        self.handler.resync()
        self.send(lpar, detail='NVRAM')
        self.advance(world.DELAY)
        self.advance(world.DELAY)
        self.driver.nvram_mgr.store.assert_called_once()
        self.assertEmitted((lpar, STOPPED))

    def test_alone_in_an_outage(self):
        lpar = self.add('not activated')
        self.adapter.answers['any'] = pvm_exceptions.ConnectionError('down')
        self.send(lpar)
        self.advance(world.DELAY)
        self.send(lpar, etype='DELETE_URI', detail=None)
        self.handler.resync()
        for _ in range(5):
            self.advance(60)
        self.assertEqual(1, self.log.output.count('does not answer'))
        self.assertEqual(1, self.log.output.count('does not list its LPARs'))
        self.assertEqual(0, self.log.output.count('answers again'))
        del self.adapter.answers['any']
        self.advance(60)
        self.assertEqual(1, self.log.output.count('answers again'))
        self.assertEqual(1, self.log.output.count('lists its LPARs again'))
        self.assertEmitted((lpar, STOPPED))

    def test_a_defect_is_retried(self):
        lpar = self.add('not activated')
        self.handler.resync()
        with mock.patch('nova_powervm.virt.powervm.lifecycle.decision.'
                        'decide', side_effect=ZeroDivisionError):
            self.advance(world.DELAY)
        self.advance(1)
        self.assertEmitted((lpar, STOPPED))

    def test_stop_drops_it(self):
        self.handler.resync()
        self.handler.stop()
        self.handler.resync()
        self.advance(world.DELAY)
        self.assertEqual(0, self.host_reads)


class TestNvram(world.World):
    """NVRAM events reach the store, and hurt nobody else."""

    def setUp(self):
        super().setUp()
        self.lpar = self.add(high_bit=True)
        self.uuid = self.instance(self.lpar).uuid
        self.store = mock.Mock()

    def test_stored(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        for _ in range(3):
            self.send(self.lpar, detail='NVRAM')
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual([], self.adapter.reads)
        self.assertEqual(1, self.count('nvram_stored'))
        self.assertEqual(0, self.count('scheduled'))

    def test_with_a_state(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.lpars[self.lpar] = 'not activated'
        self.send(self.lpar, detail='NVRAM')
        self.send(self.lpar)
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEmitted((self.lpar, STOPPED))
        self.assertEqual(1, len(self.lookups))

    def test_with_a_state_in_one_answer(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.lpars[self.lpar] = 'not activated'
        self.handler.process([
            world.make_event(world.URI + self.lpar, detail)
            for detail in ('PartitionState', 'Other', 'NVRAM', 'Other')])
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEmitted((self.lpar, STOPPED))

    def test_known_instance_needs_no_lookup(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.send(self.lpar)
        self.advance(world.DELAY)
        self.send(self.lpar, detail='PartitionState,NVRAM')
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual(1, len(self.lookups))

    def test_during_a_task(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.instance(self.lpar).task_state = task_states.SPAWNING
        self.send(self.lpar, detail='PartitionState,NVRAM')
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual(1, self.count('busy'))
        self.advance(15)
        self.assertEqual(2, self.count('busy'))
        self.store.assert_called_once_with(self.uuid)

    def test_manager_none_or_absent(self):
        drivers = [mock.Mock(adapter=self.adapter, nvram_mgr=None),
                   mock.Mock(spec=['adapter', 'emit_event'],
                             adapter=self.adapter)]
        for driver in drivers:
            self.driver = driver
            self.handler = self.make_handler()
            self.send(self.lpar, detail='NVRAM')
            self.advance(world.DELAY)
            self.assertEqual([], self.lookups)
            self.assertEqual(0, self.count('scheduled'))
            self.send(self.lpar, detail='NVRAM,PartitionState')
            self.advance(world.DELAY)
            self.assertEqual(1, self.count('no_change'))
            self.lookups.clear()

    def test_manager_set_late(self):
        self.send(self.lpar, detail='NVRAM')
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.advance(world.DELAY)
        self.store.assert_called_once_with(self.uuid)

    def test_store_raises(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.store.side_effect = ValueError('disk full')
        other = self.add('not activated')
        self.lpars[self.lpar] = 'not activated'
        self.send(self.lpar, other, detail='NVRAM,PartitionState')
        self.advance(world.DELAY)
        self.assertEqual(2, self.count('nvram_failed'))
        self.assertEmitted((self.lpar, STOPPED), (other, STOPPED))
        self.store.side_effect = None
        self.advance(1)
        self.assertEqual(2, self.count('nvram_stored'))

    def test_no_instance(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.send(self.add(instance=False), detail='NVRAM')
        self.advance(world.DELAY)
        self.store.assert_not_called()
        self.assertEqual(1, len(self.lookups))
        self.assertEqual(0, self.count('scheduled'))

    def test_outages(self):
        self.driver.nvram_mgr = mock.Mock(store=self.store)
        self.lookup_error = exception.NovaException('no database')
        self.send(self.lpar, detail='NVRAM')
        self.advance(world.DELAY)
        self.adapter.answers['any'] = pvm_exceptions.Error('down')
        self.send(self.add(), detail='NVRAM,PartitionState')
        self.advance(world.DELAY)
        self.assertEqual(2, self.count('pending'))
        self.lookup_error = None
        del self.adapter.answers['any']
        self.advance(60)
        self.assertEqual(2, self.store.call_count)


class TestThreads(world.World):
    """The threads are few, lazy, and end."""

    def test_started_when_needed(self):
        self.assertEqual(['powervm-lifecycle'], self.threads)
        self.send(self.add('not activated'))
        self.assertEqual(['powervm-lifecycle'], self.threads)
        self.advance(world.DELAY)
        self.assertEqual(
            ['powervm-lifecycle', 'powervm-emit-0'], self.threads)

    def test_few(self):
        lpars = [self.add('not activated') for _ in range(50)]
        for _ in range(3):
            self.send(*lpars)
            self.advance(world.DELAY)
        self.assertEqual(5, len(self.threads))
        self.assertEqual(5, self.count('threads'))

    def test_stop(self):
        self.send(self.add('not activated'))
        with mock.patch.object(event, 'LOG') as log:
            self.handler.stop()
        self.assertIn(1, log.info.call_args.args)
        self.send(self.add('not activated'))
        self.assertEqual(0, self.count('scheduled'))
        self.assertEqual(0, self.count('threads'))
        self.assertEqual(1, len(self.threads))
        self.handler.stop()

    def test_stop_drops_what_is_being_worked_on(self):
        lpar = self.add('not activated')
        self.driver.emit_event.side_effect = lambda _: self.handler.stop()
        self.send(lpar)
        self.advance(world.DELAY)
        self.assertEqual(0, self.count('scheduled'))

    def test_real_threads(self):
        # The only test here with real threads and a real clock, which it
        # does not wait for: the delay is the shortest there is.
        emitted = threading.Event()
        self.driver.emit_event.side_effect = lambda _: emitted.set()
        handler = event.PowerVMNovaEventHandler(
            self.driver, conf=world.make_conf(event_delay=0.1))
        handler.process([world.make_event(
            world.URI + self.add('not activated'))])
        self.assertTrue(emitted.wait(30))
        self.assertEqual(2, handler.statistics.as_dict()['threads'])
        before = {thread.name for thread in threading.enumerate()}
        self.assertIn('powervm-lifecycle', before)
        handler.stop()
        after = {thread.name for thread in threading.enumerate()}
        self.assertEqual(
            set(), {name for name in after if name.startswith('powervm-')})


class TestOptions(world.World):

    def test_max_delay_below_delay(self):
        error = self.assertRaises(
            ValueError, self.make_handler, event_delay=20.0,
            event_max_delay=19.0)
        self.assertIn('event_max_delay', str(error))
        self.assertIn('event_delay', str(error))

    def test_equal_delays(self):
        self.handler = self.make_handler(
            event_delay=15.0, event_max_delay=15.0)
        lpar = self.add('not activated')
        for _ in range(3):
            self.send(lpar)
            self.advance(5)
        self.assertEmitted((lpar, STOPPED))

    def test_batch_size(self):
        self.handler = self.make_handler(event_batch_size=2)
        self.send(*(self.add() for _ in range(5)))
        self.advance(world.DELAY)
        self.assertEqual([4, 4, 2], [len(uuids) for uuids in self.lookups])

    def test_emit_workers(self):
        self.threads.clear()
        self.handler = self.make_handler(event_emit_workers=1)
        self.send(*(self.add('not activated') for _ in range(5)))
        self.advance(world.DELAY)
        self.assertEqual(2, len(self.threads))
