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

"""What is logged of REST exchanges that failed."""

import logging

import ddt
import mock
from nova import exception
from pypowervm import adapter as pvm_adapter
from pypowervm.helpers import log_helper

from nova_powervm.testing import logs
from nova_powervm.testing import novalink
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.tests.unit.virt.powervm import vm_base
from nova_powervm.virt.powervm import rest_log
from nova_powervm.virt.powervm import vm


@ddt.ddt
class LogFailedChangesTestCase(driver_base.TestCase):

    def setUp(self):
        super().setUp()
        self.dumps = self.useFixture(logs.Logs(log_helper.__name__))
        # What other tests left in this thread.
        vars(log_helper.log_store).clear()

    def send(self, outcome, method='PUT'):
        request = mock.Mock(side_effect=[outcome])
        try:
            return rest_log.log_failed_changes(request)(
                method, 'path', headers={}, body='')
        finally:
            request.assert_called_once_with(
                method, 'path', headers={}, body='')

    def test_answer(self):
        self.assertIs(mock.sentinel.answer, self.send(mock.sentinel.answer))
        self.assertEqual([], self.dumps.records)

    def fail(self, status, **kwargs):
        error = novalink.http_error(status)
        self.assertIs(error, self.assertRaises(
            type(error), self.send, error, **kwargs))

    def test_missing(self):
        self.fail(404)
        self.assertEqual([], self.dumps.records)

    @ddt.data(404, 500, 503)
    def test_read(self, status):
        """While NovaLink is away reads fail all the time."""
        self.fail(status, method='GET')
        self.assertEqual([], self.dumps.records)

    @ddt.data('PUT', 'POST', 'DELETE')
    def test_change(self, method):
        self.fail(500, method=method)
        self.assertNotEqual([], self.dumps.records)

    @ddt.data(400, 500, 503)
    def test_failure(self, status):
        self.fail(status)
        self.assertNotEqual([], self.dumps.records)
        self.assertEqual({logging.INFO}, {
            record.levelno for record in self.dumps.records})


class MissingLparTestCase(vm_base.TestCase):
    """The adapter has no LPAR: nothing is dumped about that."""

    def setUp(self):
        super().setUp()
        self.dumps = self.useFixture(logs.Logs(log_helper.__name__))
        self.adapter = pvm_adapter.Adapter(
            vm_base.ScriptedSession(), helpers=rest_log.log_failed_changes)

    def test_delete(self):
        vm.delete_lpar(self.adapter, self.instance)
        self.assertEqual([], self.dumps.records)

    def test_read(self):
        self.assertRaises(exception.InstanceNotFound,
                          vm.get_instance_wrapper, self.adapter,
                          self.instance)
        self.assertEqual([], self.dumps.records)
