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
import mock
from oslo_config import cfg

from nova_powervm.tests import base
from nova_powervm.virt.powervm import event
from nova_powervm.virt.powervm.lifecycle import opts

BOUNDS = {'event_delay': (0.1, 300.0), 'event_max_delay': (0.1, 3600.0),
          'event_batch_size': (1, 1000), 'event_emit_workers': (1, 64),
          'event_state_ttl': (0, 86400)}


def make_conf(**options):
    """Return a configuration of its own."""
    conf = cfg.ConfigOpts()
    opts.register_opts(conf)
    conf([], default_config_files=[], default_config_dirs=[])
    for name, value in options.items():
        conf.set_override(name, value, group='powervm')
    return conf


@ddt.ddt
class TestOpts(base.TestCase):

    def test_list(self):
        (group, declared), = opts.list_opts()
        self.assertEqual('powervm', group.name)
        self.assertEqual(set(BOUNDS), {opt.name for opt in declared})

    def test_defaults(self):
        conf = make_conf()
        opts.validate(conf)
        self.assertEqual(
            {'event_delay': 15.0, 'event_max_delay': 60.0,
             'event_batch_size': 200, 'event_emit_workers': 4,
             'event_state_ttl': 600}, dict(conf.powervm))

    @ddt.named_data(*((name, name, bound) for name, bounds in BOUNDS.items()
                      for bound in bounds))
    def test_within_bounds(self, name, value):
        self.assertEqual(value, make_conf(**{name: value}).powervm[name])

    @ddt.named_data(
        *((name, name, value) for name, (low, high) in BOUNDS.items()
          for value in (low - 0.01 if isinstance(low, float) else low - 1,
                        high + 1, 'much')))
    def test_out_of_bounds(self, name, value):
        self.assertRaises(ValueError, make_conf, **{name: value})

    @ddt.named_data(*((name, name, value) for name in BOUNDS
                      for value in ('-1', '1000000', 'much', 'nan')))
    def test_a_bad_value_in_a_file_names_the_option(self, name, value):
        self.configure('[powervm]\n%s = %s\n' % (name, value))
        error = self.assertRaises(
            ValueError, event.PowerVMNovaEventHandler, mock.Mock())
        self.assertIn(name, str(error))

    def test_a_contradiction_in_a_file_names_both(self):
        self.configure('[powervm]\nevent_delay = 61\n')
        error = self.assertRaises(
            ValueError, event.PowerVMNovaEventHandler, mock.Mock())
        self.assertIn('[powervm] event_max_delay (60.0', str(error))
        self.assertIn('[powervm] event_delay (61.0', str(error))

    def test_equal_delays(self):
        opts.validate(make_conf(event_delay=20.0, event_max_delay=20.0))

    def test_configurations_do_not_share_values(self):
        make_conf(event_delay=1.0)
        self.assertEqual(15.0, make_conf().powervm.event_delay)

    def test_register_again(self):
        conf = make_conf(event_delay=1.0)
        opts.register_opts(conf)
        self.assertEqual(1.0, conf.powervm.event_delay)


@ddt.ddt
class TestNovaAcceptsEvents(base.TestCase):

    @ddt.named_data(('yes', True), ('no', False))
    def test_by_its_option(self, accepts):
        conf = make_conf()
        conf.register_opt(cfg.BoolOpt(
            'handle_virt_lifecycle_events', default=accepts), 'workarounds')
        self.assertIs(accepts, opts.nova_accepts_events(conf))

    def test_without_its_group(self):
        self.assertTrue(opts.nova_accepts_events(make_conf()))

    def test_without_its_option(self):
        conf = make_conf()
        conf.register_group(cfg.OptGroup('workarounds'))
        self.assertTrue(opts.nova_accepts_events(conf))
