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

"""From logs to figures, one line after the other."""

from collections.abc import Callable
from collections.abc import Iterable
import dataclasses
import itertools

from nova_powervm.events_report import figures
from nova_powervm.events_report import formats
from nova_powervm.events_report import lines
from nova_powervm.events_report import selection
from nova_powervm.events_report import sources

# So many lines of a log are read between two calls of ``progress``.
_CHUNK = 20_000
# More hosts than these are taken together: a log may name anything.
_HOSTS_MOST = 1000
_OTHER_HOSTS = '(other hosts)'


@dataclasses.dataclass
class Lines:
    """What the lines were.

    :ivar read: all lines.
    :ivar used: those that the figures are from.
    :ivar unselected: those of another time or host.
    :ivar others: those of other services or other parts of nova-compute.
    :ivar tracebacks: those of tracebacks.
    :ivar unformatted: those that name the module, in a format that is not
        known.
    :ivar unknown: lines of the module that are cut, or that this release
        does not log.
    """

    read: int = 0
    used: int = 0
    unselected: int = 0
    others: int = 0
    tracebacks: int = 0
    unformatted: int = 0
    unknown: int = 0


class Summary:
    """Figures of each host.

    :ivar hosts: figures by host.
    :ivar lines: what the lines were.
    :ivar unreadable: what could not be read, and why.

    :param selected: which lines count.
    :param form: one of ``formats.FORMATS``.
    """

    def __init__(self, selected: selection.Selection, form: str) -> None:
        self.hosts: dict[str, figures.Figures] = {}
        self.lines = Lines()
        self.unreadable: list[str] = []
        self._selected = selected
        self._form = form

    def read(self, source: sources.Source,
             progress: Callable[[int], object]) -> None:
        """Add a log; one that cannot be read is noted.

        :param progress: called with the bytes read since the last call.
        """
        log, done = sources.Lines(source.path), 0
        reader = formats.Reader(self._form)
        try:
            every = iter(log)
            while chunk := list(itertools.islice(every, _CHUNK)):
                self._add(chunk, source.host, reader)
                progress(log.position - done)
                done = log.position
        except sources.Unreadable as error:
            self.unreadable.append(str(error))

    def total(self) -> figures.Figures:
        """Return the figures of all hosts together, without outages."""
        found = figures.Figures()
        for one in self.hosts.values():
            found.merge(one)
        return found

    def _add(self, chunk: Iterable[bytes], host: str, reader: formats.Reader
             ) -> None:
        mark, count = formats.MARK, 0
        for line in chunk:
            count += 1
            if mark in line:
                self._add_line(line.decode('utf-8', 'replace').rstrip(),
                               host, reader)
            else:
                self.lines.others += 1
        self.lines.read += count

    def _add_line(self, line: str, host: str, reader: formats.Reader) -> None:
        entry = reader.read(line)
        if entry is None:
            if formats.is_ours(line):
                self.lines.unformatted += 1
            else:
                self.lines.others += 1
            return
        if entry.message is None:
            self.lines.tracebacks += 1
            return
        try:
            time = None if entry.time is None else selection.seconds(
                entry.time)
            host = entry.host or host
            if not (self._selected.has_host(host)
                    and self._selected.has_time(time)):
                self.lines.unselected += 1
                return
            found = lines.parse(entry.message)
            if found is None:
                self.lines.unknown += 1
                return
            self._figures(host).add(time, *found)
            self.lines.used += 1
        except ValueError:
            self.lines.unknown += 1

    def _figures(self, host: str) -> figures.Figures:
        found = self.hosts.get(host)
        if found is None:
            if len(self.hosts) >= _HOSTS_MOST:
                host = _OTHER_HOSTS
            found = self.hosts.setdefault(host, figures.Figures())
        return found
