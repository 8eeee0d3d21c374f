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

"""The formats of logs: from a line to a time, a host, and the message."""

from collections.abc import Callable
from collections.abc import Mapping
import json
import re
from typing import NamedTuple

#: In each line that this package is interested in, whatever its format.
MARK = b'nova_powervm.virt.powervm.'

_LOGGER = r'(nova_powervm\.virt\.powervm\.(?:event|lifecycle)\b\S*)'
_LOGGER_NAME = re.compile(_LOGGER)
_COLOR = re.compile('\x1b\\[[0-9;]*m')

# What journalctl writes before a line: time, host, and the program.
_JOURNAL = re.compile(
    r'(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|[+-]\d\d:?\d\d) '
    r'(\S+) [^\s:]+: ')
# oslo.log's default has the process; devstack has neither it nor, where the
# journal has one, the time. The brackets hold the request's context: a line of
# a traceback has none. What follows them is the instance.
_TEXT = re.compile(
    r'(?:(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3}) (?:\d+ )?)?'
    r'(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|TRACE) ' + _LOGGER
    + r'( \[[^\]]*\])? (?:\[instance: [^\]]*\] )?')


class Entry(NamedTuple):
    """A line of the event module.

    :ivar time: as the log has it, with a blank or a T between date and time;
        None if it has none.
    :ivar host: that the log names, or None.
    :ivar message: with what the format adds to it at its end; None for a line
        of a traceback.
    """

    time: str | None
    host: str | None
    message: str | None


#: Reads one line; None if it is not of this format, or not the module's.
Format = Callable[[str], Entry | None]


def text(line: str) -> Entry | None:
    """Read a line of oslo.log's default format, nova's, or devstack's."""
    if '\x1b' in line:
        line = _COLOR.sub('', line)
    found = _TEXT.match(line)
    if found is None:
        return None
    time, _, context = found.groups()
    return Entry(time, None, None if context is None else line[found.end():])


def json_lines(line: str) -> Entry | None:
    """Read a line of oslo.log's JSON formatter."""
    if not line.startswith('{'):
        return None
    try:
        values = json.loads(line)
        if not _LOGGER_NAME.fullmatch(values['name']):
            return None
        time = '%s.%03d' % (values['asctime'][:19], values['msecs'])
        return Entry(time, values.get('hostname'), values['message'])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def journal(line: str) -> Entry | None:
    """Read a line of ``journalctl -o short-iso``, whatever is in it."""
    found = _JOURNAL.match(line)
    if found is None:
        return None
    inner = line[found.end():]
    entry = text(inner) or json_lines(inner)
    if entry is None:
        return None
    time, host = found.groups()
    return Entry(entry.time or time, host, entry.message)


#: By the names that ``--format`` takes; ``cat`` is that of ``journalctl -o
#: cat``, which has only what nova-compute wrote.
FORMATS: Mapping[str, tuple[Format, ...]] = {
    'oslo': (text,),
    'devstack': (text,),
    'json': (json_lines,),
    'short-iso': (journal,),
    'cat': (text, json_lines),
    'detect': (text, journal, json_lines),
}


class Reader:
    """Reads lines in one of several formats.

    The one that read the last line is tried first, so that a log of one
    format costs one attempt a line.

    :param name: one of :data:`FORMATS`.
    """

    def __init__(self, name: str) -> None:
        self._formats = list(FORMATS[name])

    def read(self, line: str) -> Entry | None:
        """Return what a line says; None if it is of none of the formats."""
        for read in self._formats:
            entry = read(line)
            if entry is not None:
                if read is not self._formats[0]:
                    self._formats.remove(read)
                    self._formats.insert(0, read)
                return entry
        return None


def is_ours(line: str) -> bool:
    """Tell whether a line names one of the module's loggers."""
    return _LOGGER_NAME.search(line) is not None
