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

"""LPARs from flavors, by the table of extra specs.

The functions keep no state and are thread-safe.
"""

from collections.abc import Mapping
from typing import Any

from nova import exception
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import shared_proc_pool

from nova_powervm import conf
from nova_powervm.virt.powervm import extra_specs

CONF = conf.CONF

_Processors = extra_specs.Processors


class InvalidFlavor(Exception):
    """No host can make an LPAR from the flavor; the message says why."""


def parse(specs: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of a flavor's extra specs ``powervm:*``.

    :param specs: all extra specs of the flavor.
    :returns: what pypowervm takes for each, by their names.
    :raises InvalidFlavor: if one is not supported, has an invalid value or
        contradicts another.
    """
    try:
        found = {name: extra_specs.parse(name, value)
                 for name, value in specs.items()
                 if name.startswith(extra_specs.PREFIX)}
    except ValueError as e:
        raise InvalidFlavor(str(e)) from e
    _check_combination(found)
    return found


def build_lpar(adapter: Any, system: Any, flavor: Any,
               specs: Mapping[str, Any], name: str, uuid: str) -> Any:
    """Build the wrapper of an LPAR that does not exist yet.

    Reads the shared processor pools if the flavor names one.

    :param system: wrapper of the managed system.
    :param flavor: a ``nova.objects.Flavor``.
    :param specs: its extra specs, as :func:`parse` returns them.
    :param name: PartitionName.
    :param uuid: the LPAR's uuid.
    :raises InvalidFlavor: if pypowervm refuses what the flavor asks for.
    :raises nova.exception.ComputeResourcesUnavailable: if this host lacks
        what the flavor asks for.
    :raises pypowervm.exceptions.Error: if the pools cannot be read.
    """
    _check_capabilities(system, specs)
    mode = _compatibility_mode(system, specs)
    pool = _pool_id(adapter, system, specs)
    attributes = {
        lpar_builder.NAME: name,
        lpar_builder.UUID: uuid,
        lpar_builder.MEM: flavor.memory_mb,
        lpar_builder.VCPU: flavor.vcpus,
        **{attribute: value for spec, value in specs.items()
           if (attribute := extra_specs.SUPPORTED[spec].attribute)}}
    try:
        lpar = lpar_builder.LPARBuilder(
            adapter, attributes, lpar_builder.DefaultStandardize(
                system, proc_units_factor=CONF.powervm.proc_units_factor,
                uncapped_weight=CONF.powervm.uncapped_proc_weight,
                spp=pool)).build()
    except (lpar_builder.LPARBuilderException, TypeError, ValueError) as e:
        raise InvalidFlavor(str(e)) from e
    if mode is not None:
        # The builder refuses those that it is older than.
        lpar.proc_compat_mode = mode
    return lpar


def _check_combination(specs: Mapping[str, Any]) -> None:
    dedicated = specs.get(extra_specs.DEDICATED_PROC, False)
    for name in specs:
        processors = extra_specs.SUPPORTED[name].processors
        if processors is _Processors.SHARED and dedicated:
            raise InvalidFlavor(
                'the extra spec %s is for shared processors, but %s is true'
                % (name, extra_specs.DEDICATED_PROC))
        if processors is _Processors.DEDICATED and not dedicated:
            raise InvalidFlavor(
                'the extra spec %s is for dedicated processors, but %s is not '
                'true' % (name, extra_specs.DEDICATED_PROC))
    if (extra_specs.SHARED_WEIGHT in specs and
            specs.get(extra_specs.UNCAPPED) ==
            base_partition.SharingMode.CAPPED):
        raise InvalidFlavor(
            'the extra spec %s is for uncapped processors, but %s is false'
            % (extra_specs.SHARED_WEIGHT, extra_specs.UNCAPPED))


def _check_capabilities(system: Any, specs: Mapping[str, Any]) -> None:
    for name, value in specs.items():
        capability = extra_specs.SUPPORTED[name].capability
        if value and capability and not system.get_capability(capability):
            raise exception.ComputeResourcesUnavailable(
                reason='the managed system does not support what the extra '
                'spec %s asks for' % name)


def _compatibility_mode(system: Any, specs: Mapping[str, Any]) -> str | None:
    """Return the mode as the managed system spells it, None for none.

    Modes that pypowervm does not know are as good as others.
    """
    asked = specs.get(extra_specs.PROCESSOR_COMPATIBILITY)
    if asked is None:
        return None
    offered = system.proc_compat_modes
    if not offered:
        # NovaLink decides.
        return str(asked).replace('+', '_Plus')
    found = {_normalized(mode): mode for mode in offered}.get(
        _normalized(asked))
    if found is None:
        raise exception.ComputeResourcesUnavailable(
            reason='the managed system does not have the processor '
            'compatibility mode %s; it has %s' % (
                asked, ', '.join(offered)))
    return str(found)


def _normalized(mode: str) -> str:
    # Consoles show a plus sign where the REST service has a word.
    return mode.lower().replace('+', '_plus')


def _pool_id(adapter: Any, system: Any, specs: Mapping[str, Any]) -> int:
    """Return the id of the shared processor pool that a flavor names."""
    name = specs.get(extra_specs.SHARED_PROC_POOL)
    if name in (None, shared_proc_pool.DEFAULT_POOL_DISPLAY_NAME):
        return int(lpar_builder.DEF_SPP)
    found = shared_proc_pool.SharedProcPool.search(
        adapter, name=name, parent=system)
    if len(found) != 1:
        raise exception.ComputeResourcesUnavailable(
            reason='the managed system has %d shared processor pools with '
            'the name %s, not one' % (len(found), name))
    return int(found[0].id)
