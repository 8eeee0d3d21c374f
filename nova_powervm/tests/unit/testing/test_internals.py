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


from nova_powervm.testing import internals
from nova_powervm.tests import base


class TestMakeConf(base.TestCase):

    def test_options(self):
        conf = internals.make_conf('some-host', event_delay=0.5)
        self.assertEqual('some-host', conf.host)
        self.assertEqual(0.5, conf.powervm.event_delay)

    def test_each_is_its_own(self):
        internals.make_conf(event_delay=0.5)
        self.assertNotEqual(0.5, internals.make_conf().powervm.event_delay)


class TestShortTimes(base.TestCase):

    def values(self):
        return [getattr(module, name)
                for module, name in internals.ShortTimes()._values]

    def test_for_its_length_only(self):
        before = self.values()
        with internals.ShortTimes(check=0.25, silence=9.0):
            self.assertEqual([0.25, 9.0], self.values()[:2])
            for old, new in zip(before[:-1], self.values()[:-1],
                                strict=True):
                self.assertLess(new, old)
        self.assertEqual(before, self.values())
