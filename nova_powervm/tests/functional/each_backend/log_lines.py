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

"""The event module's log lines, by the templates that they are made of."""


def _outage(begins, ends):
    """Return the templates of the lines at both ends of an outage."""
    return (begins + ': %.200s',
            ends + ' after %.1f seconds; attempts that failed: %d')


NOVALINK_AWAY, NOVALINK_BACK = _outage(
    'NovaLink does not answer; PowerVM events wait until it does',
    'NovaLink answers again')
CONDUCTOR_AWAY, CONDUCTOR_BACK = _outage(
    'nova-conductor does not answer; PowerVM events wait until it does',
    'nova-conductor answers again')
QUICK_ALL_AWAY, QUICK_ALL_BACK = _outage(
    'NovaLink does not list the states of LPARs; they are read from the feed '
    'of LPARs, which takes longer',
    'NovaLink lists the states of LPARs again')
LISTING_AWAY, LISTING_BACK = _outage(
    'NovaLink does not list its LPARs; those of which something is to be '
    'known are asked for one by one', 'NovaLink lists its LPARs again')
LISTING_PARTIAL, LISTING_COMPLETE = _outage(
    'NovaLink does not list all LPARs; those that the list lacks are asked '
    'for one by one', 'NovaLink lists all LPARs again')
LPAR_UNREADABLE, LPARS_READABLE = _outage(
    'NovaLink gives no usable answer about LPAR',
    'NovaLink gives usable answers about all LPARs again')
HOST_UNREADABLE, HOST_READABLE = _outage(
    "This host's instances could not all be read from nova; they are "
    'compared when that succeeds',
    "This host's instances could all be read from nova")
POLL_THREAD_DEAD = (
    "pypowervm's polls for events have ended; they are begun again")
POLLS_RECOVERED = 'Polls for PowerVM events had failed and succeed again'
POLLS_SILENT = 'No poll for PowerVM events has ended for %d seconds'
POLLS_HEARD = 'Polls for PowerVM events end again'
SESSION_LOST = ('The session with NovaLink is lost, and another cannot be '
                'had yet: %s')
SESSION_RENEWED = 'The session with NovaLink was lost; there is a new one'
GIVEN_UP = ('nova was told %d times that LPAR %s is %s, yet its record has '
            'the power state %s; its periodic comparison is left to see to '
            'it')
EMIT_FAILED = ('The driver could not emit a lifecycle event; this is tried '
               'again')
UNEXPECTED = ('LPARs could not be compared with nova; they are looked at '
              'again')

#: The name of each template.
NAMES = {line: name for name, line in globals().items() if name.isupper()}
