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

import gc

from oslo_reports import guru_meditation_report

from nova_powervm.tests import base
from nova_powervm.virt.powervm.lifecycle import stats


class TestStatistics(base.TestCase):

    def test_counters_and_gauges(self):
        statistics = stats.Statistics({'pending': lambda: 7})
        self.assertEqual(0, statistics.as_dict()['events'])
        statistics.add(events=2, lookup_seconds=0.5)
        statistics.add(events=1)
        values = statistics.as_dict()
        self.assertEqual(3, values['events'])
        self.assertEqual(0.5, values['lookup_seconds'])
        self.assertEqual(7, values['pending'])
        self.assertNotIn('pending', statistics.counters())
        self.assertRaises(KeyError, statistics.add, nonsense=1)

    def test_report(self):
        gc.collect()
        statistics = stats.Statistics({'pending': lambda: 424242})
        sections = [
            generator for title, generator in
            guru_meditation_report.TextGuruMeditation.persistent_sections
            if title == 'PowerVM events']
        self.assertEqual(1, len(sections))
        model = sections[0]()
        model.set_current_view_type('text')
        text = str(model)
        self.assertIn('pending = 424242', text)
        self.assertIn('lookups_failed = 0', text)
        del statistics
        gc.collect()
        model = sections[0]()
        model.set_current_view_type('text')
        self.assertNotIn('424242', str(model))
