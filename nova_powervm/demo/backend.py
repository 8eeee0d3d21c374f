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

"""nova's concurrency backends, chosen by nova's own switch."""

import os

BACKENDS = ('threading', 'eventlet')


def select(backend: str) -> None:
    """Put this process on a backend; import nothing of nova's before.

    nova's test packages patch the process for eventlet as they are imported,
    unless the environment tells them otherwise, so both are told.

    :param backend: one of :data:`BACKENDS`.
    :raises RuntimeError: if the process already runs the other backend, or
        imported too much to be patched.
    """
    os.environ['OS_NOVA_DISABLE_EVENTLET_PATCHING'] = (
        'true' if backend == 'threading' else 'false')
    from nova import monkey_patch
    monkey_patch.patch(backend)
    if monkey_patch.is_patched() != (backend == 'eventlet'):
        raise RuntimeError('this process does not run on %s' % backend)
