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

import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import opts


class TestOpts(base.TestCase):

    def test_bounds(self):
        bounds = {'event_delay': (0.1, 300.0),
                  'event_max_delay': (0.1, 3600.0),
                  'event_batch_size': (1, 1000),
                  'event_emit_workers': (1, 64),
                  'event_state_ttl': (0, 86400)}
        (group, declared), = opts.list_opts()
        self.assertEqual('powervm', group.name)
        self.assertEqual(set(bounds), {opt.name for opt in declared})
        for name, (low, high) in bounds.items():
            for good in (low, high):
                conf = world.make_conf(**{name: good})
                self.assertEqual(good, conf.powervm[name])
            below = low - 0.01 if isinstance(low, float) else low - 1
            for bad in (below, high + 1, 'much'):
                self.assertRaises(
                    ValueError, world.make_conf, **{name: bad})

    def test_bad_value_in_a_file_names_the_option(self):
        (_, declared), = opts.list_opts()
        for opt in declared:
            for bad in ('-1', '1000000', 'much', 'nan'):
                self.configure(
                    '[powervm]\n%s = %s\n' % (opt.name, bad))
                error = self.assertRaises(
                    ValueError, event.PowerVMNovaEventHandler, mock.Mock())
                self.assertIn(opt.name, str(error))

    def test_contradiction_in_a_file(self):
        self.configure('[powervm]\nevent_delay = 61\n')
        error = self.assertRaises(
            ValueError, event.PowerVMNovaEventHandler, mock.Mock())
        self.assertIn('[powervm] event_max_delay (60.0 seconds)', str(error))
        self.assertIn('[powervm] event_delay (61.0 seconds)', str(error))

    def test_defaults(self):
        conf = world.make_conf()
        opts.validate(conf)
        self.assertEqual(
            (15.0, 60.0, 200, 4, 600),
            (conf.powervm.event_delay, conf.powervm.event_max_delay,
             conf.powervm.event_batch_size, conf.powervm.event_emit_workers,
             conf.powervm.event_state_ttl))

    def test_configurations_do_not_share_values(self):
        world.make_conf(event_delay=1.0)
        self.assertEqual(15.0, world.make_conf().powervm.event_delay)
