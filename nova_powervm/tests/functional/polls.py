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

"""The threads on which pypowervm polls for events."""

import threading

from pypowervm import adapter

from nova_powervm.testing import waiting


def threads():
    """Return those that there are."""
    return [thread for thread in threading.enumerate()
            if isinstance(thread, adapter._EventPollThread)]


def wait_for_end():
    """Wait until there are none.

    Each ends when its current poll does, and they are no daemons: a process
    cannot end before they have.
    """
    waiting.wait_until(lambda: not threads(), 'polls for events have ended',
                       details=threads)
