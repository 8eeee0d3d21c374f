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


import contextlib
import http.client
import socket
import urllib.error
import urllib.request

import ddt
import mock

from nova_powervm.tests import base
from tools.minicloud import service
from tools.minicloud import settings


@ddt.ddt
class TestReadiness(base.TestCase):

    def setUp(self):
        super().setUp()
        # Bound, but it does not accept connections.
        self.socket = self.enterContext(contextlib.closing(socket.socket()))
        self.socket.bind((settings.ADDRESS, 0))
        self.port = self.socket.getsockname()[1]

    def responds(self, answer):
        with mock.patch.object(urllib.request, 'urlopen', autospec=True,
                               side_effect=[answer]):
            return service.responds('http://glance/')()

    def test_listens_not(self):
        self.assertFalse(service.listens(self.port)())

    def test_listens(self):
        self.socket.listen()
        self.assertTrue(service.listens(self.port)())

    def test_responds(self):
        self.assertTrue(self.responds(mock.MagicMock()))

    # A server of our own would stand still with eventlet, on which these tests
    # run with an older nova.
    @ddt.data(('not authorized', 401, True), ('choices', 300, True),
              ('broken', 500, False), ('not yet', 503, False))
    @ddt.unpack
    def test_responds_with_an_error(self, _name, status, expected):
        error = urllib.error.HTTPError(
            'http://glance/', status, '', None, None)
        self.assertIs(expected, self.responds(error))

    def test_responds_nonsense(self):
        self.assertFalse(self.responds(http.client.BadStatusLine('?')))

    def test_responds_not(self):
        self.assertFalse(service.responds(
            'http://%s:%d/' % (settings.ADDRESS, self.port))())

    def test_no_broker(self):
        self.assertFalse(service.accepts_amqp(self.port)())

    def test_no_queue_without_a_broker(self):
        self.assertFalse(service.consumes(self.port, 'conductor')())
