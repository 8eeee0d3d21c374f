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

"""Shorter pauses between requests."""

import time
from typing import Any

import fixtures
from pypowervm import adapter
from pypowervm.helpers import vios_busy
from pypowervm.utils import retry
from pypowervm.wrappers import job

_SHARE = 0.1


class _Time:
    """The module ``time``, with a sleep that takes a tenth."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        time.sleep(seconds * _SHARE)


class ShortPauses(fixtures.Fixture):
    """Lets pypowervm pause for a tenth of the time between two requests.

    It pauses 5 s after a poll for events that failed, 1 s before it asks
    again whether a job has ended, and some more before it repeats a request
    that was refused. How long a request or a job may take is not changed.
    """

    def _setUp(self) -> None:
        for module in adapter, job, retry:
            self.useFixture(fixtures.MonkeyPatch(
                module.__name__ + '.time', _Time()))
        self.useFixture(fixtures.MonkeyPatch(
            vios_busy.__name__ + '.SLEEP', _Time.sleep))
