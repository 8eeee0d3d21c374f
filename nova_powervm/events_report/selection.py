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

"""Which lines count: those of some hosts, and of some time."""

import calendar
from collections.abc import Collection
import dataclasses
import datetime
import functools
import time as clock

_FORMATS = ('%Y-%m-%d', '%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M:%S')


@functools.lru_cache(maxsize=64)
def _minute(text: str) -> int:
    return calendar.timegm(clock.strptime(
        text.replace('T', ' '), '%Y-%m-%d %H:%M'))


def seconds(text: str) -> float:
    """Return a time of a log as seconds since 1970, in the log's own zone.

    :param text: ``YYYY-MM-DD HH:MM:SS``, perhaps with parts of a second.
    :raises ValueError: if there is no such time.
    """
    return _minute(text[:16]) + float(text[17:].replace(',', '.'))


def moment(text: str) -> float:
    """Return the time that an operator named, as :func:`seconds` does.

    :param text: a date, perhaps with a time of day, with or without seconds.
    :raises ValueError: if it is none of those.
    """
    for form in _FORMATS:
        try:
            return calendar.timegm(
                clock.strptime(text.strip().replace('T', ' '), form))
        except ValueError:
            continue
    raise ValueError('no time: %r' % text)


def words(time: float) -> str:
    """Return a time as text, to the second."""
    return datetime.datetime.fromtimestamp(
        time, datetime.UTC).strftime('%Y-%m-%d %H:%M:%S')


@dataclasses.dataclass(frozen=True)
class Selection:
    """What counts.

    :ivar since: first time that does, seconds; None for all.
    :ivar until: first time that does no more; None for all.
    :ivar hosts: those that do; empty for all.
    """

    since: float | None = None
    until: float | None = None
    hosts: Collection[str] = ()

    def has_host(self, host: str) -> bool:
        """Tell whether a host counts."""
        return not self.hosts or host in self.hosts

    def has_time(self, time: float | None) -> bool:
        """Tell whether a time counts; an unknown one only if all do."""
        if self.since is None and self.until is None:
            return True
        return (time is not None
                and (self.since is None or time >= self.since)
                and (self.until is None or time < self.until))
