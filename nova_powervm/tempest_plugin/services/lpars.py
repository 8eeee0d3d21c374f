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

"""LPARs of servers, changed behind nova's back through pypowervm."""

from collections.abc import Mapping
import json
import textwrap
import time
from typing import Any
import urllib.parse

from pypowervm import adapter as pvm_adapter
from pypowervm import exceptions as pvm_exc
from pypowervm.tasks import power
from pypowervm.tasks import power_opts
from pypowervm.utils import uuid as pvm_uuid
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import network
from tempest.lib import exceptions as lib_exc

_State = base_partition.LPARState

# An LPAR without an operating system stays in the firmware.
ON = frozenset((_State.RUNNING, _State.OPEN_FIRMWARE))
OFF = frozenset((_State.NOT_ACTIVATED,))

# Times that pypowervm tries to connect, about two seconds apart: a REST
# service that restarts is away for a while.
_CONNECT_TRIES = 60


def lpar_uuid(server_id: str) -> str:
    """Return the uuid of a server's LPAR, in upper case.

    PowerVM clears the first bit of every uuid.
    """
    return str(pvm_uuid.convert_uuid_to_pvm(server_id)).upper()


class Lpars:
    """LPARs of the hosts; methods wait until their job has ended.

    Not thread-safe. An error of the REST service is raised as
    ``pypowervm.exceptions.Error``.

    :param services: URLs of the NovaLink REST services, by host.
    :param username: user for those with https; those with http authenticate
        by a file.
    :param password: that user's password.
    """

    def __init__(self, services: Mapping[str, str],
                 username: str | None = None,
                 password: str | None = None) -> None:
        self._services = services
        self._username = username
        self._password = password
        self._adapters: dict[str, Any] = {}

    def state(self, host: str, server_id: str) -> str | None:
        """Return NovaLink's state of an LPAR; None if there is none."""
        try:
            answer = self._adapter(host).read(
                logical_partition.LPAR.schema_type,
                root_id=lpar_uuid(server_id), suffix_type='quick',
                suffix_parm='PartitionState')
        except pvm_exc.HttpNotFound:
            return None
        return str(json.loads(answer.body))

    def has_rmc(self, host: str, server_id: str) -> bool:
        """Return whether the operating system of an LPAR answers RMC."""
        state = self._get(host, server_id).rmc_state
        return bool(state == base_partition.RMCState.ACTIVE)

    def mac_addresses(self, host: str, server_id: str) -> set[str]:
        """Return the MAC addresses of an LPAR's adapters, as nova's."""
        return {
            ':'.join(textwrap.wrap(adapter.mac.lower(), 2))
            for adapter in network.CNA.get(
                self._adapter(host), parent_type=logical_partition.LPAR,
                parent_uuid=lpar_uuid(server_id))}

    def power_off(self, host: str, server_id: str, wait: bool = True) -> None:
        """Cut the power of an LPAR.

        :param wait: whether to wait until the job has ended.
        """
        power.PowerOp.stop(
            self._get(host, server_id), synchronous=wait,
            opts=power_opts.PowerOffOpts().vsp_hard())

    def power_on(self, host: str, server_id: str) -> None:
        """Start an LPAR that is off."""
        power.PowerOp.start(self._get(host, server_id))

    def restart(self, host: str, server_id: str) -> None:
        """Cut the power of an LPAR and start it again, in one job."""
        power.PowerOp.stop(
            self._get(host, server_id),
            opts=power_opts.PowerOffOpts().vsp_hard().restart())

    def delete(self, host: str, server_id: str) -> None:
        """Delete an LPAR, in whatever state it is."""
        self.power_off(host, server_id)
        self._adapter(host).delete(logical_partition.LPAR.schema_type,
                                   root_id=lpar_uuid(server_id))

    def wait_for_service(self, host: str, seconds: float) -> None:
        """Wait until the REST service of a host answers; log on anew.

        :raises tempest.lib.exceptions.TimeoutException: if it does not.
        """
        self._adapters.pop(host, None)
        deadline = time.monotonic() + seconds
        while True:
            try:
                self._adapter(host)
            except pvm_exc.Error as e:
                if time.monotonic() > deadline:
                    raise lib_exc.TimeoutException(
                        'The REST service of %s does not answer: %s' % (
                            host, e)) from e
                time.sleep(1)
            else:
                return

    def _get(self, host: str, server_id: str) -> Any:
        return logical_partition.LPAR.get(
            self._adapter(host), uuid=lpar_uuid(server_id))

    def _adapter(self, host: str) -> Any:
        if host not in self._adapters:
            self._adapters[host] = pvm_adapter.Adapter(self._log_on(host))
        return self._adapters[host]

    def _log_on(self, host: str) -> Any:
        if host not in self._services:
            raise lib_exc.InvalidConfiguration(
                '[powervm] rest_services does not name the host %s.' % host)
        url = urllib.parse.urlsplit(self._services[host])
        # pypowervm authenticates by a file if it gets no password.
        credentials = {} if url.scheme == 'http' else {
            'username': self._username, 'password': self._password}
        return pvm_adapter.Session(
            host=url.hostname, port=url.port, protocol=url.scheme,
            conn_tries=_CONNECT_TRIES, **credentials)
