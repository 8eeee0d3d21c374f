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

import logging

import ddt

from nova_powervm.tests.unit.virt.powervm.lifecycle import fakes
from nova_powervm.virt.powervm.lifecycle import messages
from nova_powervm.virt.powervm.lifecycle import outage

AWAY = messages.NOVALINK_AWAY
BACK = messages.NOVALINK_BACK
LATE = messages.NOVALINK_LATE


@ddt.ddt
class TestOutage(fakes.TestCase):

    def setUp(self):
        super().setUp()
        self.outage = outage.Outage(AWAY, BACK, LATE)

    def fields(self, line):
        """Return the fields of the one record of a line."""
        record, = self.logs.of(line)
        return record.args

    def test_no_outage(self):
        self.outage.begin(0.0)
        self.outage.check(9.9)
        self.outage.over(9.9)
        self.assertLogged()

    def test_both_ends_are_logged_once(self):
        error = ValueError('why')
        for now in 0.0, 10.0, 20.0:
            self.outage.begin(now)
            self.outage.failed(error, now + 1.0)
        for now in 30.0, 40.0:
            self.outage.begin(now)
            self.outage.over(now + 2.5)
        self.assertLogged(AWAY, BACK)
        self.assertEqual({'error': error}, self.fields(AWAY))
        self.assertEqual({'seconds': 32.5, 'attempts': 3}, self.fields(BACK))

    def test_another_outage(self):
        for now in 0.0, 100.0:
            self.outage.begin(now)
            self.outage.failed('why', now)
            self.outage.over(now + 1.0)
        self.assertLogged(AWAY, BACK, AWAY, BACK)
        self.assertEqual([1, 1], [record.args['attempts']
                                  for record in self.logs.of(BACK)])

    def test_begins_with_the_attempt_that_fails_first(self):
        self.outage.begin(0.0)
        self.outage.over(1.0)
        self.outage.begin(10.0)
        self.outage.failed('why', 70.0)
        self.outage.begin(71.0)
        self.outage.over(72.0)
        self.assertEqual(62.0, self.fields(BACK)['seconds'])

    def test_a_beginning_that_nobody_noted(self):
        self.outage.failed('why', 5.0)
        self.outage.over(7.0)
        self.assertEqual(2.0, self.fields(BACK)['seconds'])

    def test_an_attempt_that_told_nothing(self):
        self.outage.begin(0.0)
        self.outage.end()
        self.outage.check(1000.0)
        self.outage.failed('why', 1001.0)
        self.outage.over(1002.0)
        self.assertEqual(1.0, self.fields(BACK)['seconds'])

    def test_another_line(self):
        self.outage.failed('why', 0.0, messages.CONDUCTOR_FAILS)
        self.assertLogged(messages.CONDUCTOR_FAILS)

    def test_without_a_line_for_late_attempts(self):
        silent = outage.Outage(AWAY, BACK)
        silent.begin(0.0)
        silent.check(1000.0)
        self.assertLogged()

    @ddt.named_data(('not_yet', 9.9, 0), ('late', 10.0, 1))
    def test_late(self, seconds, count):
        self.outage.begin(100.0)
        self.outage.check(100.0 + seconds)
        self.assertEqual(count, self.logs.count(LATE, logging.WARNING))

    def test_late_is_logged_once_an_outage(self):
        self.outage.begin(100.0)
        for now in 120.0, 130.0:
            self.outage.check(now)
        self.outage.failed('why', 140.0)
        self.outage.begin(150.0)
        self.outage.check(170.0)
        self.outage.over(180.0)
        self.assertLogged(LATE, BACK)
        self.assertEqual({'seconds': 20.0}, self.fields(LATE))
        self.assertEqual({'seconds': 80.0, 'attempts': 1}, self.fields(BACK))

    @ddt.named_data(('failed', lambda one: one.failed('why', 1.0)),
                    ('over', lambda one: one.over(1.0)),
                    ('end', lambda one: one.end()))
    def test_an_attempt_that_ended_is_not_late(self, end):
        self.outage.begin(0.0)
        end(self.outage)
        self.outage.check(1000.0)
        self.assertEqual(0, self.logs.count(LATE))

    def test_waits_grow(self):
        waits = [self.outage.failed('why', 100.0) - 100.0 for _ in range(8)]
        self.assertEqual([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0], waits)
        self.outage.over(200.0)
        self.assertEqual(201.0, self.outage.failed('why', 200.0))

    def test_waits_of_a_service(self):
        service = outage.Outage(AWAY, BACK, most=outage.SERVICE_MOST)
        waits = [service.failed('why', 100.0) - 100.0 for _ in range(6)]
        self.assertEqual([1.0, 2.0, 4.0, 8.0, 15.0, 15.0], waits)

    @ddt.named_data(('soon', 9.9, 15.0), ('late', 10.0, 60.0))
    def test_waits_of_a_service_that_fails(self, seconds, most):
        service = outage.Outage(AWAY, BACK, most=outage.SERVICE_MOST)
        for _ in range(9):
            service.begin(100.0)
            again = service.failed('why', 100.0 + seconds)
        self.assertEqual(100.0 + seconds + most, again)

    def test_jitter_shortens_waits_by_half_at_most(self):
        spread = outage.Outage(AWAY, BACK, jitter=lambda: 1.0)
        self.assertEqual(100.5, spread.failed('why', 100.0))
        self.assertEqual(101.0, spread.failed('why', 100.0))


class TestHistory(fakes.TestCase):

    def setUp(self):
        super().setUp()
        for name in '_over', '_going':
            self.useFixture(fakes.fixtures.MockPatchObject(
                outage, name, {}))
        self.outage = outage.Outage(AWAY, BACK, LATE)

    def test_none(self):
        self.outage.begin(0.0)
        self.outage.over(5.0)
        self.assertEqual({}, outage.history())

    def test_one_goes_on(self):
        for now in 0.0, 1.0:
            self.outage.begin(now)
            self.outage.failed('why', now)
        self.assertEqual({'NovaLink': (0, 0.0, True)}, outage.history())

    def test_an_answer_is_late(self):
        self.outage.begin(0.0)
        self.outage.check(20.0)
        self.assertEqual({'NovaLink': (0, 0.0, True)}, outage.history())

    def test_two_are_over(self):
        for now in 0.0, 100.0:
            self.outage.begin(now)
            self.outage.failed('why', now)
            self.outage.over(now + 7.0)
        self.assertEqual({'NovaLink': (2, 14.0, False)}, outage.history())

    def test_of_another_part_of_the_driver(self):
        line = messages.Line(logging.INFO, 'over', 'nothing')
        outage.Outage(AWAY, line).failed('why', 0.0)
        self.assertEqual({}, outage.history())
