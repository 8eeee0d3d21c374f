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

"""Files by which a user's tools find the cloud."""

from oslo_serialization import jsonutils

from tools.minicloud import content
from tools.minicloud import settings as settings_mod

#: The cloud's name in clouds.yaml.
NAME = 'minicloud'


def write(settings: settings_mod.Settings) -> None:
    """Write ``openrc`` and ``clouds.yaml``."""
    settings.path('openrc').write_text(openrc(settings))
    # JSON is YAML.
    settings.path('clouds.yaml').write_text(jsonutils.dumps(
        {'clouds': {NAME: content.access(settings)}}, indent=2) + '\n')


def openrc(settings: settings_mod.Settings) -> str:
    """Return shell lines that set OpenStack's usual variables."""
    found = content.access(settings)
    variables = {
        **{'OS_' + name.upper(): value
           for name, value in found['auth'].items()},
        'OS_REGION_NAME': found['region_name'],
        'OS_INTERFACE': found['interface'],
        'OS_IDENTITY_API_VERSION': '3',
    }
    return ''.join("export %s='%s'\n" % item for item in variables.items())
