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

from benchmarks import log_report
from nova_powervm.events_report import formats
from nova_powervm.events_report import lines
from nova_powervm.tests import base


@ddt.ddt
class TestLines(base.TestCase):

    @ddt.data(0, 0.4, 1)
    def test_share(self, share):
        made = list(log_report.lines(2000, share))
        self.assertEqual(2000, len(made))
        self.assertAlmostEqual(share, sum(
            map(formats.is_ours, made)) / 2000, delta=0.05)

    def test_the_report_knows_all_of_them(self):
        reader = formats.Reader('oslo')
        names = {lines.parse(reader.read(line).message)[0]
                 for line in log_report.lines(500, 1)}
        self.assertEqual({'BATCH', 'EMITTING', 'DECIDED'}, names)
