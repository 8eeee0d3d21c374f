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

"""Settings, which can change while the simulator runs."""

import dataclasses
from typing import Any


@dataclasses.dataclass
class Settings:
    """How the simulated host behaves.

    boot_seconds, shutdown_seconds: duration of a boot or a shutdown, seconds.
    boot_events, shutdown_events: PartitionState events that an LPAR sends
    during a boot or a shutdown, evenly spread; the last one at its end.
    copy_seconds: duration of a copy of a virtual disk, seconds.
    poll_seconds: how long an event poll waits for an event, seconds.
    event_queue_size: events queued for a client that does not poll; one more
    replaces the whole queue with a MISSING_EVENTS.
    rmc: whether RMC is active while an LPAR runs that a client of the REST
    service has created, as if its operating system had the packages for it.
    quick_all: whether the service has ``quick/All``; it responds 404 if not.
    latency_ms: latency of each response except those to event polls,
    milliseconds; or a mapping of request kinds to milliseconds, for only
    these kinds.
    """

    boot_seconds: float = 5.0
    boot_events: int = 3
    shutdown_seconds: float = 2.0
    shutdown_events: int = 2
    copy_seconds: float = 0.0
    poll_seconds: float = 10.0
    event_queue_size: int = 100_000
    rmc: bool = False
    quick_all: bool = True
    latency_ms: float | dict[str, float] = 0.0

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            _validate(name, value)

    def update(self, **changes: Any) -> None:
        """Change settings: all of them, or none if one is invalid.

        :raises ValueError: for an unknown name or an invalid value.
        """
        for name, value in changes.items():
            _validate(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def latency(self, kind: str) -> float:
        """Return the latency of responses to a kind of request, seconds."""
        if isinstance(self.latency_ms, dict):
            return self.latency_ms.get(kind, 0.0) / 1000
        return 0.0 if kind == 'event_poll' else self.latency_ms / 1000


_SECONDS = ('boot_seconds', 'shutdown_seconds', 'copy_seconds',
            'poll_seconds')
_FLAGS = ('rmc', 'quick_all')
_COUNTS = ('boot_events', 'shutdown_events')


def _is_amount(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value < float('inf')


def _is_count(value: Any) -> bool:
    return _is_amount(value) and isinstance(value, int)


def _validate(name: str, value: Any) -> None:
    if name in _SECONDS:
        valid, expected = _is_amount(value), 'seconds, 0 or more'
    elif name in _COUNTS:
        valid, expected = _is_count(value), 'an integer, 0 or more'
    elif name == 'event_queue_size':
        valid = _is_count(value) and value > 0
        expected = 'an integer, 1 or more'
    elif name in _FLAGS:
        valid, expected = isinstance(value, bool), 'true or false'
    elif name == 'latency_ms':
        amounts = value.values() if isinstance(value, dict) else (value,)
        valid = all(map(_is_amount, amounts))
        expected = 'milliseconds, or a mapping of request kinds to them'
    else:
        names = ', '.join(field.name for field in dataclasses.fields(Settings))
        raise ValueError(f'{name}: unknown setting; the settings are {names}')
    if not valid:
        raise ValueError(f'{name}: {value!r} is not valid; expected '
                         f'{expected}')
