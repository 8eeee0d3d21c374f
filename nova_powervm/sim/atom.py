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

"""Atom feeds and entries, and the schema objects in them.

They have the form of pypowervm's captured responses (pypowervm/tests/data).
"""

from collections.abc import Iterable
from collections.abc import Sequence
import datetime
from typing import Any
from typing import NamedTuple
import uuid

from lxml import etree

ATOM_NS = 'http://www.w3.org/2005/Atom'
_SCHEMA_NS = 'http://www.ibm.com/xmlns/systems/power/firmware/%s/mc/2012_10/'
UOM_NS = _SCHEMA_NS % 'uom'
WEB_NS = _SCHEMA_NS % 'web'
_ATOM = '{%s}' % ATOM_NS
_LINK = _ATOM + 'link'
# lxml's type stubs do not know the default namespace, None.
_ATOM_MAP: Any = {None: ATOM_NS}

# The schema of the captured NovaLink responses.
SCHEMA_VERSION = 'V1_3_0'
_PUBLISHER = 'IBM Power Systems Management Console'
# The schemas of elements that are newer than the first schema.
_KSV = {
    'ConfiguredMTU': 'V1_6_0',
    'CurrentSecureBoot': 'V1_8_0',
    'CustomPhysicalPageTableRatioCapable': 'V1_6_0',
    'Enabled': 'V1_3_0',
    'IsHMCPowerVMManagementMaster': 'V1_3_0',
    'IsManagementPartitionPowerVMManagementMaster': 'V1_3_0',
    'IsPowerVMManagementMaster': 'V1_3_0',
    'OvsBridge': 'V1_6_0',
    'OvsPortExternalIds': 'V1_6_0',
    'PartitionSecureBootCapable': 'V1_8_0',
    'PendingSecureBoot': 'V1_8_0',
    'PhysicalPageTableRatio': 'V1_6_0',
    'PowerVMLogicalPartitionSimplifiedRemoteRestartCapable': 'V1_2_0',
    'SimplifiedRemoteRestartCapable': 'V1_2_0',
    'Uptime': 'V1_5_0',
}
# The processing instruction around it.
_VERBATIM = 'verbatim'
# Elements that change without a request of a client ("kxe" is true).
_EPHEMERAL = ('ReferenceCode', 'Uptime', 'VariedOn')


class Link(NamedTuple):
    """A reference to another object."""

    href: str


class Links(NamedTuple):
    """References to other objects."""

    hrefs: Sequence[str]


class Elements(NamedTuple):
    """Elements that exist already, in an object with its own metadata."""

    elements: Sequence[etree._Element]


class Choice(NamedTuple):
    """One element of several types, in a holder without metadata."""

    element: etree._Element


class Field(NamedTuple):
    """A field of a schema object, which becomes a child element.

    :ivar access: the attribute "kb", which says when clients may set the
        field, such as CUD or ROR; None for an element without it.
    :ivar value: a value, references, the fields of a nested object, or
        elements.
    :ivar group: its extended attribute group, if it has one.
    """

    name: str
    access: str | None
    value: ('str | int | float | bool | Link | Links | Sequence[Field] | '
             'Elements | Choice')
    group: str | None = None


def schema_object(name: str, fields: Iterable[Field],
                  atom_id: str | None = None,
                  namespace: str = UOM_NS) -> etree._Element:
    """Build a schema object.

    :param atom_id: its uuid; None for an object without one.
    """
    prefix = '{%s}' % namespace
    prefixes: Any = {name: namespace, None: namespace}
    root = etree.Element(prefix + name, {'schemaVersion': SCHEMA_VERSION},
                         nsmap=prefixes)
    atom = _add_metadata(root, prefix)
    if atom_id is not None:
        etree.SubElement(atom, prefix + 'AtomID').text = atom_id
        etree.SubElement(atom, prefix + 'AtomCreated').text = '0'
    _add_fields(root, prefix, fields)
    return root


def element(name: str, fields: Iterable[Field]) -> etree._Element:
    """Build an object that is an element of others, such as a mapping."""
    prefix = '{%s}' % UOM_NS
    prefixes: Any = {None: UOM_NS}
    root = etree.Element(prefix + name, {'schemaVersion': SCHEMA_VERSION},
                         nsmap=prefixes)
    _add_metadata(root, prefix)
    _add_fields(root, prefix, fields)
    return root


def verbatim(xml: str) -> etree._Element:
    """Return a node that :func:`serialize` replaces with XML."""
    return etree.ProcessingInstruction(_VERBATIM, xml)


def _add_metadata(parent: etree._Element, prefix: str) -> etree._Element:
    metadata = etree.SubElement(parent, prefix + 'Metadata')
    return etree.SubElement(metadata, prefix + 'Atom')


def _add_fields(parent: etree._Element, prefix: str,
                fields: Iterable[Field]) -> None:
    for name, access, value, group in fields:
        child = etree.SubElement(parent, prefix + name)
        if access is not None:
            if name in _KSV:
                child.set('ksv', _KSV[name])
            child.set('kb', access)
            child.set('kxe', 'true' if name in _EPHEMERAL else 'false')
        if group is not None:
            child.set('group', group)
        if isinstance(value, bool):
            child.text = 'true' if value else 'false'
        elif isinstance(value, (str, int, float)):
            child.text = str(value)
        elif isinstance(value, Link):
            child.set('href', value.href)
            child.set('rel', 'related')
        elif isinstance(value, Links):
            for href in value.hrefs:
                # In the schema's namespace, not in Atom's.
                etree.SubElement(child, prefix + 'link',
                                 {'href': href, 'rel': 'related'})
        elif isinstance(value, Choice):
            child.append(value.element)
        elif isinstance(value, Elements):
            child.set('schemaVersion', SCHEMA_VERSION)
            _add_metadata(child, prefix)
            child.extend(value.elements)
        else:
            child.set('schemaVersion', SCHEMA_VERSION)
            _add_metadata(child, prefix)
            _add_fields(child, prefix, value)


def entry(content: etree._Element, entry_id: str, href: str | None = None,
          etag: str | None = None) -> etree._Element:
    """Build an Atom entry of a schema object.

    :param href: the URI of the object; None for an object without one.
    """
    name = etree.QName(content)
    root = etree.Element(_ATOM + 'entry', nsmap=_ATOM_MAP)
    _text(root, 'id', entry_id)
    _text(root, 'title', name.localname)
    _text(root, 'published', timestamp())
    if href is not None:
        etree.SubElement(root, _LINK,
                         {'rel': 'SELF', 'href': href})
    author = etree.SubElement(root, _ATOM + 'author')
    _text(author, 'name', _PUBLISHER)
    if etag is not None:
        etree.SubElement(root, '{%s}etag' % UOM_NS,
                         nsmap={'etag': UOM_NS}).text = etag
    service = 'web' if name.namespace == WEB_NS else 'uom'
    holder = etree.SubElement(
        root, _ATOM + 'content',
        {'type': f'application/vnd.ibm.powervm.{service}+xml; '
                 f'type={name.localname}'})
    holder.append(content)
    return root


def feed(href: str, entries: Iterable[etree._Element]) -> etree._Element:
    """Build a feed of entries."""
    root = etree.Element(_ATOM + 'feed', nsmap=_ATOM_MAP)
    _text(root, 'id', str(uuid.uuid3(uuid.NAMESPACE_URL, href)))
    _text(root, 'updated', timestamp())
    etree.SubElement(root, _LINK,
                     {'rel': 'SELF', 'href': href})
    _text(root, 'generator', _PUBLISHER)
    root.extend(list(entries))
    return root


def timestamp() -> str:
    """Return the present time in Atom's format."""
    now = datetime.datetime.now(datetime.UTC)
    return now.isoformat(timespec='milliseconds')


def serialize(root: etree._Element) -> bytes:
    """Return an element as XML.

    It has no XML declaration, as captured responses have none: pypowervm
    parses text, and lxml refuses text that declares an encoding.
    """
    # Nothing else contains these: a ">" in text is escaped.
    return (etree.tostring(root).replace(f'<?{_VERBATIM} '.encode(), b'')
            .replace(b'?>', b''))


def parse(body: bytes) -> etree._Element:
    """Parse the body of a request.

    :raises ValueError: if it is malformed.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True,
                             collect_ids=False)
    try:
        return etree.fromstring(body, parser)
    except etree.XMLSyntaxError as exc:
        raise ValueError(str(exc)) from exc


def _text(parent: etree._Element, name: str, value: str) -> None:
    etree.SubElement(parent, _ATOM + name).text = value
