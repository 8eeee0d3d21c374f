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


"""The event module in random worlds, as many as there is time for.

``python -m nova_powervm.tests.endurance.worlds`` prints the seed that it
begins with; see :mod:`nova_powervm.tests.unit.virt.powervm.model.machine` for
what is tried. Exits with 1, and the simplest world that it finds, if the
module does something wrong.
"""

import argparse
import secrets
import sys
import time

from nova_powervm.tests.unit.virt.powervm.model import machine

# So many have one seed: a run is repeated from the seed that failed.
_TOGETHER = 250


def run(worlds, seconds, seed, clock=time.monotonic, attempt=machine.run):
    """Try worlds until there were enough, or the time is over.

    :param seconds: time after which no more are begun; None for no limit.
    :param attempt: tries some worlds of a seed.
    :returns: the number of worlds tried.
    """
    tried = 0
    deadline = None if seconds is None else clock() + seconds
    while tried < worlds and (deadline is None or clock() < deadline):
        some = min(_TOGETHER, worlds - tried)
        try:
            attempt(some, seed)
        except BaseException:
            print('failed: --seed %d --worlds %d' % (seed, some), flush=True)
            raise
        tried += some
        seed += 1
    return tried


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('--worlds', type=int, default=20_000,
                        help='how many (%(default)s)')
    parser.add_argument('--seconds', type=float,
                        help='time after which no more are begun')
    parser.add_argument('--seed', type=int,
                        default=secrets.randbelow(1_000_000),
                        help='of the first of them (random)')
    options = parser.parse_args()
    print('seed: %d' % options.seed, flush=True)
    began = time.monotonic()
    tried = run(options.worlds, options.seconds, options.seed)
    print('worlds: %d, none failed; seconds: %.0f' % (
        tried, time.monotonic() - began))


if __name__ == '__main__':
    sys.exit(main())
