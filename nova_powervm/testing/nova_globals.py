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

"""What nova keeps in globals of its modules, from one life to the next."""

from nova.api.openstack import wsgi_app
from nova.compute import api as compute_api
from nova.compute import rpcapi as compute_rpcapi
from nova import objects
from nova.scheduler.client import report
from nova.scheduler import utils as scheduler_utils
from nova.virt import node

from nova_powervm.testing import compat


def reset() -> None:
    """Forget an earlier nova of this process, so that another one may start.

    Not while one runs.
    """
    # Cells and their databases.
    compat.forget_cells()
    compute_api.CELLS = []
    # Who there was.
    objects.Service.clear_min_version_cache()
    compute_rpcapi.reset_globals()
    report.PLACEMENTCLIENT = None
    scheduler_utils.reset_globals()
    # The file compute_id of its state path.
    node.LOCAL_NODE_UUID = None
    wsgi_app.init_global_data.reset()
    wsgi_app.init_application.reset()
