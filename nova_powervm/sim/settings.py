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

"""Settings that can be changed while the simulator runs."""

import dataclasses
from typing import Any


@dataclasses.dataclass
class Settings:
    """How the simulated host behaves.

    boot_seconds, shutdown_seconds: how long an LPAR takes, seconds.
    boot_events, shutdown_events: PartitionState events that it sends
    meanwhile, evenly spread; the last one when it has arrived.
    poll_seconds: how long an event poll waits when there are no events.
    event_queue_size: events kept for a client that does not poll; when there
    are more, they are replaced by one MISSING_EVENTS.
    quick_all: whether ``quick/All`` is offered; a 404 otherwise.
    latency_ms: added to each answer but those of event polls, milliseconds;
    or a mapping of request kind to milliseconds for just these kinds.
    """

    boot_seconds: float = 5.0
    boot_events: int = 3
    shutdown_seconds: float = 2.0
    shutdown_events: int = 2
    poll_seconds: float = 10.0
    event_queue_size: int = 100_000
    quick_all: bool = True
    latency_ms: float | dict[str, float] = 0.0

    def __post_init__(self) -> None:
        for name, value in dataclasses.asdict(self).items():
            _check(name, value)

    def update(self, **changes: Any) -> None:
        """Change settings, all of them or none.

        :raises ValueError: for a name that does not exist or a bad value.
        """
        for name, value in changes.items():
            _check(name, value)
        for name, value in changes.items():
            setattr(self, name, value)

    def latency(self, kind: str) -> float:
        """Seconds by which the answer to a request of this kind is late."""
        if isinstance(self.latency_ms, dict):
            return self.latency_ms.get(kind, 0.0) / 1000
        return 0.0 if kind == 'event_poll' else self.latency_ms / 1000


_SECONDS = ('boot_seconds', 'shutdown_seconds', 'poll_seconds')
_COUNTS = ('boot_events', 'shutdown_events')


def _is_amount(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and 0 <= value < float('inf')


def _is_count(value: Any) -> bool:
    return _is_amount(value) and isinstance(value, int)


def _check(name: str, value: Any) -> None:
    if name in _SECONDS:
        valid, wanted = _is_amount(value), 'seconds, 0 or more'
    elif name in _COUNTS:
        valid, wanted = _is_count(value), 'a whole number, 0 or more'
    elif name == 'event_queue_size':
        valid = _is_count(value) and value > 0
        wanted = 'a whole number, 1 or more'
    elif name == 'quick_all':
        valid, wanted = isinstance(value, bool), 'true or false'
    elif name == 'latency_ms':
        amounts = value.values() if isinstance(value, dict) else (value,)
        valid = all(map(_is_amount, amounts))
        wanted = 'milliseconds, or a mapping of request kind to milliseconds'
    else:
        names = ', '.join(field.name for field in dataclasses.fields(Settings))
        raise ValueError(f'{name}: no such setting; there are: {names}')
    if not valid:
        raise ValueError(f'{name}: {value!r} is not valid; expected {wanted}')
