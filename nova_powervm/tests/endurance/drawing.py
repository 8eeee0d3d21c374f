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

"""Draws the samples of a soak, as a small file."""

import io
import itertools
import re

# Of a curve; more than can be told apart.
_POINTS = 100

_TAG = re.compile(r'<[^>]*>')
_NUMBER = re.compile(r'-?\d+\.\d{2,}')
_INDENT = re.compile(r'^ +', re.MULTILINE)
# Lines of a path: after the first, the letter may be left out.
_LINES = re.compile(r'[ML] \S+ \S+ (?:\nL \S+ \S+ )+')


def draw(samples, path, title):
    """Draw samples as SVG or PNG, as the path's ending says."""
    # Only the environment of this command has it.
    import matplotlib
    from matplotlib import figure

    # Text as text, in a font that is not the tenth of a list, and the same
    # file for the same samples.
    matplotlib.rcParams.update({
        'svg.fonttype': 'none', 'svg.hashsalt': 'soak',
        'font.sans-serif': ['DejaVu Sans']})
    picture = figure.Figure(figsize=(8, 7), layout='constrained')
    picture.suptitle(title)
    seconds = [sample.seconds for sample in samples]
    axes = picture.subplots(3, sharex=True)
    for axis, label, names in (
            (axes[0], 'resident MiB', ('rss_mib',)),
            (axes[1], 'threads', ('threads', 'module_threads')),
            (axes[2], 'LPARs', ('lpars', 'agreed', 'scheduled'))):
        most = 0
        for name in names:
            values = [getattr(sample, name) for sample in samples]
            axis.plot(*thin(seconds, values, _POINTS),
                      label=name.replace('_', ' '))
            most = max(most, *values)
        axis.set_ylim(0, most * 1.1)
        axis.locator_params(nbins=5)
        axis.set_ylabel(label)
        axis.legend(loc='lower right')
        axis.axvline(samples[len(samples) // 3].seconds, linestyle=':',
                     color='grey')
    axes[2].set_xlabel('seconds; dotted: end of the warm-up')
    if not path.endswith('.svg'):
        picture.savefig(path)
        return
    svg = io.StringIO()
    picture.savefig(svg, format='svg', metadata=dict.fromkeys(
        ('Creator', 'Date', 'Format', 'Type')))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(shorten(svg.getvalue()))


def thin(xs, ys, most):
    """Return a curve with fewer points, which has the same peaks.

    Divides the points into as many buckets as needed, and leaves of each the
    lowest and the highest point, in their order.

    :param most: most points to return, at least 2.
    :returns: lists of x and of y.
    """
    points = list(zip(xs, ys, strict=True))
    if len(points) > most:
        buckets = most // 2
        bounds = [len(points) * number // buckets
                  for number in range(buckets + 1)]
        points = [point for begin, end in itertools.pairwise(bounds)
                  for point in _extremes(points[begin:end])]
    return [x for x, _ in points], [y for _, y in points]


def _extremes(points):
    lowest = min(points, key=lambda point: point[1])
    highest = max(points, key=lambda point: point[1])
    return sorted({lowest, highest})


def shorten(svg):
    """Return an SVG that looks the same.

    Rounds coordinates to a tenth and leaves out what repeats or only indents.
    """
    return _INDENT.sub('', _TAG.sub(_shorten_tag, svg))


def _shorten_tag(tag):
    rounded = _NUMBER.sub(lambda number: f'{float(number[0]):.1f}', tag[0])
    return _LINES.sub(lambda lines: lines[0].replace('\nL ', ''), rounded)
