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

"""NovaLink fails: nothing is lost, and no answer is no information."""

import ddt
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

RUNNING, SHUTDOWN = world.RUNNING, world.SHUTDOWN

_DOWN = pvm_exceptions.ConnectionError('down')
_LIKE_AN_OUTAGE = (
    ('unavailable', world.http_error(503)),
    ('slow', pvm_exceptions.TimeoutError('slow')),
    ('cut', _DOWN))


@ddt.ddt
class TestOutage(world.World):

    def test_attempts(self):
        self.adapter.answers['any'] = _DOWN
        self.look(*self.add_many(10, 'not activated'))
        # All of them, and since that may be too much, one of them.
        times = [2]
        for seconds in 1, 2, 4, 8, 16, 32, 60, 60:
            self.advance(seconds - 0.1)
            self.advance(0.1)
            times.append(len(self.adapter.reads))
        self.assertEqual(list(range(2, 20, 2)), times)
        self.assertEqual([], self.nova.lookups)

    def test_nothing_is_lost(self):
        lpars = self.add_many(10, 'not activated')
        self.adapter.answers['any'] = _DOWN
        self.look(*lpars)
        self.wait(600)
        self.assertEqual(10, self.count('pending'))
        self.adapter.answers.clear()
        self.advance(60)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in lpars))
        self.assertEqual(1, len(self.nova.lookups))

    def test_one_line_at_each_end(self):
        self.adapter.answers['any'] = _DOWN
        self.look(*self.add_many(10, 'not activated'))
        self.wait(600)
        self.assertLogged(messages.NOVALINK_AWAY)
        self.assertLogged(messages.NOVALINK_BACK, 0)
        self.adapter.answers.clear()
        self.wait(600)
        self.assertLogged(messages.NOVALINK_AWAY)
        self.assertLogged(messages.NOVALINK_BACK)

    def test_it_is_as_long_as_events_waited(self):
        # From the beginning of the first attempt, which takes its time.
        self.adapter.answers['any'] = pvm_exceptions.TimeoutError('slow')
        self.send(self.add())
        self.adapter.read, read = self.slow_read, self.adapter.read
        self.advance(world.DELAY)
        self.adapter.read = read
        self.adapter.answers.clear()
        self.advance(1)
        record, = self.logs.of(messages.NOVALINK_BACK)
        self.assertEqual({'seconds': 31.0, 'attempts': 1}, record.args)

    def slow_read(self, *args, **kwargs):
        self.clock.now += 30
        return type(self.adapter).read(self.adapter, *args, **kwargs)

    def test_events_meanwhile_join_the_batch(self):
        first, second = self.add_many(2, 'not activated')
        self.adapter.answers['any'] = _DOWN
        self.look(first)
        self.wait(398)
        self.send(second)
        self.wait(world.DELAY)
        self.assertEqual(0, self.adapter.reads.count(second))
        self.adapter.answers.clear()
        self.advance(60)
        self.assertEmitted((first, SHUTDOWN), (second, SHUTDOWN))
        self.assertEqual(1, len(self.nova.lookups))

    def test_jitter(self):
        self.jitter = 1.0
        self.adapter.answers['any'] = _DOWN
        self.look(self.add())
        self.advance(0.49)
        self.assertEqual(1, len(self.adapter.reads))
        self.advance(0.02)
        self.assertEqual(2, len(self.adapter.reads))

    @ddt.named_data(*_LIKE_AN_OUTAGE)
    def test_it_stops_the_batch(self, error):
        # Each read may take half a minute to fail.
        self.adapter.answers['any'] = error
        self.look(*self.add_many(3))
        self.assertEqual(1, len(self.adapter.reads))
        self.assertEqual(3, self.count('retry'))

    def test_what_is_known_survives(self):
        lpar = self.add()
        self.look(lpar)
        self.adapter.answers['any'] = _DOWN
        self.look(lpar)
        self.assertEqual(1, self.count('agreed'))
        self.adapter.answers.clear()
        self.begin()
        self.wait(1)
        self.assertEqual(1, self.count('cached'))


@ddt.ddt
class TestOneLpar(world.World):
    """One LPAR fails by itself."""

    @ddt.named_data(
        ('error', world.http_error(500)), ('bad request',
                                           world.http_error(400)),
        ('no JSON', 'no JSON'), ('empty', ''), ('object', '{}'),
        ('list', '[]'), ('list of a state', '["running"]'), ('number', '7'),
        ('true', 'true'))
    def test_unusable_answer(self, answer):
        bad, good = self.add_many(2, 'not activated')
        self.adapter.answers[bad] = answer
        self.look(bad, good)
        self.assertEmitted((good, SHUTDOWN))
        self.assertEqual([1, 1], [
            self.count('retry'), self.count('rest_unusable')])
        self.wait(600)
        self.assertEmitted((good, SHUTDOWN))
        self.adapter.answers.clear()
        self.wait(1.5 * 60)
        self.assertEmitted((good, SHUTDOWN), (bad, SHUTDOWN))

    def test_retried_ever_more_rarely(self):
        bad = self.add()
        self.adapter.answers[bad] = world.http_error(500)
        self.look(bad)
        self.wait(4.5)
        self.assertGreater(len(self.adapter.reads), 2)
        self.wait(600)
        self.begin()
        self.wait(600)
        self.assertEqual(10, len(self.adapter.reads))

    def test_told_once(self):
        lpars = self.add_many(3)
        self.adapter.answers.update(
            {lpars[0]: 'no JSON', lpars[1]: world.http_error(500)})
        self.look(*lpars)
        self.wait(300)
        self.assertLogged(messages.LPAR_UNREADABLE)
        self.assertGreater(self.count('rest_unusable'), 8)
        # It ends with the last of them.
        del self.adapter.answers[lpars[0]]
        self.wait(1.5 * 60)
        self.assertLogged(messages.LPARS_READABLE, 0)
        del self.adapter.answers[lpars[1]]
        self.wait(1.5 * 60)
        self.assertLogged(messages.LPARS_READABLE)
        self.assertLogged(messages.NOVALINK_AWAY, 0)

    @ddt.data('LPAR', 'event')
    def test_told_again_after_it_was_deleted(self, what):
        lpar = self.add()
        self.adapter.answers[lpar] = 'no JSON'
        self.look(lpar)
        if what == 'LPAR':
            del self.lpars[lpar], self.adapter.answers[lpar]
        else:
            self.send(lpar, etype='DELETE_URI', detail=None)
        self.wait(1.5 * 60)
        other = self.add()
        self.adapter.answers[other] = 'no JSON'
        self.look(other)
        self.assertLogged(messages.LPAR_UNREADABLE, 2)

    @ddt.named_data(*_LIKE_AN_OUTAGE)
    def test_that_fails_like_the_service(self, error):
        bad = self.add_many(2, 'not activated')
        self.adapter.answers.update(dict.fromkeys(bad, error))
        self.look(*bad)
        good = self.add('not activated')
        # A pause may have begun, of a minute at most.
        self.look(good)
        self.wait(60)
        self.assertEmitted((good, SHUTDOWN))
        # From now on it is known whose failure it is.
        other = self.add('not activated')
        self.look(other)
        self.assertEmitted((good, SHUTDOWN), (other, SHUTDOWN))
        self.assertLogged(messages.LPAR_UNREADABLE)
        self.adapter.answers.clear()
        self.wait(1.5 * 60)
        self.assertEmitted(*((lpar, SHUTDOWN) for lpar in (
            good, other, *bad)))
        self.assertLogged(messages.LPARS_READABLE)
        # It was said of the service before anything else was read of it.
        self.assertLogged(messages.NOVALINK_AWAY)
        self.assertLogged(messages.NOVALINK_BACK)
