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

"""Commands by which the configuration says how to do things to services."""

import shlex

from oslo_concurrency import processutils

# Seconds: a nova-compute that is stopped first ends what it is doing.
_TIMEOUT = 300


def arguments(command: str, **values: str) -> list[str]:
    """Split a command and fill in its placeholders.

    :raises ValueError: if a quotation has no end, or a placeholder is none.
    """
    try:
        return [word.format(**values) for word in shlex.split(command)]
    except (KeyError, IndexError) as e:
        raise ValueError('Unknown placeholder %s in the command: %s' % (
            e, command)) from e


def run(command: str, **values: str) -> None:
    """Run a command of the configuration and wait until it ends.

    :raises ValueError: see :func:`arguments`.
    :raises oslo_concurrency.processutils.ProcessExecutionError: if its exit
        status is not 0; with its output.
    :raises subprocess.TimeoutExpired: if it takes more than 300 s.
    """
    processutils.execute(*arguments(command, **values), timeout=_TIMEOUT)
