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

"""The documentation says what the code does."""

import logging
import re

import ddt
import mock
from nova.compute import power_state
import testtools

from nova_powervm.tests import base
from nova_powervm.tests.unit.doc import extensions
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import agreement
from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import decision
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import plans
from nova_powervm.virt.powervm.lifecycle import stats
from nova_powervm.virt.powervm import vm

_Outcome = plans.Outcome

tables = extensions.load('event_tables')


def _rows(text):
    """Return the cells of a list-table, without its header."""
    cells = re.findall(r'^   ([* ]) - (.*)$', text, re.MULTILINE)
    rows = []
    for mark, cell in cells:
        if mark == '*':
            rows.append([])
        rows[-1].append(cell)
    return rows[1:]


def _page(name):
    return (extensions.SOURCE / name).read_text()


@ddt.ddt
class TestOutcomes(testtools.TestCase):

    @ddt.data(*_Outcome.__members__)
    def test_example(self, name):
        outcome = _Outcome[name]
        self.assertIs(outcome, decision.decide(
            tables.example(outcome), tables.policy(), 0.0).outcome)

    def test_a_row_of_each(self):
        self.assertEqual(
            [['``%s``' % outcome.name.lower(), outcome.value]
             for outcome in _Outcome],
            [row[:2] for row in _rows(tables.outcomes())])

    @ddt.named_data(
        ('emit', _Outcome.EMIT, [15, 30, 60, 120], _Outcome.GIVEN_UP),
        ('busy', _Outcome.BUSY, [*[15] * 13, 30, 60, 120, 240, 300],
         _Outcome.BUSY),
        ('no_change', _Outcome.NO_CHANGE, [600], None),
        ('cached', _Outcome.CACHED, [30], _Outcome.ASK),
        ('given_up', _Outcome.GIVEN_UP, [], None))
    @ddt.unpack
    def test_waits(self, outcome, seconds, following):
        self.assertEqual((seconds, following), tables.waits(outcome))

    def test_fewer_events(self):
        with mock.patch.object(decision, 'EMITS_MOST', 2):
            self.assertEqual(
                ([15, 30], _Outcome.GIVEN_UP),
                tables.waits(_Outcome.EMIT))

    @ddt.data('GIVEN_UP_SECONDS', 'EMITS_MOST', 'WAIT_MOST', 'BUSY_LOOKS')
    def test_it_follows_the_code(self, constant):
        before = tables.outcomes()
        with mock.patch.object(decision, constant, 3):
            self.assertNotEqual(before, tables.outcomes())


class TestAgreement(testtools.TestCase):

    def test_a_row_of_each_vm_state(self):
        self.assertEqual(tables.vm_state_names(), [
            row[0] for row in _rows(tables.agreements())])

    def test_a_column_of_each_power_state(self):
        powers = {agreement.power_of(state)
                  for state in vm.POWERVM_TO_NOVA_STATE} - {None}
        self.assertEqual({1 + len(powers)}, {
            len(row) for row in _rows(tables.agreements())})

    def test_cells(self):
        cells = {row[0]: row[1:] for row in _rows(tables.agreements())}
        # The order is that of NovaLink's states.
        powers = (power_state.RUNNING, power_state.SUSPENDED,
                  power_state.SHUTDOWN, power_state.CRASHED)
        self.assertEqual(cells, {
            vm_state: [
                tables.SAVE_AND_STOP
                if agreement.would_act(vm_state, power, power)
                else tables.SAVE for power in powers]
            for vm_state in tables.vm_state_names()})
        self.assertIn(tables.SAVE_AND_STOP, cells['active'])

    def test_all_states(self):
        named = re.findall('``(.*?)``', tables.states())
        self.assertEqual(sorted(vm.POWERVM_TO_NOVA_STATE), sorted(named))


@ddt.ddt
class TestLists(testtools.TestCase):

    def test_a_log_line_of_each(self):
        shown = re.findall('^``([A-Z]+)`` ``.*``\n    (.*)$',
                           tables.log_lines(), re.MULTILINE)
        self.assertEqual(
            [(logging.getLevelName(line.level), line.meaning)
             for line in messages.lines().values()], shown)

    @ddt.data(*messages.lines())
    def test_text_of_a_log_line(self, name):
        line = messages.lines()[name]
        constant = max(re.split(r'%\(\w+\)(?:\.\d+)?[dfrs]', line.text),
                       key=len)
        self.assertTrue(any(constant in text for text in re.findall(
            '``(.*)``$', tables.log_lines(), re.MULTILINE)))

    def test_no_field_is_left(self):
        self.assertNotIn('%(', tables.log_lines())

    def test_fields_of_a_batch(self):
        shown = re.findall('^``(.*)``$', tables.fields(), re.MULTILINE)
        self.assertEqual(
            re.findall(r'%\((\w+)\)', messages.BATCH.text),
            [{'<outcome>': 'outcomes'}.get(name, name) for name in shown])

    def test_what_is_timed(self):
        self.assertEqual(list(batch_fields.TIMES), re.findall(
            '^``(.*)``$', tables.times(), re.MULTILINE))

    @ddt.data(*stats.COUNTERS.items())
    @ddt.unpack
    def test_counter(self, name, meaning):
        self.assertIn('``%s``\n    %s\n' % (name, meaning),
                      tables.counters())


class TestPages(base.TestCase):

    def test_the_guide_has_all_tables(self):
        self.assertEqual(sorted(tables.TABLES), sorted(re.findall(
            r'^\.\. event-table:: (\S+)$', _page('admin/events.rst'),
            re.MULTILINE)))

    def test_the_guide_has_all_gauges(self):
        handler = event.PowerVMNovaEventHandler(
            mock.Mock(), conf=world.make_conf(), thread_factory=mock.Mock())
        self.addCleanup(handler.stop)
        gauges = handler.statistics.as_dict().keys() - stats.COUNTERS.keys()
        self.assertEqual(sorted(gauges), sorted(re.findall(
            '^``([a-z]+)``$', _page('admin/events.rst').partition(
                'event-table:: counters')[2].partition('\n====')[0],
            re.MULTILINE)))
