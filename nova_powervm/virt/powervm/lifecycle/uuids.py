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


"""From the uuid of an LPAR to that of its instance, and back."""

from pypowervm.utils import uuid as pvm_uuid

from nova_powervm.virt.powervm.lifecycle import interfaces


def candidate_uuids(lpar: str) -> tuple[str, str]:
    """Return the two instance uuids that an LPAR's uuid may stand for.

    PowerVM clears the first bit of a uuid, so an LPAR may belong to the
    instance of the same uuid or to the one that has that bit set.

    :param lpar: uuid of the LPAR, of either case.
    """
    uuid = lpar.lower()
    return uuid, '%x%s' % (int(uuid[0], 16) | 8, uuid[1:])


def lpar_uuid(instance_uuid: str) -> interfaces.LparUuid:
    """Return the uuid of the LPAR that stands for an instance."""
    return interfaces.LparUuid(
        str(pvm_uuid.convert_uuid_to_pvm(instance_uuid)).upper())
