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

"""The process that carries hosts; it obeys commands on standard input.

It says ``ready``, and answers each command, a JSON object in a line, with
another one. It ends when its standard input is closed. The environment
chooses the backend before anything else is imported.
"""
# ruff: noqa: E402

from nova import monkey_patch

monkey_patch.patch()

import json
import sys

import nova.conf
from nova import config
from nova import objects
from oslo_log import log as logging

from benchmarks.controller import carrier as carriers
from benchmarks.controller import modules
from benchmarks import measured
from benchmarks import obey

CONF = nova.conf.CONF

# How long a wait for commands lasts, seconds.
_TICK = 0.2


def _configure(options: carriers.Options) -> None:
    config.parse_args(['benchmark', '--log-file', options.log],
                      default_config_files=[options.file],
                      configure_db=False)
    logging.setup(CONF, 'nova')
    objects.register_all()


def main() -> None:
    """Obey commands until there are no more."""
    options = carriers.Options(**json.loads(sys.argv[1]))
    make = modules.prepare(options.module)
    _configure(options)
    carrier = carriers.Carrier(options, make)
    obey.commands(carrier, _TICK)


if __name__ == '__main__':
    measured.run(main)
