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

"""The few LPARs of a simulated host, named by letters."""

from nova_powervm.testing import internals

#: A runs; B does not, and its instance has the first bit of its uuid set; C
#: is not there at first; D is an instance of another host.
SLOTS = 'ABCD'


def lpar_of(slot):
    """Return the uuid of an LPAR."""
    return '0%s000000-0000-4000-8000-000000000000' % slot


def instance_of(slot):
    """Return the uuid of an LPAR's instance."""
    return internals.candidate_uuids(lpar_of(slot))[slot == 'B']


def slot_of(uuid):
    """Return the letter of an LPAR or of an instance."""
    return uuid[1].upper()
