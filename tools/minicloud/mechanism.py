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

"""The mechanism driver of neutron's ML2 in the cloud."""

from typing import Any

from neutron_lib.api.definitions import portbindings
from neutron_lib import constants
from neutron_lib.plugins.ml2 import api

# neutron 29 reads a relation of ports that only this module defines. It is
# else imported by a service plugin that the cloud has no use for.
from neutron.db.models import port_forwarding  # noqa: F401


class MechanismDriver(api.MechanismDriver):
    """Binds every port, on any host, as if Open vSwitch's agent were there.

    There is no agent, so a port is up as soon as it is bound.
    """

    def initialize(self) -> None:
        """Complete the models; see the import above."""
        from sqlalchemy import orm

        orm.configure_mappers()

    def bind_port(self, context: Any) -> None:
        """Bind a port to the first segment that it may have."""
        context.set_binding(
            context.segments_to_bind[0][api.ID], portbindings.VIF_TYPE_OVS,
            {portbindings.CAP_PORT_FILTER: True},
            status=constants.PORT_STATUS_ACTIVE)
