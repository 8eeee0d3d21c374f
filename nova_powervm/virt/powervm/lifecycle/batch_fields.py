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

"""The fields of the line of a batch, which ``key=value`` pairs make up.

What logs the line, the report that reads it and the admin guide use these.
"""

#: Whole numbers, and what each of them says.
NUMBERS = {
    'batch': 'number of the batch since the start of nova-compute; the line '
             'of a batch without news is at ``DEBUG``, so that numbers may '
             'lack',
    'events': 'events received since the batch before',
    'lpars': 'LPARs that were compared',
    'rest_reads': 'reads from NovaLink',
    'rest_failed': 'those of them that failed',
    'rest_ms': 'time that the reads took',
    'lookups': 'calls to nova-conductor that look instances up',
    'lookups_failed': 'those of them that failed',
    'lookup_ms': 'time that the lookups took',
}
#: The number of LPARs with each outcome follows, by its name.
OUTCOMES = 'outcomes'
#: Whole numbers and words after the outcomes.
WAITS = {
    'oldest_wait_ms': 'time since the oldest event that the batch answers, 0 '
                      'if there is none',
    'late_ms': 'time since the batch was due: the one before took so long',
}
WORDS = {
    'over': 'what was over the budget of calls, joined by ``+``, or '
            '``nothing``',
    'times': 'how long calls and nova took; see below',
}

#: What is timed, each time that it happens, by its name in ``times``.
TIMES = {
    'rest': 'reads from NovaLink',
    'lookup': 'lookups of instances through nova-conductor',
    'emit': 'lifecycle events handed to nova, until it was done with them',
    'told': 'from the first event of an LPAR until nova had its lifecycle '
            'event',
    'agreed': 'from the first event of an LPAR until nova was seen to agree, '
              'if it had to be told',
}

#: Prefix of the line.
PREFIX = 'PowerVM events:'
#: What ``over`` says of a batch within its budget.
WITHIN = 'nothing'
#: What ``times`` says if there are none.
NO_TIMES = 'none'

TEXT = ' '.join((
    PREFIX, *('%s=%%(%s)d' % (name, name) for name in NUMBERS),
    '%%(%s)s' % OUTCOMES, *('%s=%%(%s)d' % (name, name) for name in WAITS),
    *('%s=%%(%s)s' % (name, name) for name in WORDS)))


def meanings() -> dict[str, str]:
    """Return what each field says, in the order of the line."""
    return {
        **NUMBERS, '<outcome>': 'LPARs with that outcome, for each outcome '
        'that there was', **WAITS, **WORDS}
