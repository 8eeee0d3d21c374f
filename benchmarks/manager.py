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


"""nova's compute manager, as far as a lifecycle event passes through it."""

from typing import Any

from nova.compute import api
from nova.compute import manager

from benchmarks import rpc


class ComputeAPI(api.API):
    """nova's compute API; its casts go to the stand-in."""

    def __init__(self, client: rpc.ConductorClient) -> None:
        self.compute_rpcapi = client


class Manager(manager.ComputeManager):
    """nova's compute manager without its constructor.

    :param host_driver: the driver that it asks for power states.
    :param client: where its calls go.
    :param host: name of the host.
    """

    def __init__(self, host_driver: Any, client: rpc.ConductorClient,
                 host: str) -> None:
        self.driver = host_driver
        self.host = host
        self.compute_api = ComputeAPI(client)
