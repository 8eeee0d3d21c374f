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

"""NVRAM that cannot be stored yet is not lost, and hurts nobody else."""

import logging

import ddt
import oslo_messaging
from pypowervm import exceptions as pvm_exceptions

from nova_powervm.testing import drivers
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages

SHUTDOWN = world.SHUTDOWN

class _BrokenDriver(drivers.FakeDriver):
    """A driver that cannot say whether it has a store."""

    @property
    def nvram_mgr(self):
        raise ZeroDivisionError


@ddt.ddt
class TestFailures(world.World):

    def setUp(self):
        super().setUp()
        self.store = self.add_store()
        self.lpar = self.add(high_bit=True)
        self.uuid = self.instance(self.lpar).uuid

    def test_store_that_raises(self):
        self.store.side_effect = ValueError('disk full')
        other = self.add('not activated')
        self.lpars[self.lpar] = 'not activated'
        self.look(self.lpar, other, detail='NVRAM,PartitionState')
        self.assertEqual(2, self.count('nvram_failed'))
        self.assertEmitted((self.lpar, SHUTDOWN), (other, SHUTDOWN))
        self.store.side_effect = None
        self.wait(1.5)
        self.assertEqual(2, self.count('nvram_stored'))

    def test_store_that_raises_for_long(self):
        self.store.side_effect = ValueError('disk full')
        self.look(self.lpar, detail='NVRAM')
        self.wait(3000)
        # Each minute in the end; logged once above DEBUG.
        self.assertLessEqual(self.count('nvram_failed'), 60)
        self.assertEqual({self.uuid}, set(self.named(messages.STORE_FAILED)))
        self.assertEqual(1, self.logs.counts(logging.INFO)[
            messages.STORE_FAILED.text])
        self.store.side_effect = None
        self.wait(1.5 * 60)
        self.assertEqual(1, self.count('nvram_stored'))

    def test_a_failing_store_does_not_hurry_the_power_state(self):
        self.store.side_effect = ValueError('disk full')
        self.nova.faults.deaf = True
        self.lpars[self.lpar] = 'not activated'
        self.look(self.lpar, detail='NVRAM,PartitionState')
        # nova is told again after 7.5 seconds at the soonest.
        self.wait(7)
        self.assertGreater(self.count('nvram_failed'), 2)
        self.assertEqual(1, len(self.emitted))
        self.wait(1000)
        self.assertEqual(4, len(self.emitted))

    def test_the_power_state_does_not_hurry_a_failing_store(self):
        self.store.side_effect = ValueError('disk full')
        self.look(self.lpar, detail='NVRAM')
        self.wait(600)
        self.begin()
        for _ in range(3):
            self.look(self.lpar)
        self.assertLessEqual(self.count('nvram_failed'), 1)

    @ddt.named_data(('unavailable', world.http_error(503)),
                    ('error', world.http_error(500)),
                    ('nonsense', '{}'))
    def test_lpar_that_cannot_be_read(self, answer):
        self.adapter.answers[self.lpar] = answer
        self.look(self.lpar, detail='NVRAM')
        self.wait(10)
        self.store.assert_not_called()
        self.adapter.answers.clear()
        self.wait(30)
        self.store.assert_called_once_with(self.uuid)

    @ddt.named_data(
        ('conductor', oslo_messaging.MessagingTimeout('no answer'), {}),
        ('NovaLink', None, {'any': pvm_exceptions.ConnectionError('down')}),
        ('both', oslo_messaging.MessagingTimeout('no answer'),
         {'any': pvm_exceptions.ConnectionError('down')}))
    def test_outages(self, error, answers):
        self.nova.error = error
        self.adapter.answers.update(answers)
        self.send(self.lpar, detail='NVRAM')
        self.send(self.add(), detail='NVRAM,PartitionState')
        self.wait(300)
        self.assertEqual(3, self.count('pending'))
        self.nova.error = None
        self.adapter.answers.clear()
        self.wait(60)
        self.assertEqual(2, self.store.call_count)

    def test_attribute_that_raises(self):
        other = self.add('not activated')
        self.driver.__class__ = _BrokenDriver
        self.send(self.lpar, detail='NVRAM')
        self.look(other)
        self.assertEmitted((other, SHUTDOWN))
        self.wait(60)
        self.driver.__class__ = drivers.FakeDriver
        self.store.assert_not_called()
        self.wait(1.5 * 60)
        self.store.assert_called_once_with(self.uuid)
        self.assertEqual(1, self.logs.counts(logging.INFO)[
            messages.STORE_FAILED.text])
