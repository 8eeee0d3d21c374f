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

"""Options of release 9 that have no meaning in this release.

They are not registered: nothing reads them, the sample file does not show
them, and no value of theirs is invalid.
"""

from collections.abc import Iterator
import glob
import os
import re
from typing import Any

from oslo_config import cfg
from oslo_log import log as logging

from nova_powervm.virt.powervm.lifecycle import opts

LOG = logging.getLogger(__name__)

_STORAGE = frozenset((
    'cluster_name', 'fabrics', 'fc_attach_strategy', 'fc_npiv_adapter_api',
    'fc_vscsi_adapter_api', 'iscsi_iface', 'ports_per_fabric', 'rbd_user',
    'volume_use_multipath', 'vscsi_vios_connections_required'))

_CONFIG_DRIVE = frozenset((
    'image_meta_local_path', 'remove_vopt_media_on_boot',
    'remove_vopt_media_time'))

_NETWORKS = frozenset(('use_rmc_ipv6_scheme', 'use_rmc_mgmt_vif'))

_CONSOLES = frozenset((
    'vnc_ca_certs', 'vnc_server_cert', 'vnc_server_key', 'vnc_use_x509_auth'))

_NVRAM = frozenset((
    'nvram_store', 'swift_auth_url', 'swift_auth_version', 'swift_cacert',
    'swift_container', 'swift_endpoint_type', 'swift_password',
    'swift_project_domain_name', 'swift_project_name',
    'swift_user_domain_name', 'swift_username'))

#: Their names, except those that have a fabric's name in them.
NAMES = _STORAGE | _CONFIG_DRIVE | _NETWORKS | _CONSOLES | _NVRAM

_OF_A_FABRIC = re.compile('fabric_.+_port_wwpns')


def warn_if_set(conf: Any) -> None:
    """Log one warning that names the options which are set in vain.

    It reads the configuration files again, because what is not registered
    does not show otherwise. A file that it cannot read costs a warning.

    :param conf: nova's configuration, whose files were read.
    """
    try:
        found = sorted({name for path in _files(conf) for name in _set(path)})
    except (OSError, ValueError, cfg.ParseError) as e:
        LOG.warning('The configuration files could not be read again to find '
                    'options of release 9: %s', e)
        return
    if found:
        LOG.warning(
            'These options in the group [%s] have no meaning in this release '
            'and are ignored: %s. Remove them from the configuration files.',
            opts.GROUP.name, ', '.join(found))


def _files(conf: Any) -> Iterator[str]:
    yield from map(os.path.expanduser, conf.config_file or ())
    # The first has those of the command line, all of them; the second has the
    # default ones as well.
    for folder in conf.config_dirs or conf.config_dir or ():
        yield from sorted(glob.glob(
            os.path.join(os.path.expanduser(folder), '*.conf')))


def _set(path: str) -> Iterator[str]:
    """Return the options in a file that have no meaning."""
    sections: dict[str, dict[str, Any]] = {}
    cfg.ConfigParser(path, sections).parse()
    for section, options in sections.items():
        if section.lower() == opts.GROUP.name:
            for name in options:
                if name in NAMES or _OF_A_FABRIC.fullmatch(name):
                    yield name
