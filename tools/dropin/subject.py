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

"""The process with the driver of 9.0.0: all scenarios, as JSON lines.

The tree of that driver comes first on its path. It ends by itself, as
nova-compute has to.
"""
# ruff: noqa: E402

import os

# What that driver needs; nova reads it before anything else is imported.
os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'false'

from nova import monkey_patch

monkey_patch.patch()

import json
import logging
import pathlib
import sys
import time
import traceback

from tools.dropin import host
from tools.dropin import scenarios

# oslo.log's default, which nova-powervm-events reads.
_FORMAT = ('%(asctime)s.%(msecs)03d %(process)d %(levelname)s %(name)s [-] '
           '%(message)s')


def _say(name: str, began: float, **result: object) -> None:
    print(json.dumps({'name': name, 'seconds': time.monotonic() - began,
                      **result}), flush=True)


def main(tree: str, port: str, log: str) -> int:
    """Run all scenarios.

    :param tree: the tree of the driver.
    :param port: port of a simulator.
    :param log: file for the log.
    :returns: the exit status.
    """
    logging.basicConfig(filename=log, level=logging.INFO, format=_FORMAT,
                        datefmt='%Y-%m-%d %H:%M:%S')
    began = time.monotonic()
    rig = host.Host(pathlib.Path(tree), int(port))
    _say('init_host', began, figures={'lpars': len(rig.lpars)})
    for scenario in scenarios.SCENARIOS:
        began = time.monotonic()
        try:
            figures = scenario(rig)
        except Exception as error:
            traceback.print_exc()
            _say(scenario.__name__, began, error=str(error))
            return 1
        _say(scenario.__name__, began, figures=dict(figures))
    return 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
