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

"""Every line that the event module logs, declared once.

What logs a line, the report that reads it, the tests that look for one and the
list in the admin guide all use these.
"""

import logging as levels

from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import logline

Line = logline.Line

EMITTING = Line(
    levels.INFO, 'LPAR %(lpar)s is %(state)s: emitting %(event)s',
    'nova is told that the power state of an instance changed outside of it')
DECIDED = Line(
    levels.DEBUG, 'LPAR %(lpar)s is %(state).100s: %(outcome)s',
    'one for each LPAR of a batch, with its outcome')
BATCH = Line(
    levels.INFO, batch_fields.TEXT,
    'one for each batch that emits an event or gives up, or finds that nova '
    'took events or agrees to them; at DEBUG for other batches')
TRACED = Line(
    levels.DEBUG, 'A batch is traced by osprofiler as %(trace)s',
    'where nova has osprofiler enabled: before the lines of a batch, the id '
    'for ``osprofiler trace show``')
OVER_LOOKUPS = Line(
    levels.WARNING,
    'A batch of %(lpars)d LPARs made %(spent)d calls to nova-conductor; at '
    'most %(limit)d were expected',
    'lookups fail and are divided: see whether nova can read the records of '
    'all instances. At most once a minute')
OVER_READS = Line(
    levels.WARNING,
    'A batch of %(lpars)d LPARs made %(spent)d reads from NovaLink; at most '
    '%(limit)d were expected',
    'the list of all LPARs fails or lacks some: see whether NovaLink lists '
    'them all. At most once a minute')
SLOW_CALL = Line(
    levels.WARNING,
    'A batch of %(lpars)d LPARs waited %(spent)d ms for one call; at most '
    '%(limit)d ms were expected',
    'the line of the batch says whether that was a read from NovaLink or a '
    'lookup: see how busy NovaLink, or nova-conductor and the database, are. '
    'At most once a minute')
MALFORMED = Line(
    levels.DEBUG, 'Malformed PowerVM event (%(error).200s): %(event).200s',
    'an event that makes no sense; it is counted, and others are heeded')
LOST_TRACK = Line(
    levels.DEBUG, 'NovaLink sent %(event)s: comparing all instances',
    'events may have been lost, so a resync follows')
GIVEN_UP = Line(
    levels.WARNING,
    'nova was told %(times)d times that LPAR %(lpar)s is %(state)s and still '
    'has the instance as %(vm_state)s with the power state %(power_state)s; '
    "giving up, nova's periodic task may correct it",
    'nova does not act on the events about an instance. See its own log, and '
    'whether its API can stop the instance')
EMIT_FAILED = Line(
    levels.ERROR, 'Emitting the event failed; it will be retried',
    'the driver raised; once an LPAR, its retries are at DEBUG')
STORE_FAILED = Line(
    levels.ERROR, 'Storing the NVRAM failed; it will be retried',
    'the NVRAM store raised; once an LPAR, its retries are at DEBUG')
MUTED = Line(
    levels.WARNING,
    '[workarounds] handle_virt_lifecycle_events is false: nova accepts no '
    'lifecycle events, so power states are not compared',
    'at start; only nova-compute\'s periodic task corrects power states')
STOPPED = Line(
    levels.INFO,
    'PowerVM event handler stopped; dropped requests, which nova compares '
    'when it starts: %(dropped)d',
    'nova-compute stops while events wait')
RESYNCED = Line(
    levels.INFO,
    'Compared all %(instances)d instances of this host with %(lpars)d LPARs',
    'a resync: at start, and whenever events may have been lost')
UNKNOWN_STATE = Line(
    levels.WARNING,
    'LPAR %(lpar)s has the state %(state).100r, which this release does not '
    'know; LPARs in that state are not compared with nova',
    'once for each such state')
UNEXPECTED = Line(
    levels.ERROR, 'Unexpected error while %(doing)s; it will be retried',
    'a defect, please report it with the traceback; what waited is not lost')

NOVALINK_AWAY = Line(
    levels.WARNING,
    'NovaLink does not answer; LPARs wait until it does: %(error).200s',
    'reads fail; nothing is lost')
NOVALINK_LATE = Line(
    levels.WARNING,
    'Waiting for an answer of NovaLink for %(seconds)d seconds so far',
    'a read takes long, or hangs')
NOVALINK_BACK = Line(
    levels.INFO,
    'NovaLink answers again after %(seconds).1f seconds; failed attempts: '
    '%(attempts)d', 'the end of the above')
CONDUCTOR_AWAY = Line(
    levels.WARNING,
    'nova-conductor does not answer; LPARs wait until it does: '
    '%(error).200s', 'lookups of instances time out; nothing is lost')
CONDUCTOR_FAILS = Line(
    levels.WARNING,
    'nova-conductor answers lookups with an error; LPARs wait until they '
    'succeed: %(error).200s',
    'the database is away, for example; nothing is lost')
CONDUCTOR_LATE = Line(
    levels.WARNING,
    'Waiting for an answer of nova-conductor for %(seconds)d seconds so far',
    'a lookup takes long, or hangs')
CONDUCTOR_BACK = Line(
    levels.INFO,
    'nova-conductor answers lookups again after %(seconds).1f seconds; '
    'failed attempts: %(attempts)d', 'the end of the above')
INSTANCE_UNREADABLE = Line(
    levels.WARNING,
    'nova cannot read the instance of LPAR %(error).200s',
    'others can be looked up; this one is retried')
INSTANCES_READABLE = Line(
    levels.INFO,
    'nova can read the instances of all LPARs again after %(seconds).1f '
    'seconds; failed attempts: %(attempts)d', 'the end of the above')
HOST_UNREADABLE = Line(
    levels.WARNING,
    'The instances of this host cannot be read from nova; the resync will '
    'be retried: %(error).200s',
    'all LPARs are compared once, as if each had sent an event; those that '
    'send events go on to be')
HOST_READABLE = Line(
    levels.INFO,
    'The instances of this host can be read again after %(seconds).1f '
    'seconds; failed attempts: %(attempts)d', 'the end of the above')
QUICK_ALL_AWAY = Line(
    levels.WARNING,
    'NovaLink does not list the states of LPARs; reading the feed of LPARs, '
    'which takes longer: %(error).200s',
    'quick/All is not offered, unusable or never answered; it is tried again '
    'later')
QUICK_ALL_BACK = Line(
    levels.INFO,
    'NovaLink lists the states of LPARs again after %(seconds).1f seconds; '
    'failed attempts: %(attempts)d', 'the end of the above')
LISTING_AWAY = Line(
    levels.WARNING,
    'NovaLink does not list its LPARs; reading single LPARs instead: '
    '%(error).200s', 'neither list is available; a resync is retried')
LISTING_BACK = Line(
    levels.INFO,
    'NovaLink lists its LPARs again after %(seconds).1f seconds; failed '
    'attempts: %(attempts)d', 'the end of the above')
LISTING_PARTIAL = Line(
    levels.WARNING,
    'NovaLink does not list all LPARs; reading those that are missing one by '
    'one: %(error).200s', 'an LPAR that is not listed never counts as gone')
LISTING_COMPLETE = Line(
    levels.INFO,
    'NovaLink lists all LPARs again after %(seconds).1f seconds; incomplete '
    'lists: %(attempts)d', 'the end of the above')
LPAR_UNREADABLE = Line(
    levels.WARNING,
    'NovaLink gives no usable answer about LPAR %(error).200s',
    'others can be read; this one is retried')
LPARS_READABLE = Line(
    levels.INFO,
    'NovaLink gives usable answers about all LPARs again after '
    '%(seconds).1f seconds; failed attempts: %(attempts)d',
    'the end of the above')
TRACING_FAILS = Line(
    levels.WARNING,
    'osprofiler does not take traces of batches; doing them without: '
    '%(error).200s', 'where nova has osprofiler enabled; nothing is lost but '
    'traces')
TRACING_BACK = Line(
    levels.INFO,
    'osprofiler takes traces of batches again after %(seconds).1f seconds; '
    'failed attempts: %(attempts)d', 'the end of the above')

POLLS_SILENT = Line(
    levels.WARNING,
    'No poll for PowerVM events has succeeded for %(seconds)d seconds; '
    'events may be late',
    'NovaLink is away, or hangs; once an outage')
POLLS_HEARD = Line(
    levels.INFO,
    'Polls for PowerVM events succeed again after %(seconds)d seconds',
    'the end of the above')
POLL_THREAD_DEAD = Line(
    levels.WARNING, 'The event poll thread died; restarting it',
    'events may have been lost, so a resync follows')
POLL_THREAD_GONE = Line(
    levels.ERROR,
    'The event poll thread cannot be restarted yet; it will be retried: '
    '%(error).200s', 'no events arrive meanwhile')
POLLS_RECOVERED = Line(
    levels.INFO,
    'Polls for PowerVM events failed and succeed again; comparing all '
    'instances', 'events may have been lost, so a resync follows')
SESSION_LOST = Line(
    levels.WARNING,
    'The session with NovaLink is lost and cannot be renewed yet; it will '
    'be retried: %(error).200s',
    'NovaLink refuses the logon, or is away')
SESSION_RENEWED = Line(
    levels.INFO,
    'The session with NovaLink was lost and is renewed; comparing all '
    'instances', 'events may have been lost, so a resync follows')


#: What begins to fail, by a word for it: the lines at its begin, and the one
#: at its end.
OUTAGES = {
    'NovaLink': ((NOVALINK_AWAY, NOVALINK_LATE), NOVALINK_BACK),
    'nova-conductor': (
        (CONDUCTOR_AWAY, CONDUCTOR_FAILS, CONDUCTOR_LATE), CONDUCTOR_BACK),
    'single instances': ((INSTANCE_UNREADABLE,), INSTANCES_READABLE),
    'instances of the host': ((HOST_UNREADABLE,), HOST_READABLE),
    'quick/All': ((QUICK_ALL_AWAY,), QUICK_ALL_BACK),
    'lists of LPARs': ((LISTING_AWAY,), LISTING_BACK),
    'LPARs that lists lack': ((LISTING_PARTIAL,), LISTING_COMPLETE),
    'single LPARs': ((LPAR_UNREADABLE,), LPARS_READABLE),
    'traces': ((TRACING_FAILS,), TRACING_BACK),
    'polls for events': ((POLLS_SILENT,), POLLS_HEARD),
    'session': ((SESSION_LOST,), SESSION_RENEWED),
}


def lines() -> dict[str, Line]:
    """Return all lines by name, in the order of their declaration."""
    return {name: line for name, line in globals().items()
            if isinstance(line, Line)}
