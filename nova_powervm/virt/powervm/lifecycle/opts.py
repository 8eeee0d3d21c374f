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

They stand beside the code that uses them, so that both can be copied over
another release of the driver together.
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
Seconds for which an LPAR must send no event of its PartitionState or its NVRAM
before the event handler compares its state with nova's record.

With a longer delay more events share one comparison, and an LPAR may stay off
for longer in a restart outside of nova before nova stops the server. With a
shorter one nova learns of changes sooner. An LPAR that is due waits for up to
a tenth of this time more, so that others are compared together with it.

Other waits follow from this one: an event is confirmed after this time, and a
comparison that found a task in progress is repeated after this time. Then it
is repeated every 15 seconds, or this time if that is longer, and from three
minutes on ever more rarely, up to 5 minutes.

Related options:

* ``[powervm] event_max_delay`` bounds the wait of an LPAR that sends events
  all the time, and must not be less than this.
* ``[powervm] event_state_ttl``: what it saves is verified within four times
  this delay.
"""),
    cfg.FloatOpt(
        'event_max_delay',
        default=60.0, min=0.1, max=3600.0,
        help="""
Seconds after the first event of an LPAR at which the event handler compares it
even though it goes on to send events.

With a larger value an LPAR that changes all the time costs nova-conductor
fewer lookups. With a smaller one nova learns sooner of such an LPAR.

Related options:

* ``[powervm] event_delay``: nova-compute does not start with a value below it.
"""),
    cfg.IntOpt(
        'event_batch_size',
        default=200, min=1, max=1000,
        help="""
Number of LPARs whose instances the event handler looks up with one call to
nova-conductor.

With a larger number there are fewer calls, and each of them occupies a
conductor worker and a database connection for longer: it asks for two uuids
for each LPAR. A call for 200 LPARs costs about as much as three lookups of a
single instance. For LPARs of which the first call finds no instance there is a
second one.
"""),
    cfg.IntOpt(
        'event_emit_workers',
        default=4, min=1, max=64,
        help="""
Number of threads of the event handler that may wait for a service at the same
time.

These threads, named powervm-worker-N, hand lifecycle events to nova. They also
read from NovaLink and look up instances, one batch at a time. nova works in
the thread that hands it an event: each event costs three to five calls to
nova-conductor and one or two NovaLink REST reads. With more threads nova
learns sooner of all LPARs of a mass crash, if nova-conductor has enough
workers (``[conductor] workers``), and puts more load on it at a time. With one
thread, an event that takes long delays all else.
"""),
    cfg.IntOpt(
        'event_state_ttl',
        default=600, min=0, max=86400,
        help="""
Seconds for which the event handler remembers that nova agrees with the power
state of an LPAR. 0 remembers nothing.

Within this time, an event that finds the LPAR in the same power state costs no
lookup at once. nova may have acted on the LPAR meanwhile, so the handler
verifies the answer within four times ``event_delay``, with one lookup for up
to ``event_batch_size`` LPARs however many events arrived. It does not verify
that an LPAR is no instance of this host: events of such an LPAR cost no lookup
for the whole time.

With a longer time nova-conductor has fewer lookups to answer, and the handler
learns later that an LPAR became an instance of this host. With 0 each batch of
events costs a lookup.

Related options:

* ``[powervm] event_delay`` and ``[powervm] event_batch_size``: see above.
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
