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

"""Event entries."""

from collections.abc import Iterable
import copy
import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import events

_EVENT_PATH = 'Event/%s?group=None'


def _template() -> etree._Element:
    content = atom.schema_object('Event', [
        atom.Field('EventType', 'ROR', ''),
        atom.Field('EventID', 'ROR', ''),
        atom.Field('EventData', 'ROR', ''),
        atom.Field('EventDetail', 'ROR', ''),
    ], atom_id='')
    return atom.entry(content, '', href='', etag='')


_TEMPLATE = _template()


def entries(fetched: Iterable[events.Event],
            api_url: str) -> list[etree._Element]:
    """Build the entries of events.

    Each is a copy of one template: to build each from its fields takes
    several times as long, and a storm has thousands.
    """
    published = atom.timestamp()
    return [_entry(event, api_url, published) for event in fetched]


def _entry(event: events.Event, api_url: str,
           published: str) -> etree._Element:
    key = str(uuid.UUID(int=event.event_id))
    root = copy.deepcopy(_TEMPLATE)
    id_, _, published_, link, _, etag, holder = root
    id_.text = key
    published_.text = published
    link.set('href', f'{api_url}/{_EVENT_PATH % key}')
    etag.text = str(event.event_id)
    metadata, type_, event_id, data, detail = holder[0]
    metadata[0][0].text = key
    type_.text = event.event_type
    event_id.text = str(event.event_id)
    data.text = event.data
    detail.text = event.detail
    return root


def parse(body: bytes) -> tuple[str, str]:
    """Return data and detail of an event from a client.

    :raises ValueError: if it is malformed.
    """
    root = atom.parse(body)
    if etree.QName(root).localname != 'Event':
        raise ValueError('Expected an Event.')
    data, detail = (root.findtext('{%s}%s' % (atom.UOM_NS, name)) or ''
                    for name in ('EventData', 'EventDetail'))
    return data, detail
