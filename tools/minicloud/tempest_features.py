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

"""What tempest may expect of nova with this driver.

Each flag of tempest's ``[compute-feature-enabled]`` follows from a line of the
support matrix, or from something that the cloud itself lacks.
"""

import dataclasses

from tools.minicloud import settings as settings_mod


@dataclasses.dataclass(frozen=True)
class Feature:
    """A flag of ``[compute-feature-enabled]``.

    line: the operation in the support matrix of the administrator guide, or
    the reason outside of it.
    bare: whether bare LPARs have it, too.
    """

    flag: str
    enabled: bool
    line: str
    bare: bool = True


_MATRIX = 'Support matrix: '
_NO_CINDER = 'This cloud has no cinder.'

FEATURES = (
    Feature('disk_config', True, 'nova keeps it itself, for any driver.'),
    Feature('hostname_fqdn_sanitization', True,
            'nova does it itself, for any driver.'),
    Feature('config_drive', True,
            _MATRIX + 'Configuration drive, files and password given at '
            'creation', bare=False),
    Feature('personality', True,
            _MATRIX + 'Configuration drive, files and password given at '
            'creation', bare=False),
    Feature('interface_attach', True,
            _MATRIX + 'Attach network interfaces', bare=False),
    Feature('change_password', False,
            _MATRIX + 'Console log, VNC console, password change'),
    Feature('console_output', False,
            _MATRIX + 'Console log, VNC console, password change'),
    Feature('vnc_console', False,
            _MATRIX + 'Console log, VNC console, password change'),
    Feature('spice_console', False,
            _MATRIX + 'SPICE, serial and MKS consoles'),
    Feature('serial_console', False,
            _MATRIX + 'SPICE, serial and MKS consoles'),
    Feature('rescue', False, _MATRIX + 'Rescue'),
    Feature('stable_rescue', False, _MATRIX + 'Rescue'),
    Feature('shelve', False, _MATRIX + 'Shelve'),
    Feature('shelve_migrate', False, _MATRIX + 'Shelve'),
    Feature('snapshot', False, _MATRIX + 'Snapshot, backup'),
    Feature('resize', False, _MATRIX + 'Resize, cold migration'),
    Feature('cold_migration', False, _MATRIX + 'Resize, cold migration'),
    Feature('live_migration', False, _MATRIX + 'Live migration'),
    Feature('block_migration_for_live_migration', False,
            _MATRIX + 'Live migration'),
    Feature('live_migrate_back_and_forth', False, _MATRIX + 'Live migration'),
    Feature('suspend', False, _MATRIX + 'Suspend, pause'),
    Feature('pause', False, _MATRIX + 'Suspend, pause'),
    Feature('swap_volume', False,
            _MATRIX + 'Attach and detach volumes. ' + _NO_CINDER),
    Feature('attach_encrypted_volume', False,
            _MATRIX + 'Attach and detach volumes. ' + _NO_CINDER),
    Feature('volume_multiattach', False,
            _MATRIX + 'Attach and detach volumes. ' + _NO_CINDER),
    Feature('volume_backed_live_migration', False,
            _MATRIX + 'Live migration. ' + _NO_CINDER),
    Feature('ide_bus', False,
            _MATRIX + 'Tags of devices, trusted image certificates'),
    Feature('metadata_service', False,
            'The images of this cloud have nothing that would ask for it.'),
)


def section(settings: settings_mod.Settings) -> str:
    """Return the lines of ``[compute-feature-enabled]``, with comments."""
    lines = ['[compute-feature-enabled]']
    for feature in FEATURES:
        enabled = feature.enabled and (feature.bare or not settings.bare)
        line = feature.line if enabled == feature.enabled else (
            'Bare LPARs have none.')
        lines += ['# ' + line,
                  '%s = %s' % (feature.flag, str(enabled).lower())]
    return '\n'.join(lines) + '\n'
