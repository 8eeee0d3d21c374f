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

"""Runs the tests of one module on one of nova's backends.

A process can run on one backend only, so this is a program; a test calls
:func:`run`, which starts it.
"""

import os
import subprocess
import sys

from nova_powervm.testing import backends

# Seconds. The longest module takes some three minutes on two idle processors.
_TIMEOUT = 900


def run(backend: str, module: str) -> None:
    """Run a module's tests in a process of their own.

    :param backend: one of ``nova_powervm.testing.backends.BACKENDS``.
    :raises AssertionError: if one fails; the text is what they printed.
    """
    done = subprocess.run(
        [sys.executable, '-m', __name__, backend, module],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=_TIMEOUT)
    if done.returncode:
        raise AssertionError('On %s:\n%s' % (backend, done.stdout))


def main() -> None:
    backend, module = sys.argv[1:]
    backends.select(backend)
    import unittest
    program = unittest.main(module, argv=[module, '-v'], exit=False)
    result = program.result
    sys.stderr.flush()
    # Without a wait for pypowervm's poll thread, which is no daemon.
    os._exit(0 if result.wasSuccessful() and result.testsRun else 1)


if __name__ == '__main__':
    main()
