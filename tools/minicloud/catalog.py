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

"""All services of a cloud."""

from tools.minicloud import apis
from tools.minicloud import nova
from tools.minicloud import service
from tools.minicloud import settings as settings_mod
from tools.minicloud import stores


def services(settings: settings_mod.Settings) -> dict[str, service.Service]:
    """Return all services by their names, in the order of their start."""
    return {
        **{one.name: one for one in stores.services(settings)},
        **apis.services(settings),
        **nova.simulators(settings),
        **nova.controllers(settings),
        **nova.computes(settings),
    }
