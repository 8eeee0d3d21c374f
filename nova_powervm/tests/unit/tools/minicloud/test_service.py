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
import http.server
import socket
import threading

import ddt

from nova_powervm.tests import base
from tools.minicloud import service
from tools.minicloud import settings


class _Handler(http.server.BaseHTTPRequestHandler):

    def do_GET(self):
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args):
        pass


@ddt.ddt
class TestReadiness(base.TestCase):

    def setUp(self):
        super().setUp()
        # Bound, but it does not accept connections.
        self.socket = self.enterContext(contextlib.closing(socket.socket()))
        self.socket.bind((settings.ADDRESS, 0))
        self.port = self.socket.getsockname()[1]

    def serve(self, status):
        server = http.server.HTTPServer((settings.ADDRESS, 0), _Handler)
        server.status = status
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return 'http://%s:%d/' % server.server_address

    def test_listens_not(self):
        self.assertFalse(service.listens(self.port)())

    def test_listens(self):
        self.socket.listen()
        self.assertTrue(service.listens(self.port)())

    @ddt.data(('ok', 200, True), ('choices', 300, True),
              ('not authorized', 401, True), ('broken', 500, False),
              ('not yet', 503, False))
    @ddt.unpack
    def test_responds(self, _name, status, expected):
        self.assertIs(expected, service.responds(self.serve(status))())

    def test_responds_not(self):
        self.assertFalse(service.responds(
            'http://%s:%d/' % (settings.ADDRESS, self.port))())

    def test_no_broker(self):
        self.assertFalse(service.accepts_amqp(self.port)())

    def test_no_queue_without_a_broker(self):
        self.assertFalse(service.consumes(self.port, 'conductor')())
