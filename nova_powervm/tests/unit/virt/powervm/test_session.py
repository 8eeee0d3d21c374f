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

import mock
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import exceptions as pvm_exc

from nova_powervm.tests import base
from nova_powervm.virt.powervm import session

POLL = '/rest/api/uom/Event?QUEUE_APPLICATIONID=x'
READ = '/rest/api/uom/LogicalPartition'


def unauthorized():
    return pvm_exc.HttpUnauth(
        pvm_adapter.Response('GET', READ, 401, 'Unauthorized', {}))


class TestSession(base.TestCase):
    """What a session makes of the outcome of its requests."""

    def setUp(self):
        super().setUp()
        patcher = mock.patch.object(pvm_adapter.Session, 'request')
        self.request = patcher.start()
        self.addCleanup(patcher.stop)
        with mock.patch.object(pvm_adapter.Session, '_logon',
                               lambda this, conn_tries: this.request(
                                   'PUT', const.LOGON_PATH, relogin=False,
                                   login=True)):
            self.session = session.Session()

    def send(self, path, error=None, status=200, body='<feed/>', **kwargs):
        self.request.side_effect = error
        self.request.return_value = pvm_adapter.Response(
            'GET', path, status, 'reason', {}, body=body)
        if error is None:
            self.assertIs(self.request.return_value,
                          self.session.request('GET', path, **kwargs))
        else:
            self.assertRaises(type(error), self.session.request, 'GET', path,
                              **kwargs)

    def test_all_is_well(self):
        self.send(POLL)
        self.send(READ)
        self.assertEqual((0, False),
                         (self.session.interruptions, self.session.lost))

    def test_interruption(self):
        for error in (pvm_exc.ConnectionError('gone'),
                      pvm_exc.TimeoutError('slow')):
            before = self.session.interruptions
            for _ in range(3):
                self.send(POLL, error)
            self.send(READ)
            self.assertEqual(before, self.session.interruptions)
            self.send(POLL)
            self.send(POLL)
            self.assertEqual(before + 1, self.session.interruptions)

    def test_whether_polls_fail(self):
        self.assertFalse(self.session.polls_fail)
        self.send(POLL, pvm_exc.ConnectionError('gone'))
        self.assertTrue(self.session.polls_fail)
        self.send(READ)
        self.assertTrue(self.session.polls_fail)
        self.send(POLL)
        self.assertFalse(self.session.polls_fail)
        self.send(READ, pvm_exc.ConnectionError('gone'))
        self.assertFalse(self.session.polls_fail)

    def test_unreadable_answer_to_a_poll(self):
        for number, body in enumerate(
                ('', '<feed><entry>', 'no XML', None), 1):
            self.send(POLL, body=body)
            self.send(POLL, body=body)
            self.assertEqual(number - 1, self.session.interruptions)
            self.send(POLL)
            self.assertEqual(number, self.session.interruptions)
        self.send(POLL, status=204, body='')
        self.send(READ, body='no XML')
        self.send(POLL)
        self.assertEqual(number, self.session.interruptions)

    def test_other_requests_may_fail(self):
        self.send(READ, pvm_exc.ConnectionError('gone'))
        self.send(POLL)
        self.assertEqual(0, self.session.interruptions)

    def test_logon_again(self):
        self.session.request('PUT', const.LOGON_PATH, relogin=False,
                             login=True)
        self.send(POLL)
        self.assertEqual(1, self.session.interruptions)

    def test_lost(self):
        self.send(READ, unauthorized(), relogin=False)
        self.assertFalse(self.session.lost)
        self.send(READ, unauthorized())
        self.assertTrue(self.session.lost)

    def test_quick_reads_are_bounded(self):
        for asked, expected in ((-1, 30.0), (None, None), (7, 7)):
            self.send(READ + '/x/quick/PartitionState', timeout=asked)
            self.assertEqual(
                expected, self.request.call_args.kwargs['timeout'])
        self.send(READ, timeout=-1)
        self.assertEqual(-1, self.request.call_args.kwargs['timeout'])

    def test_polls_are_bounded(self):
        for asked, expected in ((-1, 45.0), (None, 45.0), (1200, 45.0),
                                (7, 7)):
            self.send(POLL, timeout=asked)
            self.assertEqual(
                expected, self.request.call_args.kwargs['timeout'])
        self.send(POLL)
        self.assertEqual(45.0, self.request.call_args.kwargs['timeout'])

    def test_logon_and_logoff_are_bounded(self):
        self.assertEqual(30.0, self.request.call_args.kwargs['timeout'])
        self.session.request('DELETE', const.LOGON_PATH, relogin=False)
        self.assertEqual(2.0, self.request.call_args.kwargs['timeout'])
