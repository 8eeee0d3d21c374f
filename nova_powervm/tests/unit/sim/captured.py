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

"""pypowervm's captured responses, compared with those of the simulator."""

import collections
import pathlib
import re

from lxml import etree
from pypowervm import tests as pvm_tests

_DATA = pathlib.Path(pvm_tests.__file__).parent / 'data'
_BODY = re.compile(r'BODY\{(.*)END OF SECTION', re.DOTALL)


def load(name):
    """Parse the body of a captured response."""
    text = (_DATA / name).read_text()
    match = _BODY.search(text)
    body = match.group(1) if match else text
    return etree.fromstring(body.strip().encode())


def schema_objects(root):
    """Return the schema objects in a feed or an entry."""
    return [holder[0] for holder in root.iter('{*}content')]


def child_names(element):
    return [etree.QName(child).localname for child in element]


def differences(element, captured):
    """Return where an element is unlike all captured ones.

    Compares names, namespaces, the order of children, and the attributes and
    value types of each element. The element may lack captured children.
    """
    expected, actual = (collections.defaultdict(list) for _ in range(2))
    for root in captured:
        _collect_by_path(root, expected)
    _collect_by_path(element, actual)
    found = []
    for path, elements in actual.items():
        if path not in expected:
            found.append(f'{path}: never captured')
            continue
        for one in elements:
            found += [f'{path}: {difference}'
                      for difference in _compare(one, expected[path])]
    return sorted(set(found))


def omitted(element, captured):
    """Return the names of captured children that an element lacks."""
    names = set(child_names(element))
    return [name for name in dict.fromkeys(
        name for root in captured for name in child_names(root))
        if name not in names]


def _collect_by_path(element, found, path=''):
    found[path].append(element)
    for child in element:
        _collect_by_path(child, found,
                         f'{path}/{etree.QName(child).localname}')


def _compare(element, captured):
    if element.tag not in {other.tag for other in captured}:
        yield f'{element.tag} is in another namespace'
    attributes = sorted(element.attrib)
    expected = {tuple(sorted(other.attrib)) for other in captured}
    if tuple(attributes) not in expected:
        yield f'attributes {attributes} instead of {sorted(expected)}'
    if element.get('kb') not in {other.get('kb') for other in captured}:
        yield f'kb={element.get("kb")}'
    value_type = _value_type(element)
    expected = {_value_type(other) for other in captured}
    if value_type not in expected | {'empty'}:
        yield f'{value_type} instead of {sorted(expected)}'
    for other in captured:
        # Children of the same name count as one.
        ours, theirs = (list(dict.fromkeys(child_names(parent)))
                        for parent in (element, other))
        common = [name for name in ours if name in theirs]
        if common != [name for name in theirs if name in ours]:
            yield f'order {common}'


def _value_type(element):
    if len(element):
        return 'children'
    text = (element.text or '').strip()
    if not text:
        return 'empty'
    if text in ('true', 'false'):
        return 'boolean'
    # MAC addresses and unique device ids: some look like a number.
    if re.fullmatch('[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16,}', text):
        return 'text'
    try:
        float(text)
    except ValueError:
        return 'text'
    return 'number'
