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

"""Captured responses of real machines, which pypowervm ships."""

import mock
from pypowervm import adapter as pvm_adapter
from pypowervm.tests.test_utils import pvmhttp
from pypowervm.wrappers import managed_system

from nova_powervm.tests.unit.virt.powervm import driver_base


class CapturedTestCase(driver_base.TestCase):
    """``adapter`` answers reads with what :meth:`document` names."""

    def setUp(self):
        super().setUp()
        self.adapter = make_adapter()
        self.adapter.read.side_effect = self.read

    def read(self, root_type, root_id=None, child_type=None, child_id=None,
             **kwargs):
        name = self.document(root_id, child_type, child_id)
        if isinstance(name, Exception):
            raise name
        return response(name, self.adapter)

    def document(self, root_id, child_type, child_id):
        """Return the name of the file that answers a read, or an error."""
        raise NotImplementedError


def make_adapter():
    """Return an adapter that sends nothing."""
    return mock.create_autospec(pvm_adapter.Adapter, instance=True)


def response(name, adapter):
    """Return a captured response by the name of its file."""
    return pvmhttp.load_pvm_resp(name, adapter).get_response()


def systems(adapter):
    """Return the wrappers of three managed systems.

    The first has 500 processors and 5 TiB of free memory in regions of
    64 MiB, the second 8 processors and 88,832 of 98,304 MiB free.
    """
    return managed_system.System.wrap(
        response('managedsystem.txt', adapter))
