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



from benchmarks.fleet import engine
from nova_powervm.tests import base


class TestEngine(base.TestCase):

    def setUp(self):
        super().setUp()
        self.engine = engine.Engine()
        self.seen = []

    def note(self, what):
        self.seen.append((self.engine.now, what))

    def test_order(self):
        for when, what in (2.0, 'b'), (1.0, 'a'), (2.0, 'c'):
            self.engine.at(when, lambda what=what: self.note(what))
        self.engine.run(10.0)
        self.assertEqual([(1.0, 'a'), (2.0, 'b'), (2.0, 'c')], self.seen)
        self.assertEqual(10.0, self.engine.now)

    def test_until(self):
        self.engine.at(2.0, lambda: self.note('late'))
        self.engine.run(1.0)
        self.assertEqual([], self.seen)
        self.engine.run(2.0)
        self.assertEqual([(2.0, 'late')], self.seen)

    def test_what_has_passed_is_now(self):
        self.engine.run(5.0)
        self.engine.at(1.0, lambda: self.note('now'))
        self.engine.run(6.0)
        self.assertEqual([(5.0, 'now')], self.seen)

    def test_never(self):
        self.engine.at(float('inf'), lambda: self.note('never'))
        self.engine.run(float('inf'))
        self.assertEqual([], self.seen)

    def test_ended(self):
        for when in 1.0, 2.0, 3.0:
            self.engine.at(when, lambda: self.note('x'))
        self.engine.run(10.0, lambda: len(self.seen) == 2)
        self.assertEqual(2.0, self.engine.now)

    def test_wait(self):
        def work():
            self.note(engine.current())
            self.note(self.engine.wait(lambda tell: self.engine.at(
                3.0, lambda: tell('answer'))))

        self.engine.start(work, 'owner')
        self.note('meanwhile')
        self.engine.run(10.0)
        self.assertEqual([(0.0, 'owner'), (0.0, 'meanwhile'),
                          (3.0, 'answer')], self.seen)
        self.assertIsNone(engine.current())

    def test_interrupted(self):
        self.engine.at(1.0, engine.interruption)
        self.engine.at(2.0, lambda: self.note('more'))
        self.assertRaises(KeyboardInterrupt, self.engine.run, 10.0)
        self.assertEqual([], self.seen)
        self.engine.run(10.0)
        self.assertEqual([(2.0, 'more')], self.seen)
