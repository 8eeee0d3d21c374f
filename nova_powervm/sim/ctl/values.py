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

"""Values of options and arguments; argparse names the option of a bad one."""

import argparse
from collections.abc import Callable
import math

from nova_powervm.testing import argument_types

#: What pypowervm's LPARState has; a test compares them.
STATES = ('not activated', 'starting', 'open firmware', 'running',
          'shutting down', 'error', 'not available', 'suspending',
          'suspended', 'resuming', 'hardware discovery',
          'migrating not active', 'migrating running', 'Unknown')

#: Kinds of requests that a fault can hit; a test compares them with what the
#: simulator serves, which needs aiohttp.
REQUEST_KINDS = (
    'adapter_create', 'adapter_delete', 'adapter_entry', 'adapter_feed',
    'adapter_update', 'close_vterm', 'create', 'delete', 'event_create',
    'event_poll', 'file_create', 'file_delete', 'file_entry', 'file_feed',
    'file_upload', 'group_entry', 'group_feed', 'group_update', 'job',
    'logoff', 'logon', 'lpar_entry', 'lpar_feed', 'managed_system',
    'management_console', 'memory_query', 'network_feed', 'pool_feed',
    'power_off', 'power_on', 'quick_all', 'quick_object', 'quick_property',
    'search', 'switch_create', 'switch_feed', 'update', 'vios_entry',
    'vios_feed', 'vios_search', 'vios_update')


port = argument_types.integer(0, 65535)


def _number_that(allowed: Callable[[float], bool], what: str
                 ) -> Callable[[str], float]:
    """Return a function that reads a number that is allowed."""
    def read(text: str) -> float:
        value = _number(text)
        if not allowed(value):
            raise argparse.ArgumentTypeError(f'{text!r} is not a {what}')
        return value

    return read


seconds = _number_that(lambda value: 0 < value < math.inf,
                       'number of seconds, more than 0')
duration = _number_that(lambda value: 0 <= value < math.inf,
                        'number of seconds, 0 or more')
#: A probability that is not 0.
share = _number_that(lambda value: 0 < value <= 1,
                     'share, more than 0 and up to 1')
units = _number_that(lambda value: 0.05 <= value < math.inf,
                     'number of processor units, 0.05 or more')


def state(text: str) -> str:
    """Read a state; hyphens do for its blanks, and for their quotes."""
    for known in STATES:
        if text.lower().replace('-', ' ') == known.lower():
            return known
    allowed = ', '.join(known.replace(' ', '-') for known in STATES)
    raise argparse.ArgumentTypeError(
        f'{text!r} is not a state of an LPAR; the states are {allowed}')


def name(text: str) -> str:
    """Read the name of an LPAR that is to be created."""
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f'{text!r} is not a name')
    return text


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
