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

"""How a measured process ends."""

from collections.abc import Callable
import os
import sys
import traceback


def run(main: Callable[[], object]) -> None:
    """Run a process to its end; never returns.

    Nothing waits then for threads that are no daemons, such as pypowervm's
    poll thread and those that receive messages.

    :param main: does the work; the exit status is 1 if it raises.
    """
    status = 1
    try:
        main()
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)
