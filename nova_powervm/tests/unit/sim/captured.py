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

"""The answers that pypowervm has captured, as a measure of ours."""

import collections
import pathlib
import re

from lxml import etree
from pypowervm import tests as pvm_tests

_DATA = pathlib.Path(pvm_tests.__file__).parent / 'data'
_BODY = re.compile(r'BODY\{(.*)END OF SECTION', re.DOTALL)


def load(name):
    """Parse a captured answer."""
    text = (_DATA / name).read_text()
    match = _BODY.search(text)
    body = match.group(1) if match else text
    return etree.fromstring(body.strip().encode())


def contents(root):
    """The schema objects of a feed or an entry."""
    return [holder[0] for holder in root.iter('{*}content')]


def names(element):
    return [etree.QName(child).localname for child in element]


def type_of(element):
    """What kind of content an element has."""
    if len(element):
        return 'children'
    text = (element.text or '').strip()
    if not text:
        return 'empty'
    if text in ('true', 'false'):
        return 'boolean'
    try:
        float(text)
    except ValueError:
        return 'text'
    return 'number'


def _by_path(element, found, path=''):
    found[path].append(element)
    for child in element:
        _by_path(child, found, f'{path}/{etree.QName(child).localname}')


def differences(ours, theirs):
    """Say where our element is not like any of the captured ones.

    Names, namespaces, the order of children, the attributes that each
    element has, and the types of contents are compared; what we leave out is
    no difference.
    """
    measure, mine = (collections.defaultdict(list) for _ in range(2))
    for element in theirs:
        _by_path(element, measure)
    _by_path(ours, mine)
    found = []
    for path, elements in mine.items():
        like = measure.get(path)
        if like is None:
            found.append(f'{path}: never captured')
            continue
        for element in elements:
            found += [f'{path}: {what}' for what in _compare(element, like)]
    return sorted(set(found))


def _compare(element, like):
    if element.tag not in {other.tag for other in like}:
        yield f'{element.tag} is in another namespace'
    keys = sorted(element.attrib)
    known = {tuple(sorted(other.attrib)) for other in like}
    if tuple(keys) not in known:
        yield f'attributes {keys} instead of {sorted(known)}'
    if element.get('kb') not in {other.get('kb') for other in like}:
        yield f'kb={element.get("kb")}'
    kind = type_of(element)
    kinds = {type_of(other) for other in like}
    if kind not in kinds | {'empty'}:
        yield f'{kind} instead of {sorted(kinds)}'
    for other in like:
        # Elements that come several times count as one.
        mine, theirs = (list(dict.fromkeys(names(parent)))
                        for parent in (element, other))
        common = [name for name in mine if name in theirs]
        if common != [name for name in theirs if name in mine]:
            yield f'order {common}'


def left_out(ours, theirs):
    """Names of captured children, in order, that our element lacks."""
    mine = set(names(ours))
    return [name for name in dict.fromkeys(
        name for element in theirs for name in names(element))
        if name not in mine]
