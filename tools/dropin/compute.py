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

"""nova-compute with the driver of 9.0.0: nova's own, after the supplies.

Its arguments are the tree of the driver, which comes first on the path, the
port of a simulator, and those of nova-compute.
"""
# ruff: noqa: E402

import os

os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'false'

from nova import monkey_patch

monkey_patch.patch()

import pathlib
import sys

from nova.cmd import compute

from tools.dropin import supplies


def main(tree: str, port: str, *arguments: str) -> None:
    """Run nova-compute to its end.

    :param tree: the tree of the driver.
    :param port: port of a simulator.
    :param arguments: of nova-compute.
    """
    module = supplies.supply(pathlib.Path(tree), int(port))
    supplies.answer_new_questions(module.PowerVMDriver)
    sys.argv = ['nova-compute', *arguments]
    compute.main()


if __name__ == '__main__':
    main(*sys.argv[1:])
