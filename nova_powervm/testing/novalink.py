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


"""Stand-ins for pypowervm and the NovaLink behind it, in memory."""

from collections.abc import Iterable
import threading
from typing import Any

from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm import entities
from pypowervm import exceptions as pvm_exceptions
from pypowervm.wrappers import event as pvm_event

#: The managed system that all LPARs belong to.
SYSTEM = '98498bed-c78a-3a4f-b90a-4b715418fcb6'

_LPARS = '/rest/api/uom/ManagedSystem/%s/LogicalPartition' % SYSTEM


def lpar_uri(lpar: str) -> str:
    """Return the URI by which an event names an LPAR."""
    return 'http://localhost:12080%s/%s' % (_LPARS, lpar)


def _element(tag: str, **children: str | None) -> Any:
    """Return an XML element; None leaves a child out."""
    return entities.Element(tag, None, children=[
        entities.Element(name, None, text=text)
        for name, text in children.items() if text is not None]).element


def make_event(data: str | None, detail: str | None = 'PartitionState,Other',
               etype: str | None = 'MODIFY_URI') -> pvm_event.Event:
    """Return a real pypowervm Event wrapper; None leaves an element out.

    :param data: what the event is about, such as :func:`lpar_uri`.
    """
    return pvm_event.Event.wrap(entities.Entry({}, _element(
        'Event', EventType=etype, EventID='1', EventData=data,
        EventDetail=detail), None))


def lpar_event(lpar: str, detail: str | None = 'PartitionState,Other',
               etype: str = 'MODIFY_URI') -> pvm_event.Event:
    """Return a real pypowervm Event wrapper about an LPAR."""
    return make_event(lpar_uri(lpar), detail, etype)


def http_error(status: int, path: str = _LPARS) -> pvm_exceptions.HttpError:
    """Return the error that pypowervm raises for an HTTP status."""
    response = pvm_adapter.Response('GET', path, status, 'No', {}, body='')
    if status == const.HTTPStatus.NOT_FOUND:
        return pvm_exceptions.HttpNotFound(response)
    return pvm_exceptions.HttpError(response)


class Clock:
    """A monotonic clock that moves when it is told to.

    :ivar now: what it shows, seconds.
    """

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        """Let time pass; may be handed in where something would sleep."""
        self.now += seconds


class FakeAdapter:
    """Answers reads of LPARs from memory and remembers them. Thread-safe.

    It knows quick properties of one LPAR, ``quick/All`` and the LPAR feed,
    and answers with real pypowervm responses.

    :ivar lpars: PartitionStates by upper-case LPAR uuid; may be changed at
        any time.
    :ivar hidden: LPARs that lists lack.
    :ivar reads: kind of each read: the LPAR's uuid, ``All`` or ``feed``.
    :ivar answers: by kind of read, or ``any``: the exception that it raises,
        or the body that it answers with.
    :ivar session: a session without a connection.
    """

    helpers = ()

    def __init__(self, lpars: dict[str, str] | None = None) -> None:
        self.lpars = {} if lpars is None else lpars
        self.hidden: set[str] = set()
        self.reads: list[str] = []
        self.answers: dict[str, Any] = {}
        self.session = FakeSession()
        self.traits: Any = None

    def read(self, root_type: str, root_id: str | None = None,
             suffix_type: str | None = None, suffix_parm: str | None = None,
             **kwargs: Any) -> Any:
        """Answer as ``pypowervm.adapter.Adapter.read`` does.

        :raises pypowervm.exceptions.HttpNotFound: if there is no such LPAR.
        """
        kind = root_id or suffix_parm or 'feed'
        self.reads.append(kind)
        answer = self.answers.get(kind, self.answers.get('any'))
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return _response(answer)
        if root_id:
            if root_id not in self.lpars:
                raise http_error(404)
            return _response(jsonutils.dumps(self.lpars[root_id]))
        listed = [(uuid, state) for uuid, state in list(self.lpars.items())
                  if uuid not in self.hidden]
        if kind == 'All':
            return _response(jsonutils.dumps(
                [{'UUID': uuid, 'PartitionState': state}
                 for uuid, state in listed]))
        return _feed(listed)


def _response(body: Any) -> pvm_adapter.Response:
    return pvm_adapter.Response('GET', _LPARS, 200, 'OK', {}, body=body)


def _feed(lpars: Iterable[tuple[str, str]]) -> pvm_adapter.Response:
    response = _response('')
    # In a feed NovaLink writes uuids in lower case or upper case.
    response.feed = entities.Feed({}, [
        entities.Entry({'id': uuid.lower()}, _element(
            'LogicalPartition', PartitionState=state), None)
        for uuid, state in lpars])
    return response


class FakeSession(pvm_adapter.Session):
    """A session without a connection, for an event handler's driver."""

    def __init__(self) -> None:
        # Without the base class's: that logs on. It logs off only what this
        # names.
        self._init_by = None
        self._eventlistener = FakeListener()
        self.lost = False
        self.interruptions = 0


class FakeListener:
    """Delivers events when a test says so.

    :ivar handlers: the subscribers.
    """

    timeout = 45.0

    def __init__(self) -> None:
        self.handlers: list[Any] = []
        self._lock = threading.RLock()

    def subscribe(self, handler: Any) -> None:
        """Add a subscriber."""
        with self._lock:
            self.handlers.append(handler)

    def unsubscribe(self, handler: Any) -> None:
        """Take away a subscriber.

        :raises ValueError: if it is none.
        """
        with self._lock:
            self.handlers.remove(handler)

    def deliver(self, *events: pvm_event.Event) -> None:
        """Call all subscribers, as pypowervm does after each poll.

        :param events: wrappers, such as :func:`lpar_event` returns.
        """
        raw = [{'EventType': event.etype, 'EventData': event.data,
                'EventID': event.eid, 'EventDetail': event.detail}
               for event in events]
        with self._lock:
            for handler in list(self.handlers):
                handler.process(raw if isinstance(
                    handler, pvm_adapter.RawEventHandler) else list(events))
