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

import sys

from nova_powervm.testing import backends
from nova_powervm.testing import compat
from nova_powervm.tests import base


class TestBackend(base.TestCase):
    """These tests run where they say that they do."""

    def test_backend(self):
        eventlet = sys.modules.get('eventlet')
        patched = eventlet is not None and (
            eventlet.patcher.is_monkey_patched('thread'))
        self.assertEqual((patched, patched), (
            compat.is_patched(), backends.current() == 'eventlet'))
