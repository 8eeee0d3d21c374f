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

"""glance and neutron as nova sees them.

nova's own test fixtures, for more threads and servers than they are made for.
"""

import io
import threading
from typing import Any

from nova.tests import fixtures as nova_fixtures

_CHUNK = 1 << 16


class Glance(nova_fixtures.GlanceFixture):
    """An image service that streams images as well."""

    def download(self, context: Any, image_id: str, data: Any = None,
                 *args: Any, **kwargs: Any) -> Any:
        """Return the image's chunks, unless there is a file to write to."""
        if data is not None or kwargs.get('dst_path'):
            return super().download(context, image_id, data, *args, **kwargs)
        contents = io.BytesIO()
        super().download(context, image_id, contents)
        contents.seek(0)
        return iter(lambda: contents.read(_CHUNK), b'')


class Neutron(nova_fixtures.NeutronFixture):
    """A network service that many threads may use at once.

    Each port that nova creates has a uuid and a MAC of its own. All have the
    same addresses.
    """

    def __init__(self, test: Any) -> None:
        super().__init__(test)
        self._creating = threading.Lock()

    def create_port(self, body: Any = None) -> Any:
        """Create a port that is like no other.

        The fixture looks whether its first port is taken, and takes it, in
        two steps: builds at once could get the same one.
        """
        with self._creating:
            return super().create_port(body)

    def _list_resource(self, resources: dict[str, Any], *args: Any,
                       **filters: Any) -> Any:
        # Ports come and go while the fixture walks through them.
        return super()._list_resource(dict(resources), *args, **filters)
