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

"""LPARs and requests, live at a terminal."""

import argparse
import collections
from collections.abc import Callable
import contextlib
import http.client
import itertools
import os
import shutil
import sys
import time
from typing import Any
from typing import TextIO

from oslo_serialization import jsonutils

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers
from nova_powervm.testing import tables

# ECMA-48: the cursor goes home, and all behind it is erased.
_CLEAR = '\x1b[H\x1b[J'
# Lines that are no LPAR: headings, blanks, how many more there are, and the
# line of the cursor.
_OTHER_LINES = 7


class Watch:
    """What changes on a simulated host, from one look to the next.

    Not thread-safe.

    :param control: reads LPARs and counters.
    :param clock: monotonic clock, seconds.
    """

    def __init__(self, control: client.Control,
                 clock: Callable[[], float]) -> None:
        self._control = control
        self._clock = clock
        self._looked_at: float | None = None
        self._counters: dict[str, int] = {}
        self._states: dict[str, str] = {}
        self._changed: dict[str, float] = {}

    def look(self) -> dict[str, Any]:
        """Read the host once.

        :returns: ``lpars``, those that changed last first, each with
            ``changed``, the seconds since it was seen to change, None if it
            was not; ``requests``, each kind's number and ``rate`` a second.
        :raises client.ControlError, OSError, http.client.HTTPException: as
            the client does.
        """
        lpars = self._control.lpars()
        counters = dict(self._control.counters())
        now = self._clock()
        states = {lpar['uuid']: lpar['state'] for lpar in lpars}
        for uuid, state in states.items():
            if self._looked_at is not None and state != self._states.get(
                    uuid):
                self._changed[uuid] = now
        elapsed = now - (now if self._looked_at is None else self._looked_at)
        requests = {
            kind: {'number': number, 'rate': self._rate(kind, number,
                                                        elapsed)}
            for kind, number in sorted(counters.items())}
        self._states, self._counters = states, counters
        self._looked_at = now
        shown = [{**lpar, 'changed': now - self._changed[lpar['uuid']]
                  if lpar['uuid'] in self._changed else None}
                 for lpar in lpars]
        shown.sort(key=lambda lpar: (
            lpar['changed'] is None, lpar['changed'], lpar['name']))
        return {'lpars': shown, 'requests': requests}

    def _rate(self, kind: str, number: int, elapsed: float) -> float | None:
        if elapsed <= 0:
            return None
        before = self._counters.get(kind, 0)
        # Somebody may have set the counters to 0.
        return (number - (before if before <= number else 0)) / elapsed


def render(seen: dict[str, Any], lines: int) -> str:
    """Return a look as text.

    :param lines: how many the terminal has; LPARs that do not fit are
        counted.
    """
    lpars, requests = seen['lpars'], seen['requests']
    states = collections.Counter(lpar['state'] for lpar in lpars)
    heading = 'LPARs: %d%s' % (len(lpars), ''.join(
        ', %s: %d' % (state, number)
        for state, number in sorted(states.items())))
    room = max(lines - _OTHER_LINES - len(requests), 3)
    rows = [(lpar['name'], lpar['state'], _seconds(lpar['changed']))
            for lpar in lpars[:room]]
    if len(lpars) > room:
        rows.append(('%d more' % (len(lpars) - room), '', ''))
    counts = [(kind, '' if one['rate'] is None else '%.1f' % one['rate'],
               str(one['number'])) for kind, one in requests.items()]
    return '\n'.join([
        heading, '',
        tables.table([('LPAR', 'state', 'changed s ago'), *rows], left=2),
        '', tables.table([('requests', 'a second', 'all'), *counts])])


def _seconds(changed: float | None) -> str:
    return '' if changed is None else '%.0f' % changed


def run(control: client.Control, args: argparse.Namespace, *,
        output: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
        size: Callable[[], os.terminal_size] = shutil.get_terminal_size,
        ) -> answers.Answer:
    """Show looks at the host until Ctrl-C.

    The host has to be there at the first look. Later it may be away, as while
    its service restarts; the output says so.

    :param output: instead of standard output; a terminal is redrawn, all else
        gets one look after the other.
    """
    output = output or sys.stdout
    watched = Watch(control, clock)
    with contextlib.suppress(KeyboardInterrupt):
        for first in itertools.chain([True], itertools.repeat(False)):
            try:
                seen = watched.look()
            except (client.ControlError, OSError,
                    http.client.HTTPException) as exc:
                if first:
                    raise
                seen = {'error': str(exc)}
            _write(output, _text(seen, args.json, output.isatty(),
                                 size().lines))
            sleep(args.interval)
    return answers.Answer(None)


def _text(seen: dict[str, Any], json: bool, redraw: bool, lines: int) -> str:
    if json:
        return jsonutils.dumps(seen) + '\n'
    text = ('The simulator does not answer: %s' % seen['error']
            if 'error' in seen else render(seen, lines))
    return _CLEAR + text + '\n' if redraw else text + '\n\n'


def _write(output: TextIO, text: str) -> None:
    try:
        output.write(text)
        output.flush()
    except BrokenPipeError:
        raise answers.OutputClosed from None
