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

"""Event handlers that packages offer through entry points."""

import importlib.metadata
from typing import Any

from nova import exception

_NAMESPACE = 'nova_powervm.event_handlers'


def load(name: str) -> Any:
    """Return the event handler's class that an entry point names.

    :raises nova.exception.InvalidConfiguration: if no package offers one of
        the name, if packages offer different ones, or if it cannot be
        imported.
    """
    installed = importlib.metadata.entry_points(group=_NAMESPACE)
    # Two distributions may name the same class.
    offered = {point.value: point for point in installed.select(name=name)}
    if not offered:
        raise exception.InvalidConfiguration(
            "There is no event handler '%s', which [powervm] event_handler "
            'names; installed are: %s' % (
                name, ', '.join(sorted(installed.names)) or 'none'))
    if len(offered) > 1:
        raise exception.InvalidConfiguration(
            "There are several event handlers '%s', which [powervm] "
            'event_handler names: %s' % (name, ', '.join(sorted(offered))))
    (value, point), = offered.items()
    try:
        return point.load()
    except Exception as e:
        raise exception.InvalidConfiguration(
            "The event handler '%s' (%s), which [powervm] event_handler "
            'names, cannot be imported: %s' % (name, value, e)) from e
