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

"""placement's own API, without keystone, from the environment of the tests.

It listens on 127.0.0.1 and prints the port. Its database is in memory.
"""

from collections.abc import Callable
from collections.abc import Iterable
import sys
import threading
from typing import Any
from wsgiref import simple_server

from oslo_config import cfg
from placement import conf
from placement.db.sqlalchemy import models
from placement import db_api
from placement import deploy


class _Quiet(simple_server.WSGIRequestHandler):

    def log_message(self, *args: Any) -> None:
        """Say nothing of requests."""


def _as_admin(application: Callable[..., Iterable[bytes]]
              ) -> Callable[..., Iterable[bytes]]:
    """Let every request come from an administrator."""
    def call(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ['HTTP_X_AUTH_TOKEN'] = 'admin'
        return application(environ, start)
    return call


def main() -> None:
    """Serve until standard input ends."""
    config = cfg.ConfigOpts()
    conf.register_opts(config)
    config.set_override('auth_strategy', 'noauth2', 'api')
    # One connection, so one thread.
    config.set_override('connection', 'sqlite://', 'placement_database')
    config([], project='placement', default_config_files=[])
    db_api.configure(config)
    models.BASE.metadata.create_all(
        db_api.placement_context_manager.writer.get_engine())
    application = deploy.loadapp(config)
    server = simple_server.make_server(
        '127.0.0.1', 0, _as_admin(application), handler_class=_Quiet)
    print('port %d' % server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()


if __name__ == '__main__':
    main()
