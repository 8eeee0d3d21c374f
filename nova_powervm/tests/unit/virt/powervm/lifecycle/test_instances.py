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

import ddt
import mock
from nova import objects
from oslo_context import context as oslo_context
from oslo_db import exception as db_exc
import oslo_messaging

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import instances
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import uuids

UNREAD, AWAY = interfaces.Absent.UNREAD, interfaces.Absent.AWAY

LPARS = [fakes.lpar(number) for number in range(20)]
A, B, C, D = LPARS[:4]

silences = ddt.named_data(
    ('timeout', oslo_messaging.MessagingTimeout()),
    ('delivery', oslo_messaging.MessageDeliveryFailure()))
database_errors = ddt.named_data(
    ('remote', oslo_messaging.RemoteError('DBConnectionError')),
    ('local', db_exc.DBError()))


def record(lpar, high=False, host=fakes.HOST, **fields):
    """Return what nova says of an LPAR, with either form of its uuid."""
    return interfaces.Record(
        uuids.candidate_uuids(lpar)[high], host,
        fields.get('vm_state', 'active'), fields.get('power_state', 1),
        fields.get('task_state'))


class Database:
    """Answers lookups as nova-conductor does.

    :ivar records: what there is; those in ``hidden`` are hidden instances.
    :ivar lookups: the LPARs of each lookup, those of hidden ones in a tuple.
    :ivar errors: for each LPAR, what a lookup raises that names it.
    """

    def __init__(self):
        self.records = [record(lpar) for lpar in LPARS]
        self.hidden = []
        self.lookups = []
        self.errors = {}
        self.contexts = []
        self.during = lambda: None

    def get_by_filters(self, context, filters, expected_attrs):
        self._note(context, expected_attrs)
        hidden = filters.get('hidden', False)
        rest = {**filters, 'uuid': None, 'hidden': True}
        if rest != {'uuid': None, 'deleted': False, 'soft_deleted': True,
                    'hidden': True}:
            raise NotImplementedError
        kind = tuple if hidden else list
        self.lookups.append(kind(
            uuids.lpar_uuid(uuid) for uuid in filters['uuid'][::2]))
        for lpar in self.lookups[-1]:
            if (error := self.errors.get((lpar, hidden))) is not None:
                raise error
        return self._instances(
            one for one in (self.hidden if hidden else self.records)
            if one.uuid in filters['uuid'])

    def get_by_host(self, context, host, expected_attrs):
        self._note(context, expected_attrs)
        if 'host' in self.errors:
            raise self.errors['host']
        return self._instances(
            one for one in self.records if one.host == host)

    def _note(self, context, expected_attrs):
        if expected_attrs != []:
            raise NotImplementedError
        self.contexts.append((context, oslo_context.get_current()))
        self.during()

    def _instances(self, records):
        return objects.InstanceList(objects=[
            objects.Instance(**one._asdict()) for one in records])


class TestCase(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.database = Database()
        for name in 'get_by_filters', 'get_by_host':
            patcher = mock.patch.object(
                objects.InstanceList, name, getattr(self.database, name))
            patcher.start()
            self.addCleanup(patcher.stop)
        self.jitter = 0.0
        self.batch_size = 200
        self.instances = self.make()

    def make(self):
        return instances.Instances(
            fakes.HOST, self.batch_size, self.stats, self.clock,
            lambda: self.jitter)

    def find(self, *lpars):
        self.database.lookups.clear()
        return self.instances.find(lpars)

    def fail(self, error, *lpars, hidden=(False, True)):
        """Let lookups of LPARs raise."""
        self.database.errors.update(
            {(lpar, one): error for lpar in lpars for one in hidden})

    def recover(self):
        self.database.errors.clear()


@ddt.ddt
class TestFind(TestCase):

    @ddt.named_data(('first', False), ('second', True))
    def test_either_uuid(self, high):
        self.database.records = [record(
            A, high, vm_state='stopped', power_state=4, task_state='x')]
        self.assertEqual(
            instances.Found({A: self.database.records[0]}), self.find(A))
        self.assertEqual([[A]], self.database.lookups)

    def test_many(self):
        self.assertEqual(
            dict(zip(LPARS, self.database.records, strict=True)),
            self.find(*LPARS).records)
        self.assertEqual([LPARS], self.database.lookups)
        self.assertLogged()

    def test_nobody(self):
        self.assertEqual(instances.Found({}), self.find())
        self.assertEqual([], self.database.lookups)

    @ddt.named_data(('before', 'a-host'), ('after', 'z-host'),
                    ('none', None))
    def test_two_of_one_lpar(self, host):
        there = record(A, high=True, host=host)
        here = record(A)
        self.database.records = [there, here]
        self.assertEqual({A: here}, self.find(A).records)
        there, here = record(A, host=host), record(A, high=True)
        self.database.records = [there, here]
        self.assertEqual({A: here}, self.find(A).records)

    def test_hidden_and_unknown(self):
        hidden = record(A, high=True)
        self.database.records = [record(C)]
        self.database.hidden = [hidden, record(C, high=True)]
        self.assertEqual({A: hidden, B: None, C: record(C)},
                         self.find(A, B, C).records)
        self.assertEqual([[A, B, C], (A, B)], self.database.lookups)

    def test_batches(self):
        self.batch_size = 2
        self.instances = self.make()
        self.assertEqual(
            dict(zip(LPARS[:5], self.database.records, strict=False)),
            self.find(*LPARS[:5]).records)
        self.assertEqual([LPARS[:2], LPARS[2:4], LPARS[4:5]],
                         self.database.lookups)

    def test_context(self):
        # Of an administrator, made once, and the one that log lines show.
        self.find(A)
        self.database.records.clear()
        self.find(A)
        self.instances.find_all()
        contexts = {id(one) for pair in self.database.contexts
                    for one in pair}
        self.assertEqual(1, len(contexts))
        self.assertTrue(self.database.contexts[0][0].is_admin)

    def test_counters(self):
        self.database.during = lambda: self.clock.advance(2.5)
        self.find(A)
        self.assertEqual({'lookups': 1, 'lookup_seconds': 2.5},
                         self.counters())
        self.fail(oslo_messaging.MessagingTimeout(), A)
        self.find(A)
        self.assertEqual(
            {'lookups': 2, 'lookups_failed': 1, 'lookup_seconds': 5.0},
            self.counters())


@ddt.ddt
class TestAway(TestCase):
    """nova does not answer, or answers all lookups with an error."""

    @silences
    def test_silence(self, error):
        self.fail(error, A)
        found = self.find(*LPARS)
        self.assertEqual(dict.fromkeys(LPARS, AWAY), found.records)
        self.assertEqual(self.clock.now + 1.0, found.resume_at)
        self.assertEqual([LPARS], self.database.lookups)
        self.assertLogged(messages.CONDUCTOR_AWAY)
        self.assertEqual({'error': error}, self.logs.of(
            messages.CONDUCTOR_AWAY)[0].args)

    @database_errors
    def test_database(self, error):
        self.fail(error, A)
        found = self.find(*LPARS)
        self.assertEqual(dict.fromkeys(LPARS, AWAY), found.records)
        self.assertEqual(self.clock.now + 1.0, found.resume_at)
        self.assertEqual([LPARS], self.database.lookups)
        self.assertLogged(messages.CONDUCTOR_FAILS)

    def test_attempts_are_ever_rarer(self):
        self.fail(oslo_messaging.MessagingTimeout(), A)
        waits = [self.find(A).resume_at - self.clock.now for _ in range(8)]
        self.assertEqual([1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 15.0], waits)
        self.assertLogged(messages.CONDUCTOR_AWAY)

    def test_jitter(self):
        self.jitter = 1.0
        self.fail(oslo_messaging.MessagingTimeout(), A)
        self.assertEqual(self.clock.now + 0.5, self.find(A).resume_at)

    def test_back(self):
        self.fail(oslo_messaging.MessagingTimeout(), A)
        self.database.during = lambda: self.clock.advance(60.0)
        self.find(A)
        self.clock.advance(5.0)
        self.find(A)
        self.recover()
        self.find(A)
        self.assertLogged(messages.CONDUCTOR_AWAY, messages.CONDUCTOR_BACK)
        self.assertEqual({'seconds': 185.0, 'attempts': 2}, self.logs.of(
            messages.CONDUCTOR_BACK)[0].args)

    def test_after_some_have_been_found(self):
        self.batch_size = 2
        self.instances = self.make()
        self.fail(oslo_messaging.MessagingTimeout(), C)
        found = self.find(A, B, C, D)
        self.assertEqual({A: record(A), B: record(B), C: AWAY, D: AWAY},
                         found.records)
        self.assertIsNotNone(found.resume_at)

    def test_while_hidden_ones_are_looked_up(self):
        # That there is no instance is not known before.
        self.database.records = [record(A)]
        self.fail(oslo_messaging.MessagingTimeout(), B, hidden=[True])
        found = self.find(A, B)
        self.assertEqual({A: record(A), B: AWAY}, found.records)
        self.assertIsNotNone(found.resume_at)

    def test_no_lookup_succeeds_for_whatever_reason(self):
        # Enough attempts to get from the largest batch to one instance.
        lpars = [fakes.lpar(number) for number in range(1000)]
        self.batch_size = 1000
        self.instances = self.make()
        self.fail(ValueError(), *lpars)
        found = self.find(*lpars)
        self.assertEqual(13, len(self.database.lookups))
        self.assertIn(AWAY, found.records.values())
        self.assertEqual({AWAY, UNREAD}, set(found.records.values()))
        self.assertIsNotNone(found.resume_at)
        self.assertEqual(1, self.logs.count(messages.CONDUCTOR_FAILS))

    def test_the_only_lookup_fails_for_whatever_reason(self):
        self.fail(ValueError(), A)
        found = self.find(A)
        self.assertEqual({A: AWAY}, found.records)
        self.assertIsNotNone(found.resume_at)
        self.assertLogged(messages.CONDUCTOR_FAILS)


class TestUnreadable(TestCase):
    """One instance that nova cannot read holds up no other one."""

    def setUp(self):
        super().setUp()
        self.fail(oslo_messaging.RemoteError('ValueError'), B)

    def assertOthers(self, *lpars):
        """All but one are found."""
        found = self.find(*lpars)
        self.assertEqual({**{lpar: record(lpar) for lpar in lpars},
                          B: UNREAD}, found.records)
        self.assertIsNone(found.resume_at)

    def test_is_found_by_halving(self):
        self.assertOthers(*LPARS[:8])
        self.assertEqual(
            [LPARS[:8], LPARS[:4], LPARS[:2], [A], [B], LPARS[2:4],
             LPARS[4:8]], self.database.lookups)
        self.assertLogged(messages.INSTANCE_UNREADABLE)

    def test_is_looked_up_alone_from_then_on(self):
        self.assertOthers(A, B, C)
        self.assertOthers(A, B, C)
        self.assertEqual([[A, C], [B]], self.database.lookups)
        self.assertOthers(B)
        self.assertLogged(messages.INSTANCE_UNREADABLE)

    def test_readable_again(self):
        self.database.during = lambda: self.clock.advance(1.0)
        self.assertOthers(A, B)
        self.recover()
        self.find(A, B)
        self.assertEqual([[A], [B]], self.database.lookups)
        self.find(A, B)
        self.assertEqual([[A, B]], self.database.lookups)
        self.assertLogged(messages.INSTANCE_UNREADABLE,
                          messages.INSTANCES_READABLE)
        self.assertEqual({'seconds': 3.0, 'attempts': 1}, self.logs.of(
            messages.INSTANCES_READABLE)[0].args)

    def test_two(self):
        self.fail(oslo_messaging.RemoteError('ValueError'), C)
        self.assertEqual({A: record(A), B: UNREAD, C: UNREAD, D: record(D)},
                         self.find(A, B, C, D).records)
        self.assertLogged(messages.INSTANCE_UNREADABLE)
        self.database.errors = {
            key: error for key, error in self.database.errors.items()
            if C in key}
        self.find(A, B, C, D)
        self.assertLogged(messages.INSTANCE_UNREADABLE)
        self.recover()
        self.find(A, B, C, D)
        self.assertLogged(messages.INSTANCE_UNREADABLE,
                          messages.INSTANCES_READABLE)

    def test_deleted(self):
        self.assertOthers(A, B)
        self.instances.forget(B)
        self.recover()
        self.find(A)
        self.assertLogged(messages.INSTANCE_UNREADABLE,
                          messages.INSTANCES_READABLE)

    def test_while_nova_is_away(self):
        self.assertOthers(A, B)
        self.fail(oslo_messaging.MessagingTimeout(), A, B)
        self.assertEqual({A: AWAY, B: AWAY}, self.find(A, B).records)
        self.assertLogged(messages.INSTANCE_UNREADABLE,
                          messages.CONDUCTOR_AWAY)

    def test_is_no_sign_that_nova_is_back(self):
        self.assertOthers(A, B)
        self.fail(oslo_messaging.MessagingTimeout(), A)
        self.find(A)
        self.assertOthers(B)
        self.assertLogged(messages.INSTANCE_UNREADABLE,
                          messages.CONDUCTOR_AWAY)

    def test_is_named_with_the_error(self):
        self.fail(ValueError('why'), B)
        self.assertOthers(A, B)
        error = self.logs.of(messages.INSTANCE_UNREADABLE)[0].args['error']
        self.assertIn(B, error)
        self.assertIn('why', error)

    def test_nothing_else_answers(self):
        self.fail(ValueError(), A)
        self.assertEqual({A: UNREAD, B: AWAY}, self.find(A, B).records)

    def test_many_in_a_row_are_taken_for_an_outage(self):
        # The next attempt gets past those that are known by then.
        lpars = [A, *map(fakes.lpar, range(100, 120))]
        self.batch_size = 1
        self.instances = self.make()
        self.fail(ValueError(), *lpars[1:])
        found = self.find(*lpars)
        self.assertEqual(
            {A: record(A), **dict.fromkeys(lpars[1:13], UNREAD),
             **dict.fromkeys(lpars[13:], AWAY)}, found.records)
        self.assertIsNotNone(found.resume_at)
        found = self.find(*lpars)
        self.assertEqual({A: record(A), **dict.fromkeys(lpars[1:], UNREAD)},
                         found.records)
        self.assertIsNone(found.resume_at)

    def test_many_that_are_no_neighbours(self):
        lpars = [fakes.lpar(number) for number in range(100, 140)]
        self.database.records = [record(lpar) for lpar in lpars[::2]]
        self.batch_size = 1
        self.instances = self.make()
        self.fail(ValueError(), *lpars[1::2])
        found = self.find(*lpars)
        self.assertEqual(
            {**{lpar: record(lpar) for lpar in lpars[::2]},
             **dict.fromkeys(lpars[1::2], UNREAD)}, found.records)
        self.assertIsNone(found.resume_at)


@ddt.ddt
class TestFindAll(TestCase):

    def test_this_host(self):
        self.database.records = [record(A), record(B, high=True),
                                 record(C, host='a-host'),
                                 record(D, host='z-host')]
        self.assertEqual({A: record(A), B: record(B, high=True)},
                         self.instances.find_all())
        self.assertEqual({'lookups': 1}, self.counters())

    @silences
    def test_nova_is_away(self, error):
        self.database.errors['host'] = error
        away = self.assertRaises(
            interfaces.NovaAway, self.instances.find_all)
        self.assertEqual(self.clock.now + 1.0, away.resume_at)
        self.assertLogged(messages.CONDUCTOR_AWAY)

    @database_errors
    def test_database_is_away(self, error):
        self.database.errors['host'] = error
        self.assertRaises(interfaces.NovaAway, self.instances.find_all)
        self.assertLogged(messages.CONDUCTOR_FAILS)

    def test_is_one_outage_with_that_of_lpars(self):
        error = oslo_messaging.MessagingTimeout()
        self.database.errors['host'] = error
        self.fail(error, A)
        self.find(A)
        away = self.assertRaises(
            interfaces.NovaAway, self.instances.find_all)
        self.assertEqual(self.clock.now + 2.0, away.resume_at)
        self.recover()
        self.instances.find_all()
        self.assertLogged(messages.CONDUCTOR_AWAY, messages.CONDUCTOR_BACK)

    def test_only_this_one_fails(self):
        error = self.database.errors['host'] = ValueError()
        self.assertIs(error, self.assertRaises(
            ValueError, self.instances.find_all))
        self.assertLogged()
        self.assertEqual({'lookups': 1, 'lookups_failed': 1},
                         self.counters())
        self.assertLogged()


@ddt.ddt
class TestLate(TestCase):

    def setUp(self):
        super().setUp()
        self.seconds = 10.0
        self.database.during = self.hang

    def hang(self):
        self.clock.advance(self.seconds)
        self.instances.check(self.clock.now)

    @ddt.named_data(('find', lambda one: one.find([A])),
                    ('find_all', lambda one: one.find_all()))
    def test_while_a_lookup_takes_long(self, look_up):
        look_up(self.instances)
        self.assertLogged(messages.CONDUCTOR_LATE, messages.CONDUCTOR_BACK)
        self.assertEqual({'seconds': 10.0, 'attempts': 0}, self.logs.of(
            messages.CONDUCTOR_BACK)[0].args)

    @ddt.named_data(('find', lambda one: one.find([A])),
                    ('find_all', lambda one: one.find_all()))
    def test_while_lookups_are_in_time(self, look_up):
        self.seconds = 9.9
        look_up(self.instances)
        self.instances.check(self.clock.now + 1000.0)
        self.assertLogged()

    def test_not_after_a_lookup_that_failed(self):
        self.seconds = 0.0
        self.database.errors['host'] = ValueError()
        self.assertRaises(ValueError, self.instances.find_all)
        self.instances.check(self.clock.now + 1000.0)
        self.assertLogged()
