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

"""A day on which much goes wrong, in two minutes."""

import logging
import time
from typing import Any

from nova import conf as nova_conf
import oslo_messaging
from pypowervm.wrappers import base_partition

from benchmarks import rig

CONF = nova_conf.CONF

_State = base_partition.LPARState

#: Seconds for which the controller is away, and for which it is slow.
AWAY_SECONDS = 60.0
SLOW_SECONDS = 20.0
#: Seconds that each call takes while it is slow.
SLOW_CALL_SECONDS = 2.0

# In the place of nova's rpc_response_timeout of 60 s: several calls
# fail in the time.
_TIMEOUT = 10


class Controller:
    """What the controller does with a call: answers, is slow, or is away."""

    def __init__(self) -> None:
        self.mood = self.well

    def __call__(self) -> None:
        self.mood()

    def well(self) -> None:
        """Answer at once."""

    def slow(self) -> None:
        """Answer late."""
        time.sleep(SLOW_CALL_SECONDS)

    def away(self) -> None:
        """Let the call wait for an answer that does not come."""
        end = time.monotonic() + _TIMEOUT
        while time.monotonic() < end:
            time.sleep(0.1)
        raise oslo_messaging.MessagingTimeout('no answer')


def bad_day(bench: rig.Rig) -> list[dict[str, Any]]:
    """Cause storms and stops while the controller fails and is slow.

    The log has the lines of all batches.
    """
    logging.getLogger('nova_powervm').setLevel(logging.DEBUG)
    bench.populate(_State.RUNNING)
    controller = bench.client.before_call = Controller()
    bench.start_handler()
    events, third = bench.options.events, len(bench.lpars) // 3
    parts = [bench.lpars[:third], bench.lpars[third:2 * third],
             bench.lpars[2 * third:]]

    bench.sim.storm(bench.lpars, events=events)
    _settle(bench)
    bench.sim.set_state(parts[0], _State.NOT_ACTIVATED, events=events)
    _settle(bench)

    controller.mood = controller.away
    bench.sim.storm(bench.lpars, events=events)
    bench.sim.set_state(parts[1], _State.NOT_ACTIVATED, events=events)
    time.sleep(AWAY_SECONDS)
    controller.mood = controller.well
    _settle(bench)

    controller.mood = controller.slow
    bench.sim.set_state(parts[2][:5], _State.NOT_ACTIVATED, events=events)
    time.sleep(SLOW_SECONDS)
    controller.mood = controller.well
    _settle(bench)
    return [{'name': 'bad day', **bench.handler.statistics.as_dict()}]


def _settle(bench: rig.Rig) -> None:
    """Wait until nova knows all that it has to."""
    time.sleep(bench.options.delay)
    bench.wait('agreement', lambda: not (
        bench.count('pending') or bench.count('confirming')))
