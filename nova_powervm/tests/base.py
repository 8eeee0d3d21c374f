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

"""What the tests of this project share."""

import logging
from typing import Any

import fixtures
from nova.compute import power_state
from nova.compute import vm_states
from nova import context as nova_context
from nova import objects
from oslo_config import fixture as config_fixture
from oslo_utils import uuidutils
import testtools

from nova_powervm import conf


class TestCase(testtools.TestCase):
    """A test with options and logging of its own.

    ``self.log.output`` is what was logged, from DEBUG on.
    """

    def setUp(self):
        super().setUp()
        objects.register_all()
        self._config = self.useFixture(config_fixture.Config(conf.CONF))
        self.configure('')
        self.log = self.useFixture(fixtures.FakeLogger(level=logging.DEBUG))
        self.context = nova_context.get_admin_context()

    def configure(self, text: str) -> None:
        """Read the options from a file that consists of the text."""
        path = self.useFixture(fixtures.TempDir()).join('nova.conf')
        with open(path, 'w') as f:
            f.write(text)
        conf.CONF([], project='nova', default_config_files=[path],
                  default_config_dirs=[])

    def flags(self, group: str | None = None, **options: Any) -> None:
        """Set options for the length of the test."""
        self._config.config(group=group, **options)


def make_instance(context, uuid=None, extra_specs=None, memory_mb=1024,
                  vcpus=2):
    """Return an instance object that needs no database."""
    # nova's own helpers for this are not used: importing nova.tests.unit
    # patches the process for eventlet.
    return objects.Instance(
        context, id=1, uuid=uuid or uuidutils.generate_uuid(),
        host='host', vm_state=vm_states.ACTIVE, task_state=None,
        power_state=power_state.RUNNING, system_metadata={},
        flavor=objects.Flavor(
            id=1, name='small', flavorid='small', memory_mb=memory_mb,
            vcpus=vcpus, root_gb=0, ephemeral_gb=0, swap=0,
            extra_specs=extra_specs or {}))
