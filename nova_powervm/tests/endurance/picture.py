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


"""The picture of a soak."""

# Samples in it.
_POINTS = 120


def draw(samples, path, title):
    """Draw samples as SVG or PNG, as the path's ending says."""
    # Only the environment of this command has it.
    import matplotlib
    from matplotlib import figure

    # Small: it is part of the documentation.
    samples = samples[::len(samples) // _POINTS + 1]
    matplotlib.rcParams['svg.fonttype'] = 'none'
    drawing = figure.Figure(figsize=(8, 7), layout='constrained')
    drawing.suptitle(title)
    seconds = [sample.seconds for sample in samples]
    axes = drawing.subplots(3, sharex=True)
    for axis, label, names in (
            (axes[0], 'resident MiB', ('rss_mib',)),
            (axes[1], 'threads', ('threads', 'module_threads')),
            (axes[2], 'LPARs', ('lpars', 'agreed', 'scheduled'))):
        most = 0
        for name in names:
            values = [getattr(sample, name) for sample in samples]
            axis.plot(seconds, values, label=name.replace('_', ' '))
            most = max(most, *values)
        axis.set_ylim(0, most * 1.1)
        axis.set_ylabel(label)
        axis.legend(loc='lower right')
        axis.axvline(samples[len(samples) // 3].seconds, linestyle=':',
                     color='grey')
    axes[2].set_xlabel('seconds; dotted: end of the warm-up')
    drawing.savefig(path)
