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

"""The figures against the number of LPARs, as pictures."""

from collections.abc import Callable
from collections.abc import Sequence
import pathlib

from benchmarks.growth import summary
from benchmarks import pictures

_STYLES = {'threading': ('#4477aa', 's'), 'eventlet': ('#228833', '^')}
# What a batch may be, with a color of its own.
_BATCHES = {
    'asked': ('nova is asked', '#4477aa', 's'),
    'known': ('answered from memory', '#228833', '^'),
    'resync': ('resync', '#ee7733', 'o'),
    'told': ('nova is told', '#cc3311', 'o'),
    'expire': ('what is known expires', '#999999', 'o')}


def draw(summaries: Sequence[summary.Row], folder: pathlib.Path
         ) -> list[pathlib.Path]:
    """Draw all pictures of the handler that is alone.

    :param folder: made if it is not there.
    :returns: the files; none if there are no figures.
    :raises OSError: if one cannot be written.
    """
    alone = [each for each in summaries if each['name'] == 'alone']
    if not alone:
        return []
    folder.mkdir(parents=True, exist_ok=True)
    names = list(dict.fromkeys(each['backend'] for each in alone))

    def curve(label: str, backend: str, figure: str, color: str, marker: str,
              scale: Callable[[int], float] = lambda _: 1.0
              ) -> pictures.Curve:
        return pictures.Curve(label, [
            (each['lpars'], [value * scale(each['lpars'])
                             for value in each['figures'][figure]])
            for each in alone if each['backend'] == backend], color, marker)

    files = {name: folder / ('performance-growth-%s.svg' % name)
             for name in ('events', 'bytes', 'batches')}
    pictures.draw(files['events'], [
        curve(name, name, 'event_us', *_STYLES[name]) for name in names],
        'CPU microseconds of the poll thread an event', 'LPARs')
    pictures.draw(files['bytes'], [
        curve(kind, names[0], '%s_bytes' % kind, color, marker)
        for kind, (color, marker) in zip(
            ('pending', 'known'), _STYLES.values(), strict=True)],
        'bytes that the module keeps for each LPAR', 'LPARs')
    pictures.draw(files['batches'], [
        curve(label, names[0], '%s_us' % work, color, marker,
              lambda lpars: lpars / 1000)
        for work, (label, color, marker) in _BATCHES.items()],
        'CPU milliseconds of a batch of all LPARs, %s' % names[0], 'LPARs',
        log_y=True)
    return list(files.values())
