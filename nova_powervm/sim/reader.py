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


"""Objects in requests of clients, read as typed values."""

from collections.abc import Iterator
import contextlib

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import errors


class Reader:
    """Reads child elements as typed values; ValueError if that fails.

    :param element: an object of a client's request.
    """

    def __init__(self, element: etree._Element) -> None:
        self._element = element
        self._prefix = '{%s}' % etree.QName(element).namespace

    @property
    def name(self) -> str:
        """Name of the element."""
        return etree.QName(self._element).localname

    def child(self, name: str) -> 'Reader':
        """Return a child."""
        child = self.find(name)
        if child is None:
            raise ValueError(f'{name} is missing.')
        return child

    def find(self, name: str) -> 'Reader | None':
        """Return a child; None if there is none."""
        child = self._child(name)
        return None if child is None else Reader(child)

    def children(self, name: str) -> 'list[Reader]':
        """Return all children of a name."""
        return [Reader(child) for child
                in self._element.iterfind(self._prefix + name)]

    def only(self) -> 'Reader | None':
        """Return the only child besides the metadata; None without one."""
        found = [child for child in self._element.iterchildren('{*}*')
                 if etree.QName(child).localname != 'Metadata']
        if len(found) > 1:
            raise ValueError(f'{self.name} has more than one child.')
        return Reader(found[0]) if found else None

    def text(self, name: str, default: str | None = None) -> str:
        """Return the text of a child."""
        child = self._child(name)
        value = default if child is None else child.text or ''
        if value is None:
            raise ValueError(f'{name} is missing.')
        return value.strip()

    def integer(self, name: str, default: int | None = None) -> int:
        """Return an integer in a child."""
        value = self.text(name, None if default is None else str(default))
        try:
            return int(value)
        except ValueError:
            raise ValueError(
                f'{name}: {value!r} is not an integer.') from None

    def number(self, name: str, default: float | None = None) -> float:
        """Return a number in a child."""
        value = self.text(name, None if default is None else str(default))
        try:
            return float(value)
        except ValueError:
            raise ValueError(
                f'{name}: {value!r} is not a number.') from None

    def boolean(self, name: str) -> bool:
        """Return a boolean in a child; False without one."""
        return self.text(name, 'false').lower() == 'true'

    def has(self, name: str) -> bool:
        """Return whether there is a child of a name."""
        return self._child(name) is not None

    def uuid_of_link(self, name: str) -> str | None:
        """Return the uuid at the end of a child's reference."""
        child = self._child(name)
        if child is None:
            return None
        href = child.get('href')
        if href is None:
            link = child.find('{*}link')
            href = None if link is None else link.get('href')
        if not href:
            return None
        return href.partition('?')[0].rstrip('/').rpartition('/')[2]

    def _child(self, name: str) -> etree._Element | None:
        # Faster than find(), which makes a difference for 1,000 mappings.
        return next(self._element.iterchildren(self._prefix + name), None)


def parse(body: bytes, name: str) -> Reader:
    """Return a reader of the object in a request.

    :param name: the name of the object.
    :raises ValueError: if it is malformed, or another one.
    """
    root = atom.parse(body)
    if root.tag not in ('{%s}%s' % (namespace, name)
                        for namespace in (atom.UOM_NS, atom.WEB_NS)):
        raise ValueError(f'Expected an object {name}.')
    return Reader(root)


@contextlib.contextmanager
def malformed_is_refused() -> Iterator[None]:
    """Turn ValueError into errors.RestError with status 400."""
    try:
        yield
    except ValueError as exc:
        raise errors.RestError(400, str(exc)) from exc
