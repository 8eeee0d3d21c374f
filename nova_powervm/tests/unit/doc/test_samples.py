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

"""The samples of nova-compute's configuration in the documentation."""

import pathlib
import re

import ddt
from oslo_config import cfg

from nova_powervm import conf
from nova_powervm.tests import base

_FOLDER = pathlib.Path(__file__).parents[4] / 'doc/source/install'


@ddt.ddt
class TestSamples(base.TestCase):

    @ddt.data('nova-compute.conf', 'nova-compute-simulator.conf')
    def test_options_exist_and_have_valid_values(self, name):
        # Those that are commented out as well.
        text = re.sub('^#([a-z_]+ = )', r'\1',
                      (_FOLDER / name).read_text(), flags=re.MULTILINE)
        self.configure(text)
        sections: dict = {}
        path, = conf.CONF.config_file
        cfg.ConfigParser(path, sections).parse()
        self.assertIn('powervm', sections)
        for section, options in sections.items():
            group = (conf.CONF if section == 'DEFAULT'
                     else getattr(conf.CONF, section))
            for option in options:
                # It raises if there is none, or the value is wrong.
                self.assertIsNotNone(getattr(group, option), option)
