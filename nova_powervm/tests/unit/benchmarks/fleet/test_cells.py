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



import ddt
import oslo_messaging

from benchmarks.fleet import cells
from benchmarks.fleet import engine
from nova_powervm.tests import base


@ddt.ddt
class TestCell(base.TestCase):

    def setUp(self):
        super().setUp()
        self.engine = engine.Engine()
        self.cell = cells.Cell(self.engine, 2, 60.0)
        self.ends = []

    def call(self, service=10.0):
        def work():
            error = None
            try:
                self.cell.call(cells.Kind.LOOKUP, service)
            except Exception as raised:
                error = type(raised)
            self.ends.append((self.engine.now, error))

        self.engine.start(work, None)

    def test_as_many_at_a_time_as_there_are_workers(self):
        for _ in range(5):
            self.call()
        self.engine.run(100.0)
        self.assertEqual([10.0, 10.0, 20.0, 20.0, 30.0],
                         [when for when, _ in self.ends])
        self.assertEqual(3, self.cell.longest)

    def test_a_call_that_waits_too_long_fails(self):
        for _ in range(3):
            self.call(50.0)
        self.call(1.0)
        self.engine.run(1000.0)
        self.assertEqual(
            [(50.0, None), (50.0, None), (51.0, None),
             (60.0, oslo_messaging.MessagingTimeout)], self.ends)

    def test_work_for_nobody_delays_others(self):
        for _ in range(4):
            self.call(50.0)
        self.engine.run(99.0)
        self.ends.clear()
        self.call(1.0)
        self.engine.run(200.0)
        self.assertEqual([(101.0, None)], self.ends)

    def test_failing(self):
        self.cell.leave(cells.Away.FAILING)
        self.call()
        self.assertEqual([(0.0, oslo_messaging.RemoteError)], self.ends)
        self.cell.come_back()
        self.call()
        self.engine.run(100.0)
        self.assertEqual((10.0, None), self.ends[-1])

    @ddt.named_data(('soon', 45.0, (55.0, None)),
                    ('late', 70.0, (60.0, oslo_messaging.MessagingTimeout)))
    def test_silent(self, back, expected):
        self.cell.leave(cells.Away.SILENT)
        self.call()
        self.engine.at(back, self.cell.come_back)
        self.engine.run(200.0)
        self.assertEqual([expected], self.ends)

    def test_the_broker_drops_what_nobody_waits_for(self):
        self.cell.leave(cells.Away.SILENT)
        for _ in range(2):
            self.call(100.0)
        self.engine.run(70.0)
        self.ends.clear()
        self.cell.come_back()
        self.call()
        self.engine.run(200.0)
        self.assertEqual([(80.0, None)], self.ends)
