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

"""From the message of a log line back to what the event module logged.

The patterns are made from the declarations in ``lifecycle.messages``, so that
a line that is changed there is read as it is logged.
"""

from collections.abc import Mapping
import re
from typing import NamedTuple

from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import messages

_FIELD = re.compile(r'%\((\w+)\)(?:\.\d+)?([dfrs])')
_KINDS = {'d': r'-?\d+', 'f': r'-?\d+\.\d+', 'r': r'.+?', 's': r'.*?'}
# What oslo.log's and devstack's formats add to lines at DEBUG: where it was.
_SUFFIX = (r'(?: (?:from \(pid=\d+\) )?\S+ \S+:\d+'
           r'| \{\{(?:\(pid=\d+\) )?\S+ \S+:\d+\}\})?')

_BATCH = batch_fields.PREFIX + ' '
_LAST = [*batch_fields.NUMBERS, *batch_fields.WAITS, *batch_fields.WORDS][-1]
_EXPECTED = frozenset((*batch_fields.NUMBERS, *batch_fields.WAITS,
                       *batch_fields.WORDS))

#: Fields of a line, by name.
Fields = Mapping[str, str]


def pattern(text: str) -> re.Pattern[str]:
    """Return what finds a declared text, its fields as groups."""
    found, end = '', 0
    for field in _FIELD.finditer(text):
        name, kind = field.groups()
        found += re.escape(text[end:field.start()])
        # An LPAR's uuid stands in most lines; this finds it at once.
        found += '(?P<%s>%s)' % (
            name, r'\S+' if name == 'lpar' else _KINDS[kind])
        end = field.end()
    return re.compile(found + re.escape(text[end:]) + _SUFFIX)


def _literals(text: str) -> int:
    return len(_FIELD.sub('', text))


class _Known(NamedTuple):
    """A declared line.

    :ivar literal: its longest part without a field: most other lines are told
        from it by that alone, much faster than by the pattern.
    """

    name: str
    literal: str
    pattern: re.Pattern[str]


def _by_first_word() -> dict[str, list[_Known]]:
    """Return all lines but that of a batch, by their first words.

    Of two that may fit the same text the one with more words comes first.
    """
    found: dict[str, list[_Known]] = {}
    lines = sorted(messages.lines().items(),
                   key=lambda item: -_literals(item[1].text))
    for name, line in lines:
        if line is not messages.BATCH:
            found.setdefault(line.text.partition(' ')[0], []).append(_Known(
                name, max(_FIELD.sub('\n', line.text).split('\n'), key=len),
                pattern(line.text)))
    return found


_LINES = _by_first_word()


def parse(message: str) -> tuple[str, Fields] | None:
    """Return the name of a line in ``messages``, and its fields.

    :returns: None for a line that this release does not have, or not whole.
    """
    if message.startswith(_BATCH):
        fields = _batch(message)
        return None if fields is None else ('BATCH', fields)
    for known in _LINES.get(message.partition(' ')[0], ()):
        if known.literal in message and (
                found := known.pattern.fullmatch(message)):
            return known.name, found.groupdict()
    return None


def _batch(message: str) -> Fields | None:
    fields = {}
    for word in message[len(_BATCH):].split():
        name, equals, value = word.partition('=')
        if not equals:
            return None
        fields[name] = value
        if name == _LAST:
            break
    return fields if fields.keys() >= _EXPECTED else None
