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

"""The image that servers are made from."""

import hashlib
from typing import Any

CONTENTS = b'This is no operating system.'.ljust(1 << 20, b'.')

SHA256 = hashlib.sha256(CONTENTS).hexdigest()

#: What glance says of it.
FIELDS: dict[str, Any] = {
    'name': 'image', 'container_format': 'bare', 'disk_format': 'raw',
    'status': 'active', 'visibility': 'public', 'is_public': True,
    'protected': False, 'deleted': False, 'deleted_at': None,
    'size': len(CONTENTS),
    'min_disk': 0, 'min_ram': 0, 'tags': [], 'properties': {}}
