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

"""What an operator reads: a line where there is news, and no other."""

import logging
import re

import ddt
from nova.compute import task_states
from oslo_log import log

from nova_powervm.testing import logs
from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import histogram
from nova_powervm.virt.powervm.lifecycle import messages

_APPLY = 'nova_powervm.virt.powervm.lifecycle.apply'


@ddt.ddt
class TestBatches(world.World):

    def assertBatch(self, level, **fields):
        """Check the one line of a batch."""
        record, = self.logs.of(messages.BATCH)
        self.assertEqual(level, record.levelno)
        self.assertEqual(fields, {
            name: record.args[name] for name in fields})

    def test_fields(self):
        self.look(*self.add_many(5, 'not activated'), self.add())
        self.assertBatch(
            logging.INFO, lpars=6, rest_reads=1, rest_ms=0, lookups=1,
            lookup_ms=0, outcomes='emit=5 no_change=1',
            oldest_wait_ms=16500)

    def test_times(self):
        self.during_read(lambda: self.wait(2))
        self.during_lookup(lambda: self.wait(3))
        self.look(self.add('not activated'))
        self.assertBatch(logging.INFO, rest_ms=2000, lookup_ms=3000)

    @ddt.named_data(
        ('no change', {}),
        ('busy', {'state': 'not activated',
                  'task_state': task_states.SPAWNING}),
        ('transient', {'state': 'shutting down'}),
        ('not ours', {'instance': False}),
        ('elsewhere', {'host': 'elsewhere'}))
    def test_that_tell_nova_nothing(self, adding):
        self.look(self.add(**adding))
        self.assertBatch(logging.DEBUG, lpars=1)

    def test_told_and_agreed(self):
        self.look(self.add('not activated'))
        self.logs.clear()
        self.wait(20)
        record, = self.logs.of(messages.BATCH)
        self.assertEqual(logging.INFO, record.levelno)
        times = {name: round(values[0][0]) for name, values
                 in histogram.unpack(record.args['times'])}
        # The event came a delay and a tenth before nova was told.
        self.assertEqual(['agreed', 'emit', 'lookup', 'rest', 'told'],
                         sorted(times))
        self.assertAlmostEqual(16.5, times['told'], delta=0.6)
        self.assertLess(times['told'], times['agreed'])

    def test_that_find_an_lpar_gone(self):
        lpar = self.add()
        self.send(lpar)
        del self.lpars[lpar]
        self.advance(world.DELAY)
        self.assertBatch(logging.DEBUG, outcomes='gone=1')

    def test_that_fail(self):
        lpar = self.add()
        self.adapter.answers[lpar] = 'no JSON'
        self.look(lpar)
        self.assertBatch(logging.DEBUG, outcomes='retry=1')

    def test_that_give_up(self):
        self.nova.faults.deaf = True
        self.look(self.add('not activated'))
        while not self.count('given_up'):
            self.logs.clear()
            self.wait(1)
        self.assertBatch(logging.INFO, outcomes='given_up=1')

    def test_a_day_of_ten_transient_lpars(self):
        lpars = self.add_many(10, 'shutting down')
        for lpar in lpars:
            self.send(lpar)
            self.wait(7)
        for _ in range(24 * 60):
            self.advance(60)
        self.assertEqual([], self.logs.templates(logging.INFO))
        self.assertLess(self.count('batches'), 400)

    def test_hours_of_redundant_events(self):
        lpars = self.add_many(3)
        for _ in range(4 * 60):
            self.send(*lpars)
            self.advance(60)
        self.assertEqual([], self.logs.templates(logging.INFO))


class TestInstances(world.World):
    """Lines about an instance name it."""

    def test_events(self):
        lpars = self.add_many(5, 'not activated')
        self.look(*lpars, self.add())
        self.assertEqual(
            sorted(self.instance(lpar).uuid for lpar in lpars),
            sorted(self.named(messages.EMITTING)))

    def test_decisions(self):
        lpars = [*self.add_many(5, 'not activated'), self.add()]
        self.look(*lpars)
        self.assertEqual(
            sorted(self.instance(lpar).uuid for lpar in lpars),
            sorted(record.instance_uuid for record in self.logs.records
                   if record.name == _APPLY
                   and record.levelno == logging.DEBUG))

    def test_what_an_event_says(self):
        lpar = self.add('suspended')
        self.look(lpar)
        record, = self.logs.of(messages.EMITTING)
        self.assertEqual(
            {'lpar': lpar, 'state': 'suspended', 'event': 'Suspended'},
            record.args)


@ddt.ddt
class TestLines(base.TestCase):

    @ddt.data(*messages.lines())
    def test_formatted(self, name):
        found = self.useFixture(logs.Logs())
        line = messages.lines()[name]
        fields = re.findall(r'%\((\w+)\)', line.text)
        line.log(log.getLogger('nova_powervm'), **dict.fromkeys(fields, 7))
        record, = found.of(line)
        self.assertEqual(line.level, record.levelno)
        self.assertEqual(len(fields), record.getMessage().count('7'))
