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

"""The plugin that tempest finds by the entry point ``powervm``."""

import pathlib

from oslo_config import cfg
from tempest import config
from tempest.test_discover import plugins

from nova_powervm.tempest_plugin import config as powervm_config


class PowerVMTempestPlugin(plugins.TempestPlugin):
    """Tests of nova with the PowerVM driver."""

    def load_tests(self) -> tuple[str, str]:
        """Return the folder of the tests and the one to import them from."""
        here = pathlib.Path(__file__).resolve().parent
        return str(here / 'tests'), str(here.parent.parent)

    def register_opts(self, conf: cfg.ConfigOpts) -> None:
        """Add the group ``[powervm]`` to tempest's options."""
        config.register_opt_group(
            conf, powervm_config.GROUP, powervm_config.OPTS)

    def get_opt_lists(self) -> list[tuple[str, list[cfg.Opt]]]:
        """Return the options, for tempest's sample of its configuration."""
        return [(powervm_config.GROUP.name, list(powervm_config.OPTS))]
