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

"""What the unit tests of vm share."""

import mock
from nova.compute import power_state
from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import power
from pypowervm.wrappers import logical_partition

from nova_powervm.testing import novalink
from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import driver_base
from nova_powervm.virt.powervm import vm

INSTANCE_UUID = driver_base.INSTANCE_UUID
LPAR_UUID = driver_base.LPAR_UUID
LPAR_PATH = '/rest/api/uom/LogicalPartition/' + LPAR_UUID

# The power state that each state of an LPAR is to nova.
POWER_STATES = {
    'running': power_state.RUNNING,
    'starting': power_state.RUNNING,
    'open firmware': power_state.RUNNING,
    'shutting down': power_state.RUNNING,
    'suspending': power_state.RUNNING,
    'migrating running': power_state.RUNNING,
    'not activated': power_state.SHUTDOWN,
    'migrating not active': power_state.SHUTDOWN,
    'suspended': power_state.SUSPENDED,
    'resuming': power_state.SUSPENDED,
    'error': power_state.CRASHED,
    'hardware discovery': power_state.NOSTATE,
    'not available': power_state.NOSTATE,
    'Unknown': power_state.NOSTATE,
}

# Power-off jobs: operation and parameters.
#: What get_info answers.
REPORTED_STATES = {**POWER_STATES, 'error': power_state.SHUTDOWN}

VSP_HARD = 'PowerOff(immediate=true, operation=shutdown)'
VSP_NORMAL = 'PowerOff(operation=shutdown)'
OS_IMMEDIATE = 'PowerOff(immediate=true, operation=osshutdown)'
OS_NORMAL = 'PowerOff(operation=osshutdown)'
VSP_HARD_RESTART = 'PowerOff(immediate=true, operation=shutdown, restart=true)'
VSP_NORMAL_RESTART = 'PowerOff(operation=shutdown, restart=true)'


class ScriptedSession:
    """Answers the requests of a real adapter from a table.

    :ivar requests: method and path of each request, in order.

    :param answers: by method and path: a status and a body, or an exception.
        Every other request gets a 404.
    """

    host = 'localhost'
    port = 12080

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.requests = []

    def request(self, method, path, headers=None, body='', **kwargs):
        self.requests.append((method, path))
        answer = self.answers.get((method, path.split('?')[0]), (404, ''))
        if isinstance(answer, Exception):
            raise answer
        status, text = answer
        if status >= 400:
            raise novalink.http_error(status, path)
        return pvm_adapter.Response(
            method, path, status, 'reason', {}, reqheaders=headers,
            reqbody=body, body=text)


def make_adapter(answers=None):
    """Return a real adapter of a ScriptedSession."""
    return pvm_adapter.Adapter(ScriptedSession(answers))


class TestCase(driver_base.TestCase):
    """A test with an instance that has an LPAR."""

    def setUp(self):
        super().setUp()
        self.instance = base.make_instance(self.context, uuid=INSTANCE_UUID)


class PowerTestCase(TestCase):
    """An LPAR, and jobs that only move a clock.

    ``jobs`` records each power-off job and its timeout. ``outcomes`` is what
    the jobs raise, None for nothing, in order; the last one repeats.
    """

    def setUp(self):
        super().setUp()
        self.adapter = make_adapter()
        self.lpar = mock.Mock(
            spec=logical_partition.LPAR, state='running', env='AIX/Linux',
            rmc_state='inactive', uuid=LPAR_UUID)
        self.lpar.name = 'instance-1'
        self.get = self.patch_object(logical_partition.LPAR, 'get',
                                     return_value=self.lpar)
        self.start = self.patch_object(power.PowerOp, 'start')
        self.stop = self.patch_object(power.PowerOp, 'stop',
                                      side_effect=self.run_job)
        self.clock = novalink.Clock()
        self.patch_object(vm.time, 'monotonic', side_effect=self.clock)
        self.jobs = []
        self.outcomes = [None]

    def run_job(self, lpar, opts=None, timeout=1800):
        self.assertIs(self.lpar, lpar)
        self.jobs.append((str(opts), timeout))
        outcome = (self.outcomes.pop(0) if len(self.outcomes) > 1
                   else self.outcomes[0])
        if isinstance(outcome, pvm_exc.VMPowerOffTimeout):
            self.clock.advance(timeout)
        if outcome is not None:
            raise outcome

    @staticmethod
    def timed_out():
        return pvm_exc.VMPowerOffTimeout(lpar_nm='lpar', timeout=1)

    @staticmethod
    def refused():
        return pvm_exc.VMPowerOffFailure(lpar_nm='lpar', reason='refused')

    def assert_fails(self, failure, cause, operation, *args, **kwargs):
        """Assert that an operation raises a failure that quotes its cause."""
        e = self.assertRaises(failure, operation, *args, **kwargs)
        self.assertIs(cause, e.__cause__)
        self.assertEqual(str(cause), e.kwargs['reason'])
