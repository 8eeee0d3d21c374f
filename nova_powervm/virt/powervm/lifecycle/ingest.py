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

"""Understanding NovaLink's events; memory operations only."""

from collections.abc import Collection
from collections.abc import Iterator
import re
from typing import Any
from typing import Protocol

from oslo_log import log as logging
from pypowervm import entities
from pypowervm.wrappers import event as pvm_event

from nova_powervm.virt.powervm.lifecycle import interfaces
from nova_powervm.virt.powervm.lifecycle import messages

LOG = logging.getLogger(__name__)

_EventType = pvm_event.EventType

_EVENT_TYPES = frozenset(
    value for name, value in vars(_EventType).items() if name.isupper())
# After these, anything may have changed unseen. pypowervm consumes the first
# NEW_CLIENT itself, so each one here means that NovaLink lost our queue.
_LOST_TRACK = frozenset((_EventType.NEW_CLIENT, _EventType.CACHE_CLEARED,
                         _EventType.MISSING_EVENTS))
_MODIFYING = frozenset((_EventType.MODIFY_URI, _EventType.INVALID_URI,
                        _EventType.HIDDEN_URI, _EventType.VISIBLE_URI))
_ABOUT_URI = _MODIFYING | {_EventType.ADD_URI, _EventType.DELETE_URI}

_KEYS: dict[str, type[interfaces.PowerKey] | type[interfaces.NvramKey]] = {
    'PartitionState': interfaces.PowerKey, 'NVRAM': interfaces.NvramKey}
# NovaLink's details are a few words. Longer ones are heeded, but counted.
_DETAIL_MOST = 4096

_LPAR_URI = re.compile(r'(?:^|/)LogicalPartition/([^/?]*)(?:\?|$)')
_UUID = re.compile(
    r'[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}')


class Sink(Protocol):
    """Whom events are told to."""

    def forget_agreement(self, lpar: interfaces.LparUuid) -> None:
        """An LPAR was added: it may be another one by now."""

    def forget(self, lpar: interfaces.LparUuid) -> None:
        """An LPAR was deleted."""

    def forget_agreements(self) -> None:
        """Anything may have changed unseen."""


def ingest(events: Collection[Any], sink: Sink
           ) -> tuple[set[interfaces.Key], int]:
    """Return what events ask for, and how many make no sense.

    :param events: pypowervm Event wrappers in the order in which they
        happened.
    :param sink: told at once of what is no longer to be trusted.
    """
    keys: set[interfaces.Key] = set()
    malformed = 0
    for event in events:
        try:
            _ingest(event, keys, sink)
        except Exception as error:
            malformed += 1
            messages.MALFORMED.log(LOG, error=error, event=event)
    return keys, malformed


def lpar_uuid(uuid: Any) -> interfaces.LparUuid:
    """Return an LPAR's uuid in the case in which NovaLink writes it.

    :raises ValueError: if it is no uuid.
    """
    if not (isinstance(uuid, str) and _UUID.fullmatch(uuid)):
        raise ValueError('no LPAR uuid: %.100r' % (uuid,))
    return interfaces.LparUuid(uuid.upper())


def _ingest(event: Any, keys: set[interfaces.Key], sink: Sink) -> None:
    """Add to ``keys`` what one event asks for.

    :raises Exception: if the event makes no sense.
    """
    etype, data, detail = _read(event)
    if etype not in _EVENT_TYPES:
        raise ValueError('unknown type')
    if etype in _LOST_TRACK:
        messages.LOST_TRACK.log(LOG, event=etype)
        sink.forget_agreements()
        keys.add(interfaces.ResyncKey())
    uri = _LPAR_URI.search(data) if etype in _ABOUT_URI else None
    if uri is None:
        return
    lpar = lpar_uuid(uri.group(1))
    if etype in _MODIFYING:
        keys.update(_asked(detail, lpar))
        if len(detail) > _DETAIL_MOST:
            raise ValueError('%d characters of detail' % len(detail))
    elif etype == _EventType.ADD_URI:
        sink.forget_agreement(lpar)
    else:
        keys -= {interfaces.PowerKey(lpar), interfaces.NvramKey(lpar)}
        sink.forget(lpar)


def _asked(detail: str, lpar: interfaces.LparUuid
           ) -> Iterator[interfaces.Key]:
    for word in detail.split(','):
        if (key := _KEYS.get(word)) is not None:
            yield key(lpar)


def _read(event: Any) -> tuple[Any, Any, Any]:
    """Return type, data and detail of an event.

    The wrapper's own properties also log what is empty, and the element's
    ``findtext`` takes each name apart: five times and twice as slow.
    """
    element = event.element
    if isinstance(element, entities.Element):
        space, brace, _ = element.element.tag.rpartition('}')
        find, prefix = element.element.findtext, space + brace
        return (find(prefix + 'EventType') or None,
                find(prefix + 'EventData') or None,
                find(prefix + 'EventDetail') or None)
    return event.etype, event.data, event.detail
