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


"""The choice of nova's concurrency backend, by nova's own switch."""

import os

from nova_powervm.testing import compat

#: nova's concurrency backends.
BACKENDS = ('threading', 'eventlet')

# What nova reads before it patches a process for eventlet, or refuses to.
_VARIABLE = 'OS_NOVA_DISABLE_EVENTLET_PATCHING'
_VALUES = {'threading': 'true', 'eventlet': 'false'}


def environment(backend: str) -> dict[str, str]:
    """Return the environment variables that choose a backend for a process.

    :param backend: one of :data:`BACKENDS`.
    """
    return {_VARIABLE: _VALUES[backend]}


def select(backend: str | None = None) -> str:
    """Choose the backend of this process; import nothing of nova's before.

    nova's test packages patch the process for eventlet as they are imported,
    unless the environment tells them otherwise, so the environment is set,
    too.

    :param backend: one of :data:`BACKENDS`; None takes the one that the
        environment chooses, or else ``threading``.
    :returns: the backend.
    :raises RuntimeError: if the process already runs the other backend, or
        imported too much to be patched.
    """
    if backend is None:
        backend = next((name for name, value in _VALUES.items()
                        if os.environ.get(_VARIABLE) == value), 'threading')
    os.environ.update(environment(backend))
    compat.patch()
    if compat.is_patched() != (backend == 'eventlet'):
        raise RuntimeError('this process does not run on %s' % backend)
    return backend


def current() -> str:
    """Return the backend that this process runs on, by what nova patched."""
    return 'eventlet' if compat.is_patched() else 'threading'
