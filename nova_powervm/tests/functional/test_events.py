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

from nova_powervm.testing import backends
from nova_powervm.tests import base
from nova_powervm.tests.functional import on_backend


_EVENTS = 'nova_powervm.tests.functional.wire.events'


class TestEvents(base.TestCase):
    """The event module on the wire, on both backends."""

    def test_threading(self):
        on_backend.run('threading', _EVENTS)

    def test_eventlet(self):
        on_backend.run('eventlet', _EVENTS)

    def test_no_backend_is_left_out(self):
        self.assertEqual({'threading', 'eventlet'}, set(backends.BACKENDS))

    def test_a_failure_is_seen(self):
        self.assertRaises(AssertionError, on_backend.run, 'threading',
                          'nova_powervm.tests.functional.wire')
