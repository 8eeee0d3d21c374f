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

"""The unit tests of 9.0.0 that have to do with its event handler.

Run as a module it is the process that runs them: with a tree and names of
tests, on a path that begins with the tree.
"""
# ruff: noqa: E402

import os

# Both before anything else is imported: the first is asked for by the tests,
# the second chooses the backend.
os.environ['EVENTLET_NO_GREENDNS'] = 'yes'
os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = 'false'

from nova import monkey_patch

monkey_patch.patch()

import json
import pathlib
import sys
import unittest

from tools.dropin import supplies


class _Names(unittest.TestResult):
    """Keeps the names of the tests that ran."""

    def __init__(self) -> None:
        super().__init__()
        self.ran: list[str] = []

    def startTest(self, test: unittest.TestCase) -> None:
        super().startTest(test)
        self.ran.append(test.id())


def main(tree: str, *names: str) -> None:
    """Run tests; write the names of what ran and of what failed, as JSON.

    :param tree: the tree that they belong to.
    :param names: as unittest's loader takes them.
    """
    supplies.put_back()
    supplies.find_driver(pathlib.Path(tree))
    result = _Names()
    unittest.defaultTestLoader.loadTestsFromNames(names).run(result)
    failed = [*result.errors, *result.failures]
    for _, words in failed:
        print(words, file=sys.stderr)
    print(json.dumps({'ran': result.ran,
                      'failed': [test.id() for test, _ in failed]}),
          flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
    # Whatever threads the tests have left.
    sys.stderr.flush()
    os._exit(0)
