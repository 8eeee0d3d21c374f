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

"""nova-conductor fails, or nova cannot read some record."""

import ddt
import mock
from nova import exception
from nova import objects
from oslo_db import exception as db_exception
import oslo_messaging

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

_TIMEOUT = oslo_messaging.MessagingTimeout('no answer')
_NO_ANSWER = (
    ('timeout', _TIMEOUT),
    ('not delivered', oslo_messaging.MessageDeliveryFailure('no broker')))
_NO_DATABASE = (
    ('remote', oslo_messaging.RemoteError('DBConnectionError', 'no socket')),
    ('local', db_exception.DBConnectionError()),
    ('deadlock', oslo_messaging.RemoteError('DBDeadlock', 'try again')))


@ddt.ddt
class TestOutage(world.World):

    options = (('event_batch_size', 20),)

    @ddt.named_data(*_NO_ANSWER, *_NO_DATABASE)
    def test_nothing_is_lost(self, error):
        lpars = self.add_many(45, 'not activated')
        self.nova.error = error
        self.look(*lpars)
        # Not once for each batch: each attempt may take a minute to fail.
        self.assertEqual(1, len(self.nova.lookups))
        self.assertEqual([45, 45], [
            self.count('retry'), self.count('pending')])
        self.advance(1)
        self.assertEqual(2, len(self.nova.lookups))
        self.nova.error = None
        self.advance(2)
        self.assertEqual(5, len(self.nova.lookups))
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))

    def test_attempts(self):
        self.nova.error = _TIMEOUT
        self.look(self.add())
        times = [1]
        for seconds in 1, 2, 4, 8, 15, 15, 15, 15:
            self.advance(seconds - 0.1)
            self.advance(0.1)
            times.append(len(self.nova.lookups))
        self.assertEqual(list(range(1, 10)), times)

    def test_jitter(self):
        self.jitter = 1.0
        self.nova.error = _TIMEOUT
        self.look(self.add())
        self.advance(0.49)
        self.assertEqual(1, len(self.nova.lookups))
        self.advance(0.02)
        self.assertEqual(2, len(self.nova.lookups))

    @ddt.named_data(
        *((name, error, messages.CONDUCTOR_AWAY, messages.CONDUCTOR_FAILS)
          for name, error in _NO_ANSWER),
        *((name, error, messages.CONDUCTOR_FAILS, messages.CONDUCTOR_AWAY)
          for name, error in (*_NO_DATABASE, (
              'something else', exception.NovaException('odd')))))
    def test_one_line_at_each_end(self, error, line, other):
        self.nova.error = error
        self.look(self.add())
        self.wait(300)
        self.assertLogged(line)
        self.assertLogged(other, 0)
        self.assertLogged(messages.CONDUCTOR_BACK, 0)
        self.nova.error = None
        self.wait(300)
        self.assertLogged(line)
        self.assertLogged(messages.CONDUCTOR_BACK)

    def test_it_is_as_long_as_events_waited(self):
        # From the beginning of the first attempt, which takes its time.
        def fail_late(*args, **kwargs):
            self.clock.now += 60
            raise _TIMEOUT

        with mock.patch.object(
                objects.InstanceList, 'get_by_filters', fail_late):
            self.look(self.add())
            self.advance(1)
        self.advance(2)
        record, = self.logs.of(messages.CONDUCTOR_BACK)
        self.assertEqual({'seconds': 123.0, 'attempts': 2}, record.args)

    def test_errors_of_all_kinds_are_few_lookups(self):
        # What fails nova as a whole need not be known as such.
        self.nova.error = exception.NovaException('odd')
        self.look(*self.add_many(45))
        self.assertLessEqual(len(self.nova.lookups), 15)
        self.assertEqual(45, self.count('retry'))
        self.assertLogged(messages.CONDUCTOR_FAILS)

    @ddt.data('first', 'second')
    def test_in_the_middle_of_a_batch(self, when):
        # What was answered before is used.
        lpars = self.add_many(40, 'not activated')
        get = self.nova.get_by_filters

        def fail_later(*args, **kwargs):
            if len(self.nova.lookups) == ('first', 'second').index(when):
                raise _TIMEOUT
            return get(*args, **kwargs)

        with mock.patch.object(
                objects.InstanceList, 'get_by_filters', fail_later):
            self.look(*lpars)
        self.assertEqual({'first': 0, 'second': 20}[when],
                         len(self.emitted))
        self.advance(60)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))

    @ddt.named_data(('timeout', _TIMEOUT), ('odd', ValueError()))
    def test_while_hidden_instances_are_looked_for(self, error):
        # An LPAR of which only half was answered is nobody's.
        lpar = self.add('not activated', hidden=True)
        others = self.add_many(2, instance=False)
        get = self.nova.get_by_filters

        def get_by_filters(context, filters, **kwargs):
            if filters.get('hidden'):
                raise error
            return get(context, filters, **kwargs)

        with mock.patch.object(
                objects.InstanceList, 'get_by_filters', get_by_filters):
            self.look(lpar, *others)
            self.assertEqual([3, 0], [
                self.count('retry'), self.count('not_ours')])
        self.wait(60)
        self.assertEmitted((lpar, SHUTDOWN))
        self.assertEqual(2, self.count('not_ours'))
