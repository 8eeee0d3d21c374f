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

"""The command ``python -m benchmarks``: what is measured, by its name."""

from collections.abc import Sequence
import importlib
import sys

_COMPARISON = 'comparison'
#: What each name measures, beside the storms and faults of the comparison.
_OTHERS = ('controller', 'growth', 'fleet')


def main(given: Sequence[str] | None = None) -> int:
    """Run what the first argument names, else the comparison.

    :returns: the exit status.
    """
    arguments = list(sys.argv[1:] if given is None else given)
    name = _COMPARISON
    if arguments and arguments[0] in _OTHERS:
        name = arguments.pop(0)
    command = importlib.import_module('benchmarks.%s.__main__' % name)
    return int(command.main(arguments))


if __name__ == '__main__':
    sys.exit(main())
