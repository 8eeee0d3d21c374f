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


"""Waiting while saying what is waited for."""

from collections.abc import Callable
import time

from nova_powervm.testing import waiting

# How much of the time may be spent on asking what is going on, unless that
# makes the pauses longer than 2 s: it takes processor time from those who are
# asked about.
SHARE = 0.25
_LEAST_PAUSE = 0.25
_LONGEST_PAUSE = 2.0


class Progress:
    """Waits, and says what is unfinished each time that it changes.

    :param pause: sleeps for some seconds; ends the demo by an exception.
    :param say: told what is going on.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, pause: Callable[[float], None] = time.sleep,
                 say: Callable[[str], None] = lambda what: None,
                 clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self.say = say
        #: how long a wait may take, seconds
        self.patience = waiting.TIMEOUT

    def wait(self, what: str, unfinished: Callable[[], str],
             share: float = SHARE) -> None:
        """Wait until nothing is unfinished any more.

        :param what: what is waited for.
        :param unfinished: returns what is still going on, or an empty text.
        :param share: of the time, how much may go into asking that.
        :raises nova_powervm.testing.waiting.TimedOut: if that takes too long.
        """
        said, asked = '', 0.0

        def finished() -> bool:
            nonlocal said, asked
            began = self._clock()
            text = unfinished()
            asked = self._clock() - began
            if text and text != said:
                self.say('  ' + text)
                said = text
            return not text

        waiting.wait_until(
            finished, what, timeout=self.patience, clock=self._clock,
            details=lambda: said, pause=lambda: self._pause(
                min(max(_LEAST_PAUSE, asked / share), _LONGEST_PAUSE)))
