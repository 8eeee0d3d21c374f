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


"""The command ``python -m benchmarks fleet``."""

from collections.abc import Sequence
import signal
import sys

from benchmarks import command
from benchmarks.fleet import arguments

_NEEDED = ('greenlet', 'nova', 'pypowervm', 'eventlet')
_INTERRUPTED = 130


def main(given: Sequence[str] | None = None) -> int:
    """Simulate all, and print the plan beside it.

    :returns: the exit status: 1 if the plan and the simulation differ, 2 if
        something could not be run, 130 after Ctrl-C.
    """
    options = arguments.parse(given)
    try:
        command.check(_NEEDED, options.plots, options.json)
        # Here, because they import what may be missing.
        from benchmarks.fleet import engine
        from benchmarks.fleet import run
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, engine.interruption)
        return run.run(options)
    except command.Failed as error:
        print('fleet: %s' % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('fleet: interrupted', file=sys.stderr)
        return _INTERRUPTED


if __name__ == '__main__':
    sys.exit(main())
