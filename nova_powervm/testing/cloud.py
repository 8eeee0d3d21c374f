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

"""A whole nova in one process: API, scheduler, conductor and compute.

nova's own test fixtures make what nova needs around it: the HTTP API without
keystone, placement, an image, a network, messages in memory. The services,
the compute manager and the driver are the real ones, loaded as nova-compute
loads them, and run as many threads as they always do: casts stay casts.

What differs from a deployment is named here, because the figures of whoever
measures it rest on that:

* The cell's nova-compute shares a process with its conductor, so its objects
  reach the database without one. Only the event path's threads go through the
  conductor, if :mod:`nova_powervm.testing.calls` is used.
* Periodic tasks are off. Nothing but an event can tell nova that a power
  state changed.
* The databases are SQLite files, in which one thread writes at a time.

Choose the concurrency backend before you import this module: see
:func:`nova_powervm.testing.backends.select`.
"""

from collections.abc import Callable
import importlib.metadata
import importlib.util
import io
import logging as std_logging
import os
import sqlite3
from typing import Any

import fixtures
from nova import context
from nova import objects
from nova.objects import host_mapping
from nova import service
from nova.tests import fixtures as nova_fixtures
import nova.virt
from oslo_log import log as logging
from oslo_utils import uuidutils

from nova_powervm import conf
from nova_powervm.testing import api
from nova_powervm.testing import compat
from nova_powervm.testing import image
from nova_powervm.testing import nova_globals
from nova_powervm.testing import placement
from nova_powervm.testing import surroundings

CONF = conf.CONF

#: nova's name for the compute host.
HOST = 'this-host'

#: The driver of this package, by the name that nova's option wants.
DRIVER = 'powervm_ext.driver.PowerVMDriver'

# Long enough for cleanup_host, which is promised within 5 s.
_STOP_SECONDS = 15


def _driver_is_importable() -> None:
    """Let nova find the driver if this package is not in site-packages.

    A wheel puts ``nova/virt/powervm_ext`` beside nova's own drivers. A
    checkout or an editable install has it in a tree of its own.
    """
    if importlib.util.find_spec('nova.virt.powervm_ext') is None:
        root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
        nova.virt.__path__.append(os.path.join(root, 'nova', 'virt'))


def _api_paste_config() -> str:
    """Return the path of the pipeline definition that nova's wheel ships."""
    for path in importlib.metadata.files('nova') or ():
        if path.name == 'api-paste.ini':
            return str(path.locate())
    raise RuntimeError('nova is installed without its api-paste.ini')


class Cloud(fixtures.Fixture, api.Servers):
    """One controller and one compute host, named :data:`HOST`.

    Setting it up takes some 3 s; cleaning it up stops the services as a
    signal would, ``cleanup_host`` of the driver included. A process may have
    one at a time: nova keeps much in globals. The API may be called from
    several threads.

    :ivar log_file: path of nova's log.
    :ivar compute: the service nova-compute.

    :param state_path: an empty directory for databases, logs and locks.
    :param powervm: options of the group ``[powervm]``.
    :param progress: called with a few words as each part comes up.
    :param compute_driver: the driver, as nova's option of this name has it.
    """

    def __init__(self, state_path: str, powervm: dict[str, Any],
                 progress: Callable[[str], None] = lambda what: None,
                 compute_driver: str = DRIVER) -> None:
        fixtures.Fixture.__init__(self)
        self.log_file = os.path.join(state_path, 'nova.log')
        self._state_path = state_path
        self._powervm = powervm
        self._progress = progress
        self._compute_driver = compute_driver

    @property
    def driver(self) -> Any:
        """The virt driver that nova-compute has loaded."""
        return self.compute.manager.driver

    def _setUp(self) -> None:
        nova_globals.reset()
        self._configure()
        self._progress('databases')
        compat.serialize_writes(self.stub_out)
        self._create_databases()
        self._progress('placement')
        self.useFixture(nova_fixtures.OpenStackSDKFixture())
        self.useFixture(nova_fixtures.RealPolicyFixture())
        self.useFixture(placement.CachedPlacement())
        self._glance = self.useFixture(surroundings.Glance(self))
        self.useFixture(surroundings.Neutron(self))
        self._progress('conductor')
        self._start('conductor')
        self._progress('scheduler')
        self._start('scheduler')
        self._progress('compute')
        self.compute = self._start('compute', **compat.compute_topics())
        host_mapping.discover_hosts(context.get_admin_context())
        self._progress('API')
        api.Servers.__init__(
            self, self.useFixture(nova_fixtures.OSAPIFixture(
                api_version='v2.1')).admin_api,
            self._glance.create(
                None, dict(image.FIELDS), io.BytesIO(image.CONTENTS))['id'],
            surroundings.Neutron.network_1['id'])

    # The two methods through which nova's fixtures ask for what a test case
    # of nova's would give them.

    def flags(self, group: str | None = None, **values: Any) -> None:
        """Override options until the fixture is cleaned up."""
        self.useFixture(nova_fixtures.ConfPatcher(group=group, **values))

    def stub_out(self, name: str, new: Any) -> None:
        """Replace an attribute until the fixture is cleaned up."""
        self.useFixture(fixtures.MonkeyPatch(name, new))

    def _configure(self) -> None:
        _driver_is_importable()
        self.useFixture(nova_fixtures.ConfFixture(CONF))
        self.flags(
            state_path=self._state_path, host=HOST,
            compute_driver=self._compute_driver,
            log_file=self.log_file,
            **compat.stop_options(_STOP_SECONDS),
            # SQLite lets one thread write at a time: with more builds at
            # once they only wait for each other.
            max_concurrent_builds=10, max_concurrent_snapshots=10)
        self.flags('wsgi', api_paste_config=_api_paste_config())
        self.flags('quota', instances=-1, cores=-1, ram=-1)
        self.flags('oslo_concurrency', lock_path=self._state_path)
        for group, name in ('api_database', 'api'), ('database', 'cell1'):
            self.flags(group, connection=self._sqlite(name))
        self.flags('powervm', **self._powervm)
        self._log_to_file()
        objects.register_all()
        # Idle workers of futurist notice once in this many seconds that their
        # executor is being shut down. There are many executors to shut down,
        # one after the other.
        self.stub_out('futurist._thread.ThreadWorker.MAX_IDLE_FOR', 0.1)
        self.useFixture(nova_fixtures.RPCFixture())

    def _log_to_file(self) -> None:
        root = std_logging.getLogger()
        before = list(root.handlers)
        logging.setup(CONF, 'nova')

        def restore() -> None:
            for handler in set(root.handlers) - set(before):
                root.removeHandler(handler)
                handler.close()
            # Threads that end later must not fall back to standard error.
            root.addHandler(std_logging.NullHandler())

        self.addCleanup(restore)

    def _sqlite(self, name: str) -> str:
        return 'sqlite:///%s' % os.path.join(
            self._state_path, name + '.sqlite')

    def _create_databases(self) -> None:
        """Create the API's database, cell0 and one cell.

        nova's tests switch the process between cells under a lock. That is
        not needed with one cell in files: what does not name a cell finds the
        cell's database in nova's configuration, as in a deployment.
        """
        self.useFixture(nova_fixtures.Database(database='api'))
        cell1 = self.useFixture(nova_fixtures.Database(database='main'))
        with sqlite3.connect(
                os.path.join(self._state_path, 'cell0.sqlite')) as cell0:
            cell0.executescript(nova_fixtures.DB_SCHEMA['main', None])
        admin = context.get_admin_context()
        for name, uuid, url in (
                ('cell0', objects.CellMapping.CELL0_UUID,
                 self._sqlite('cell0')),
                ('cell1', uuidutils.generate_uuid(),
                 cell1.get_engine().url.render_as_string())):
            objects.CellMapping(
                admin, uuid=uuid, name=name, transport_url='fake:///',
                database_connection=url).create()

    def start_compute(self, host: str, compute_driver: str) -> Any:
        """Start another nova-compute until the fixture is cleaned up.

        Servers may be scheduled to it from now on.

        :param host: name of its host and, as a rule, of its node.
        :param compute_driver: as nova's option of this name has it. The nodes
            of all hosts want uuids of their own.
        :returns: the service.
        """
        CONF.set_override('compute_driver', compute_driver)
        started = self._start(
            'compute', host=host, **compat.compute_topics())
        CONF.set_override('compute_driver', self._compute_driver)
        host_mapping.discover_hosts(context.get_admin_context())
        return started

    def _start(self, name: str, host: str = HOST, **options: Any) -> Any:
        started = service.Service.create(
            binary='nova-' + name, host=host, **options)
        self.addCleanup(started.stop)
        started.start()
        return started
