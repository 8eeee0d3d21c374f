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

"""Creates the database of nova-conductor: a cell's, as a file of SQLite."""

import sys

# Brings the options of osprofiler, which nova's database asks for.
from nova import config  # noqa: F401
from nova.db.main import api as db_api
from nova.db import migration

from nova_powervm import conf


def main(path: str) -> None:
    """Create it by nova's own migrations.

    :param path: of the file.
    """
    conf.CONF([], project='nova', default_config_files=[],
              default_config_dirs=[])
    conf.CONF.set_override('connection', 'sqlite:///' + path, 'database')
    db_api.configure(conf.CONF)
    migration.db_sync(database='main')


if __name__ == '__main__':
    main(sys.argv[1])
