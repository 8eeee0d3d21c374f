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

"""Network adapters of LPARs, by which they reach nova's ports.

A port that neutron binds as ``ovs`` is a client adapter on the LPAR and a
trunk adapter on the management partition, alone on a VLAN of a virtual switch.
NovaLink plugs the trunk into the port's bridge of Open vSwitch. The trunk's
external ids say whose it is. A port of ``pvm_sea`` is a client adapter on the
port's VLAN; a Shared Ethernet Adapter connects that with the outside.

The functions take pypowervm's adapter and are thread-safe. They take an
instance's uuid or that of its LPAR; Open vSwitch is told the one they get.
"""

from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
from typing import Any

from nova import exception
from nova.network import model
from oslo_log import log as logging
from oslo_utils import excutils
from oslo_utils import uuidutils
from pypowervm import util as pvm_util
from pypowervm.wrappers import network

from nova_powervm import conf
from nova_powervm.virt.powervm import ethernet
from nova_powervm.virt.powervm import vm

LOG = logging.getLogger(__name__)
CONF = conf.CONF

_SEA = 'pvm_sea'


def plug(adapter: Any, system: Any, uuid: str, vif: Any) -> None:
    """Plug a port; see :func:`plug_all`."""
    plug_all(adapter, system, uuid, [vif])


def plug_all(adapter: Any, system: Any, uuid: str,
             network_info: Iterable[Any]) -> None:
    """Give an LPAR the adapters of ports.

    A port whose MAC address the LPAR has is plugged already. If a port fails,
    nothing is left of it; those before it stay plugged.

    :param system: wrapper of the managed system.
    :param network_info: nova's VIFs.
    :raises nova.exception.VirtualInterfacePlugException: if a new port is
        bound in a way that is not supported, before anything is plugged; if
        NovaLink refuses, as it does for an LPAR that runs without RMC.
    """
    vifs = list(network_info)
    if not vifs:
        return
    plugger = _Plugger(adapter, system, uuid)
    try:
        macs = {one.mac for one in network.CNA.get(
            adapter, parent=plugger.lpar)}
        # nova would give up a server whose port was bound anew meanwhile.
        missing = [vif for vif in vifs if _mac(vif) not in macs]
        for vif in missing:
            _check_binding(vif)
        for vif in missing:
            plugger.plug(vif)
    except ethernet.ERRORS as e:
        raise exception.VirtualInterfacePlugException(
            'Cannot plug a port: %s' % e) from e


def unplug(adapter: Any, uuid: str, vif: Any) -> None:
    """Take a port's adapters away; what is missing is unplugged.

    :raises nova.exception.VirtualInterfaceUnplugException: if NovaLink
        refuses, as it does for an LPAR that runs without RMC.
    """
    with _unplug_errors():
        _remove_port(adapter, ethernet.lpar(uuid), vif)


def unplug_all(adapter: Any, uuid: str) -> None:
    """Take all adapters of an LPAR away, and the trunks of its ports.

    If the LPAR does not exist any more, its adapters went with it, and only
    the trunks remain: that takes fewer requests than before its deletion.

    :raises nova.exception.VirtualInterfaceUnplugException: if NovaLink
        refuses, as it does for an LPAR that runs without RMC.
    """
    owners = vm.instance_uuids(vm.get_pvm_uuid(uuid))
    with _unplug_errors():
        ethernet.remove(adapter, ethernet.lpar(uuid), lambda client: True,
                        lambda ids: ids.get('vm-uuid', '').lower() in owners)


def lpars_with_trunks(adapter: Any) -> set[str]:
    """Return the uuids of all LPARs, existing or not, that have trunks.

    :raises pypowervm.exceptions.Error: if they cannot be read.
    """
    owners = [ids.get('vm-uuid') for _, ids in ethernet.trunks(adapter)]
    # Somebody else's trunk may have anything there, or nothing.
    return {vm.get_pvm_uuid(owner) for owner in owners
            if uuidutils.is_uuid_like(owner)}


def attach(adapter: Any, system: Any, instance: Any, vif: Any) -> None:
    """Plug a port into an instance's LPAR, as nova's attach_interface.

    :raises nova.exception.InterfaceAttachFailed: if that fails.
    """
    try:
        plug(adapter, system, instance.uuid, vif)
    except exception.VirtualInterfacePlugException as e:
        raise exception.InterfaceAttachFailed(
            e.format_message(), instance_uuid=instance.uuid) from e


def detach(adapter: Any, instance: Any, vif: Any) -> None:
    """Unplug a port from an instance's LPAR, as nova's detach_interface.

    :raises nova.exception.InterfaceDetachFailed: if that fails.
    """
    try:
        unplug(adapter, instance.uuid, vif)
    except exception.VirtualInterfaceUnplugException as e:
        raise exception.InterfaceDetachFailed(
            e.format_message(), instance_uuid=instance.uuid) from e


class _Plugger:
    """Plugs ports into one LPAR; it reads each virtual switch once."""

    def __init__(self, adapter: Any, system: Any, uuid: str) -> None:
        self.lpar = ethernet.lpar(uuid)
        self._adapter = adapter
        self._system = system
        self._uuid = uuid
        self._switches: dict[str, Any] = {}

    def plug(self, vif: Any) -> None:
        """Plug a port, or leave nothing of it."""
        try:
            if vif['type'] == _SEA:
                self._plug_sea(vif)
            else:
                self._plug_ovs(vif)
        except Exception:
            # NovaLink may have created also what it did not confirm.
            with excutils.save_and_reraise_exception():
                self._discard(vif)
        LOG.info('Plugged port %s', vif['id'], instance_uuid=self._uuid)

    def _discard(self, vif: Any) -> None:
        try:
            _remove_port(self._adapter, self.lpar, vif)
        except ethernet.ERRORS:
            LOG.exception('Adapters of port %s may be left', vif['id'],
                          instance_uuid=self._uuid)

    def _plug_sea(self, vif: Any) -> None:
        switch = self._switch(network.VSW_DEFAULT_VSWITCH)
        self._create_client(vif, switch, _sea_vlan(vif))

    def _plug_ovs(self, vif: Any) -> None:
        switch = self._switch(CONF.powervm.pvm_vswitch_for_novalink_io,
                              create=True)
        trunk = ethernet.create_trunk(
            self._adapter, self._system, switch,
            lambda vlan: self._build_trunk(vif, switch, vlan))
        self._create_client(vif, switch, trunk.pvid)

    def _switch(self, name: str, create: bool = False) -> Any:
        if name not in self._switches:
            self._switches[name] = ethernet.switch(
                self._adapter, self._system, name, create)
        return self._switches[name]

    def _create_client(self, vif: Any, switch: Any, vlan: int) -> None:
        network.CNA.bld(
            self._adapter, vlan, switch.related_href,
            mac_addr=vif['address']).create(parent=self.lpar)

    def _build_trunk(self, vif: Any, switch: Any, vlan: int) -> Any:
        ids = {'iface-id': _interface_id(vif), 'iface-status': 'active',
               'attached-mac': vif['address'], 'vm-uuid': self._uuid}
        return network.CNA.bld(
            self._adapter, vlan, switch.related_href, trunk_pri=1,
            dev_name=vif['devname'], ovs_bridge=vif['network']['bridge'],
            ovs_ext_ids=','.join('%s=%s' % pair for pair in ids.items()),
            configured_mtu=vif['network'].get_meta('mtu'))


def _check_binding(vif: Any) -> None:
    """Check that a port is bound in a way that this driver supports."""
    if vif['type'] not in (model.VIF_TYPE_OVS, _SEA):
        raise exception.VirtualInterfacePlugException(
            'Port %s has the vif_type %s, which is not supported' % (
                vif['id'], vif['type']))
    if vif.is_hybrid_plug_enabled():
        # There is no Linux bridge between to apply security groups.
        raise exception.VirtualInterfacePlugException(
            'Port %s needs the firewall driver iptables_hybrid, which cannot '
            'filter it; use openvswitch' % vif['id'])


def _sea_vlan(vif: Any) -> int:
    """Return the VLAN of a ``pvm_sea`` port.

    networking-powervm gives it in one of two places; a flat network has none.
    """
    return int(vif['network'].get_meta('vlan')
               or vif['details'].get(model.VIF_DETAILS_VLAN) or 1)


def _interface_id(vif: Any) -> Any:
    return vif['ovs_interfaceid'] or vif['id']


def _mac(vif: Any) -> Any:
    return pvm_util.sanitize_mac_for_api(vif['address'])


def _remove_port(adapter: Any, lpar: ethernet.Partition, vif: Any) -> None:
    ethernet.remove(adapter, lpar, lambda client: client.mac == _mac(vif),
                    lambda ids: ids.get('iface-id', '') == _interface_id(vif))


@contextlib.contextmanager
def _unplug_errors() -> Iterator[None]:
    try:
        yield
    except ethernet.ERRORS as e:
        raise exception.VirtualInterfaceUnplugException(reason=str(e)) from e
