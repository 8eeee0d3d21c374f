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

"""Sessions with NovaLink."""

import ddt
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import exceptions as pvm_exc

from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import session

POLL = '/rest/api/uom/Event?QUEUE_APPLICATIONID=x'
READ = '/rest/api/uom/LogicalPartition'
QUICK_READ = READ + '/x/quick/PartitionState'


def no_connection():
    return pvm_exc.ConnectionError('gone')


def unauthorized():
    return pvm_exc.HttpUnauth(
        pvm_adapter.Response('GET', READ, 401, 'Unauthorized', {}))


def logon(this, conn_tries):
    """Send the request of pypowervm's own logon, without its file."""
    this.request('PUT', const.LOGON_PATH, relogin=False, login=True)


class SessionTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.request = self.patch_object(pvm_adapter.Session, 'request')
        self.patch_object(pvm_adapter.Session, '_logon', new=logon)
        self.clock = novalink.Clock()
        self.session = session.Session(clock=self.clock)

    def send(self, path, error=None, status=200, body='<feed/>', **kwargs):
        """Send a request that succeeds, or raises an error."""
        response = pvm_adapter.Response('GET', path, status, 'reason', {},
                                        body=body)
        self.request.side_effect = [error or response]
        if error is None:
            self.assertIs(response,
                          self.session.request('GET', path, **kwargs))
        else:
            self.assertIs(error, self.assertRaises(
                type(error), self.session.request, 'GET', path, **kwargs))

    def assert_interruptions(self, number):
        self.assertEqual(number, self.session.interruptions)


@ddt.ddt
class InterruptionsTestCase(SessionTestCase):

    def test_none(self):
        self.send(POLL)
        self.send(READ)
        self.assert_interruptions(0)

    @ddt.named_data(('no_connection', no_connection()),
                    ('timeout', pvm_exc.TimeoutError('slow')))
    def test_polls_fail(self, error):
        """They count once, when a poll succeeds again."""
        self.send(POLL, error)
        self.send(POLL, error)
        self.send(READ)
        self.assert_interruptions(0)
        self.send(POLL)
        self.send(POLL)
        self.assert_interruptions(1)

    @ddt.named_data(('empty', ''), ('truncated', '<feed><entry>'),
                    ('no_xml', 'no XML'), ('none', None))
    def test_unreadable_answers_to_polls(self, body):
        """They count like polls that fail."""
        self.send(POLL, body=body)
        self.send(POLL, body=body)
        self.assert_interruptions(0)
        self.send(POLL)
        self.assert_interruptions(1)

    def test_no_content(self):
        self.send(POLL, status=204, body='')
        self.send(POLL)
        self.assert_interruptions(0)

    def test_unreadable_answer_to_another_request(self):
        self.send(READ, body='no XML')
        self.send(POLL)
        self.assert_interruptions(0)

    def test_another_request_fails(self):
        self.send(READ, no_connection())
        self.send(POLL)
        self.assert_interruptions(0)

    def test_repeated_logon(self):
        """NovaLink may have lost the events with the token."""
        logon(self.session, 1)
        self.send(POLL)
        self.assert_interruptions(1)

    def test_they_add_up(self):
        self.send(POLL, no_connection())
        self.send(POLL)
        self.send(POLL, body='no XML')
        self.send(POLL)
        self.assert_interruptions(2)


class PollsFailTestCase(SessionTestCase):

    def test_at_first(self):
        self.assertFalse(self.session.polls_fail)

    def test_poll_fails(self):
        self.send(POLL, no_connection())
        self.assertTrue(self.session.polls_fail)

    def test_another_request_succeeds(self):
        self.send(POLL, no_connection())
        self.send(READ)
        self.assertTrue(self.session.polls_fail)

    def test_poll_succeeds_again(self):
        self.send(POLL, no_connection())
        self.send(POLL)
        self.assertFalse(self.session.polls_fail)

    def test_another_request_fails(self):
        self.send(READ, no_connection())
        self.assertFalse(self.session.polls_fail)


class LostTestCase(SessionTestCase):

    def test_requests_succeed(self):
        self.send(POLL)
        self.send(READ)
        self.assertFalse(self.session.lost)

    def test_refused_without_another_logon(self):
        self.send(READ, unauthorized(), relogin=False)
        self.assertFalse(self.session.lost)

    def test_refused_after_another_logon(self):
        self.send(READ, unauthorized())
        self.assertTrue(self.session.lost)


@ddt.ddt
class AwayTestCase(SessionTestCase):

    def send_later(self, error=None, after=10.0, takes=0.0):
        """Send a request some seconds after the last one."""
        self.clock.now += after
        response = pvm_adapter.Response('GET', READ, 200, 'OK', {}, body='')

        def request(*args, **kwargs):
            self.clock.now += takes
            if error is not None:
                raise error
            return response

        self.request.side_effect = request
        try:
            self.session.request('GET', READ)
        except type(error or OSError()) as e:
            self.assertIs(error, e)

    def failed(self, status):
        return pvm_exc.HttpError(
            pvm_adapter.Response('GET', READ, status, 'reason', {}))

    def assert_away_for(self, seconds):
        self.assertEqual(self.clock.now - seconds, self.session.away_since)

    def test_at_first(self):
        self.assertIsNone(self.session.away_since)

    def test_answer(self):
        self.send_later()
        self.assertIsNone(self.session.away_since)

    @ddt.named_data(('refused', no_connection()),
                    ('timeout', pvm_exc.TimeoutError('slow')),
                    ('unauthorized', unauthorized()))
    def test_no_answer(self, error):
        """The first of several counts, from its beginning."""
        self.send_later(error, takes=3.0)
        self.assert_away_for(3.0)
        self.send_later(error)
        self.assert_away_for(13.0)

    def test_service_unavailable(self):
        self.send_later(self.failed(503))
        self.assert_away_for(0.0)

    @ddt.data(404, 500)
    def test_answer_that_is_an_error(self, status):
        self.send_later(no_connection())
        self.send_later(self.failed(status))
        self.assertIsNone(self.session.away_since)

    def test_answer_after_all(self):
        self.send_later(no_connection())
        self.send_later()
        self.assertIsNone(self.session.away_since)

    def test_others_are_answered_meanwhile(self):
        """A poll waits in vain for 45 seconds, and a read does not."""
        def answer_another(*args, **kwargs):
            self.clock.now += 40.0
            self.send_later(after=0.0)
            self.clock.now += 5.0
            raise no_connection()

        self.request.side_effect = answer_another
        self.assertRaises(pvm_exc.ConnectionError, self.session.request,
                          'GET', POLL)
        self.assert_away_for(5.0)


@ddt.ddt
class TimeoutTestCase(SessionTestCase):
    """Seconds after which a request fails; -1 is pypowervm's default."""

    def assert_timeout(self, seconds):
        self.assertEqual(seconds, self.request.call_args.kwargs['timeout'])

    @ddt.named_data(('default', -1, 30.0), ('none', None, None),
                    ('shorter', 7, 7))
    def test_quick_read(self, timeout, expected):
        self.send(QUICK_READ, timeout=timeout)
        self.assert_timeout(expected)

    @ddt.named_data(('default', -1, 120.0), ('none', None, None),
                    ('longer', 600, 600))
    def test_other_read(self, timeout, expected):
        self.send(READ, timeout=timeout)
        self.assert_timeout(expected)

    def test_read_without_a_timeout(self):
        self.send(READ)
        self.assert_timeout(120.0)

    def test_change(self):
        """An upload may take long."""
        self.request.side_effect = None
        self.session.request('PUT', READ, timeout=-1)
        self.assert_timeout(-1)

    @ddt.named_data(('default', -1, 45.0), ('none', None, 45.0),
                    ('longer', 1200, 45.0), ('shorter', 7, 7))
    def test_poll(self, timeout, expected):
        self.send(POLL, timeout=timeout)
        self.assert_timeout(expected)

    def test_poll_without_a_timeout(self):
        self.send(POLL)
        self.assert_timeout(45.0)

    def test_logon(self):
        self.assert_timeout(30.0)

    def test_logoff(self):
        self.session.request('DELETE', const.LOGON_PATH, relogin=False)
        self.assert_timeout(2.0)
