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


"""The file that keeps the state of the simulated host over restarts."""

import os
from typing import Any

from oslo_log import log as logging
from oslo_serialization import jsonutils

from nova_powervm.sim import errors
from nova_powervm.sim import host as host_mod
from nova_powervm.sim import settings
from nova_powervm.sim import state_document
from nova_powervm.sim import transitions
from nova_powervm.sim import virtual_io

LOG = logging.getLogger(__name__)

_SECONDS = 1.0


class StateError(Exception):
    """The file cannot be read or written; the text says why."""


class StateFile:
    """A file with the state of one host.

    :param path: its path. It need not exist, its folder has to.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def read(self) -> state_document.Document | None:
        """Return what the file has; None if there is no file.

        :raises StateError: if it cannot be read, or is not of this version.
        """
        try:
            with open(self._path, 'rb') as file:
                document = jsonutils.load(file)
            state_document.check(document)
        except FileNotFoundError:
            return None
        except OSError as e:
            raise self._error('read', e.strerror) from e
        except (ValueError, state_document.Malformed) as e:
            raise self._error('read', e) from e
        found: state_document.Document = document
        return found

    def write(self, document: state_document.Document) -> None:
        """Replace the file at once: who reads it finds all or what was.

        :raises StateError: if that fails; the file is what it was.
        """
        new = self._path + '.new'
        try:
            with open(new, 'wb') as file:
                file.write(jsonutils.dump_as_bytes(document))
            os.replace(new, self._path)
        except OSError as e:
            raise self._error('write', e.strerror) from e

    def make_io(self, scheduler: transitions.Scheduler,
                config: settings.Settings, url: str, memory_mb: int,
                proc_units: float) -> virtual_io.VirtualIo | None:
        """Return the host that is in the file; None if there is no file.

        The parameters are those of :class:`.host.Host`.

        :raises StateError: if it cannot be read, or says what cannot be.
        """
        document = self.read()
        if document is None:
            return None
        try:
            made = virtual_io.VirtualIo(host_mod.Host(
                scheduler, config, url, memory_mb, proc_units,
                document['identity'],
                state_document.lpars(document, scheduler.time())))
            state_document.restore(made, document)
        except errors.RestError as e:
            raise self._error('read', e.message) from e
        except (AttributeError, LookupError, TypeError, ValueError) as e:
            # Edited by hand, or of a development version in between.
            raise self._error('read', 'it is malformed: %r' % e) from e
        return made

    def _error(self, verb: str, reason: Any) -> StateError:
        return StateError('cannot %s the state in %s: %s' % (
            verb, self._path, reason))


class Keeper:
    """Writes the state of a host when it has changed, each second at most.

    Only the scheduler's thread may call it.

    :param file: where to write it.
    :param io: the virtual I/O of the host.
    :param scheduler: has the timers.
    """

    def __init__(self, file: StateFile, io: virtual_io.VirtualIo,
                 scheduler: transitions.Scheduler) -> None:
        self._file = file
        self._io = io
        self._scheduler = scheduler
        self._written: tuple[int, ...] | None = None
        self._timer: transitions.TimerHandle | None = None

    def start(self) -> None:
        """Write the state now, and from now on.

        :raises StateError: if it cannot be written now. Later that is logged,
            and tried again a second later.
        """
        self._save()
        self._timer = self._scheduler.call_later(_SECONDS, self._tick)

    def stop(self) -> None:
        """Write what has changed since, and end.

        :raises StateError: if it cannot be written.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._save()

    def _tick(self) -> None:
        try:
            self._save()
        except StateError as e:
            LOG.error('%s; trying again', e)
        self._timer = self._scheduler.call_later(_SECONDS, self._tick)

    def _save(self) -> None:
        # A new switch is no change of the host's version.
        version = (self._io.host.version, len(self._io.networks.switches))
        if version != self._written:
            self._file.write(state_document.dump(self._io))
            self._written = version
