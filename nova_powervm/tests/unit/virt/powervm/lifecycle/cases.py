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


"""LPARs to decide about, and what is remembered of them."""

import ddt
from nova.compute import power_state
import testtools

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import memory
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import workitem

A, HOST = fakes.A, fakes.HOST
GONE, NOT_ASKED, UNREAD, AWAY = (
    interfaces.Absent.GONE, interfaces.Absent.NOT_ASKED,
    interfaces.Absent.UNREAD, interfaces.Absent.AWAY)
RUNNING, SHUTDOWN, CRASHED, SUSPENDED = (
    power_state.RUNNING, power_state.SHUTDOWN, power_state.CRASHED,
    power_state.SUSPENDED)

NOW = 1000.0
POLICY = plans.Policy(HOST, 15.0, 600.0, 200)
POLICY_WITHOUT_MEMORY = plans.Policy(HOST, 15.0, 0.0, 200)

# Before ours in the alphabet, and after it.
SMALLER, GREATER = 'a-host', 'z-host'

AGREED = memory.Agreed(RUNNING, 'i', 1200.0)
FOREIGN = memory.Agreed(RUNNING, None, 1200.0)
EMITTED = memory.Emitted(RUNNING, 2)
GIVEN_UP = memory.GivenUp(RUNNING, 'stopped', SHUTDOWN, 1100.0)

hosts = ddt.named_data(('smaller', SMALLER), ('greater', GREATER),
                       ('none', None))
entries = ddt.named_data(
    ('nothing', None), ('agreed', AGREED), ('foreign', FOREIGN),
    ('emitted', EMITTED), ('given_up', GIVEN_UP))


def record(power=RUNNING, vm_state='active', task_state=None, host=HOST):
    """Return what nova says of the instance ``i``."""
    return interfaces.Record('i', host, vm_state, power, task_state)


def power_request(attempts=0, since=990.0):
    """Return a request to compare the power state."""
    return workitem.Request(interfaces.PowerKey(A), attempts, since)


def nvram_request(attempts=0, since=990.0):
    """Return a request to store the NVRAM."""
    return workitem.Request(interfaces.NvramKey(A), attempts, since)


def power_case(observed, recorded=NOT_ASKED, remembered=None, **request):
    """Return an LPAR whose power state is due."""
    return plans.Case(A, power_request(**request), None, observed, recorded,
                      remembered)


def nvram_case(observed, recorded=NOT_ASKED, remembered=None, **request):
    """Return an LPAR whose NVRAM is due."""
    return plans.Case(A, None, nvram_request(**request), observed, recorded,
                      remembered)


def both_case(observed, recorded=NOT_ASKED, remembered=None):
    """Return an LPAR of which both are due, the NVRAM in vain thrice."""
    return plans.Case(A, power_request(), nvram_request(3), observed,
                      recorded, remembered)


class TestCase(testtools.TestCase):

    def assertPlan(self, plan, case, policy=POLICY, now=NOW):
        """Decide about a case and compare the whole plan."""
        self.assertEqual(plan, decision.decide(case, policy, now))
