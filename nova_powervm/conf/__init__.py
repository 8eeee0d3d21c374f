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

"""The project's options, registered with nova's global configuration."""

from typing import Any

from nova import conf as nova_conf
from oslo_config import cfg

from nova_powervm.conf import disk
from nova_powervm.conf import media
from nova_powervm.conf import powervm
from nova_powervm.conf import vif
from nova_powervm.virt.powervm.lifecycle import opts as lifecycle_opts

CONF = nova_conf.CONF

#: The driver's. Those of the event module are with it, in the same group.
OPTS: list[cfg.Opt] = [
    *powervm.OPTS, *disk.OPTS, *media.OPTS, *vif.OPTS]


def register_opts(conf: Any) -> None:
    """Register the driver's options with a ``ConfigOpts``, even twice."""
    conf.register_opts(OPTS, group=lifecycle_opts.GROUP.name)


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """Return all options of the project for the ``oslo.config.opts`` hook.

    :returns: one entry for each group, as the sample file should show them.
    """
    return [(group, [*OPTS, *options])
            for group, options in lifecycle_opts.list_opts()]


register_opts(CONF)
lifecycle_opts.register_opts(CONF)
