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
import testtools

from nova_powervm.sim import settings


@ddt.ddt
class SettingsTestCase(testtools.TestCase):

    def test_update(self):
        config = settings.Settings()
        config.update(boot_seconds=1, quick_all=False)
        self.assertEqual((1, False), (config.boot_seconds, config.quick_all))

    def test_update_is_all_or_nothing(self):
        config = settings.Settings()
        self.assertRaises(ValueError, config.update, boot_seconds=1,
                          boot_events=-1)
        self.assertEqual(settings.Settings(), config)

    @ddt.named_data(
        ('negative_seconds', 'boot_seconds', -1),
        ('seconds_as_text', 'boot_seconds', 'soon'),
        ('boolean_seconds', 'boot_seconds', True),
        ('infinite_seconds', 'shutdown_seconds', float('inf')),
        ('negative_copy', 'copy_seconds', -1),
        ('nan_seconds', 'poll_seconds', float('nan')),
        ('fractional_events', 'boot_events', 1.5),
        ('negative_events', 'shutdown_events', -1),
        ('queue_of_0', 'event_queue_size', 0),
        ('integer_quick_all', 'quick_all', 1),
        ('integer_rmc', 'rmc', 1),
        ('negative_latency', 'latency_ms', -1),
        ('latency_as_text', 'latency_ms', {'create': 'x'}),
        ('no_latency', 'latency_ms', None))
    def test_invalid(self, name, value):
        exc = self.assertRaises(ValueError, settings.Settings,
                                **{name: value})
        self.assertIn(name, str(exc))

    def test_unknown_name(self):
        exc = self.assertRaises(ValueError, settings.Settings().update,
                                bots=1)
        # It names the settings.
        self.assertIn('boot_seconds', str(exc))

    def test_latency(self):
        config = settings.Settings(latency_ms=20)
        self.assertEqual(0.02, config.latency('create'))
        self.assertEqual(0.0, config.latency('event_poll'))

    def test_latency_by_kind(self):
        config = settings.Settings(latency_ms={'event_poll': 5})
        self.assertEqual(0.0, config.latency('create'))
        self.assertEqual(0.005, config.latency('event_poll'))
