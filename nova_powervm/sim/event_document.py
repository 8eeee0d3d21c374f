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

"""The Event feed's entries."""

from collections.abc import Iterable
import copy
import uuid

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import events

_URI_PLACE = 'Event/%s?group=None'


def _template() -> etree._Element:
    content = atom.document('Event', [
        atom.Row('EventType', 'ROR', ''),
        atom.Row('EventID', 'ROR', ''),
        atom.Row('EventData', 'ROR', ''),
        atom.Row('EventDetail', 'ROR', ''),
    ], atom_id='')
    return atom.entry(content, '', href='', etag='')


_TEMPLATE = _template()
_EVENT_TYPE = '{%s}EventType' % atom.UOM_NS


def entries(found: Iterable[events.Event],
            api_url: str) -> list[etree._Element]:
    """Make the entries of events.

    Each is a copy of one template: storms have thousands of events, and
    building every element of each takes several times as long.
    """
    published = atom.timestamp()
    return [_entry(event, api_url, published) for event in found]


def _entry(event: events.Event, api_url: str,
           published: str) -> etree._Element:
    key = str(uuid.UUID(int=event.event_id))
    root = copy.deepcopy(_TEMPLATE)
    id_, _, published_, link, _, etag, holder = root
    id_.text = key
    published_.text = published
    link.set('href', f'{api_url}/{_URI_PLACE % key}')
    etag.text = str(event.event_id)
    metadata, type_, event_id, data, detail = holder[0]
    metadata[0][0].text = key
    type_.text = event.event_type
    event_id.text = str(event.event_id)
    data.text = event.data
    detail.text = event.detail
    return root


def parse(body: bytes) -> tuple[str, str]:
    """Read data and detail of an event that a client sends.

    :raises ValueError: it is no event.
    """
    root = atom.parse(body)
    if etree.QName(root).localname != 'Event':
        raise ValueError('An Event is expected.')
    data, detail = (root.findtext('{%s}%s' % (atom.UOM_NS, name)) or ''
                    for name in ('EventData', 'EventDetail'))
    return data, detail
