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

"""Options of the event handler, all in the group ``[powervm]``.

They are declared beside the code that they steer, so that the handler can be
copied over another release of the driver together with them.
"""

import math
from typing import Any

from oslo_config import cfg

GROUP = cfg.OptGroup(
    'powervm',
    title='PowerVM driver',
    help='Options of the PowerVM NovaLink compute driver.')

_OPTS: list[cfg.Opt] = [
    cfg.FloatOpt(
        'event_delay',
        default=15.0, min=0.1, max=300.0,
        help="""
Seconds for which an LPAR must have sent no event of its PartitionState or its
NVRAM before its state is compared with nova's record.

A longer delay lets more events collapse into one comparison and lets a
restart outside of nova pass unnoticed, as it should; a shorter one tells nova
sooner. What is due waits for up to a tenth of this time more for others, to
be looked at together with them.

Related options:

* ``[powervm] event_max_delay`` bounds the wait of an LPAR whose events never
  cease, and must not be less than this.
"""),
    cfg.FloatOpt(
        'event_max_delay',
        default=60.0, min=0.1, max=3600.0,
        help="""
Seconds after the first event at which an LPAR is looked at even though events
keep arriving for it.

A larger value spares nova-conductor the comparisons of an LPAR that flaps; a
smaller one bounds more tightly how long nova may be unaware of it.

Related options:

* ``[powervm] event_delay``: values below it are refused when nova-compute
  starts.
"""),
    cfg.IntOpt(
        'event_batch_size',
        default=200, min=1, max=1000,
        help="""
Number of LPARs whose instances are looked up with one call to nova-conductor.

Larger batches make fewer calls, each of which keeps a conductor worker and a
database connection for longer: a call asks for two uuids for each LPAR, and
200 LPARs cost about as much as three lookups of a single instance.
"""),
    cfg.IntOpt(
        'event_emit_workers',
        default=4, min=1, max=64,
        help="""
Number of threads that hand lifecycle events to nova.

nova works in the thread that hands it the event: three to five calls to
nova-conductor and one or two NovaLink REST reads each. More threads drain a
mass crash sooner, as long as nova-conductor has workers to match
(``[conductor] workers``), at the price of more simultaneous load on it.
"""),
    cfg.IntOpt(
        'event_state_ttl',
        default=600, min=0, max=86400,
        help="""
Seconds for which nova is taken to know what it was last seen to know about an
LPAR, so that redundant events cost it no lookup. 0 looks every time.

A longer time spares nova-conductor more lookups. A change of nova's record
that no longer agrees with the LPAR and that no event announced is noticed at
the end of this time, if events arrived meanwhile.

Related options:

* ``[DEFAULT] sync_power_state_interval``: nova's own comparison of all
  instances, which does not depend on events.
"""),
]


def register_opts(conf: Any) -> None:
    """Register the options with a ``ConfigOpts``; may be called again."""
    # By name: a group object would share its values between configurations.
    conf.register_opts(_OPTS, group=GROUP.name)


def list_opts() -> list[tuple[cfg.OptGroup, list[cfg.Opt]]]:
    """Return the options in the form of the ``oslo.config.opts`` hook."""
    return [(GROUP, list(_OPTS))]


def nova_accepts_events(conf: Any) -> bool:
    """Tell whether nova will register a listener for lifecycle events.

    :param conf: nova's configuration; one without nova's option accepts them.
    """
    group = getattr(conf, 'workarounds', None)
    return getattr(group, 'handle_virt_lifecycle_events', True) is not False


def validate(conf: Any) -> None:
    """Read all options of the group, and check what bounds cannot say.

    :raises oslo_config.cfg.ConfigFileValueError: if a value is out of its
        bounds, which shows when it is read.
    :raises ValueError: if ``event_max_delay`` is less than ``event_delay``,
        or a number is none; the message names the options and their values.
    """
    group = conf.powervm
    for name, value in group.items():
        # It is neither less nor more than any bound.
        if isinstance(value, float) and math.isnan(value):
            raise ValueError('[powervm] %s must be a number, not nan' % name)
    if group.event_max_delay < group.event_delay:
        raise ValueError(
            '[powervm] event_max_delay (%s seconds) must not be less than '
            '[powervm] event_delay (%s seconds)' % (
                group.event_max_delay, group.event_delay))
