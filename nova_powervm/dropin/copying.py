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

"""Copies the drop-in set into a tree, and takes it out again."""

import hashlib
import json
import os
import pathlib
import shutil
import tempfile
from typing import Any

from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import tree as trees

#: Folder beside event.py that keeps what the copy replaced.
BACKUP = '.before-dropin'

_RECORD = 'copied.json'
_STAGING = '.dropin-'


class CannotCopy(Exception):
    """The tree is not as it should be; the text says what is wrong."""


class Copy:
    """The drop-in set in a tree. Not thread-safe.

    :param tree: the tree.
    :raises CannotCopy: if the record of an earlier copy cannot be read.
    """

    def __init__(self, tree: trees.Tree) -> None:
        self._package = tree.package
        self._backup = tree.package / BACKUP
        self._record = self._backup / _RECORD
        #: What an earlier copy wrote; empty if there was none.
        self.copied: dict[str, Any] = {}
        if self._backup.exists():
            try:
                self.copied = json.loads(self._record.read_text())
            except (OSError, ValueError) as error:
                raise CannotCopy('%s cannot be read: %s' % (
                    self._record, error)) from None

    @property
    def own_event(self) -> pathlib.Path:
        """The tree's own event module, wherever it is now."""
        folder = self._backup if self.copied else self._package
        return folder / dropin_set.EVENT

    def foreign(self) -> str:
        """Return what of the tree has the name of the set's folder, or ''."""
        names = (dropin_set.LIFECYCLE, dropin_set.LIFECYCLE + '.py')
        return next((name for name in names if not self.copied
                     and (self._package / name).exists()), '')

    def make(self) -> None:
        """Copy the set, and keep what it replaces.

        What an earlier copy kept stays; its files are replaced.

        :raises CannotCopy: if its files were changed since.
        :raises OSError: if a file cannot be written.
        """
        self._refuse_changed()
        new = dropin_set.files()
        copied = {'version': dropin_set.version(), 'files': {
            name: _digest(path) for name, path in new.items()}}
        # In the same folder, so that all can be renamed at once. Whatever
        # fails before that leaves the tree as it was.
        with tempfile.TemporaryDirectory(
                dir=self._package, prefix=_STAGING) as folder:
            staged = pathlib.Path(folder)
            (staged / dropin_set.LIFECYCLE).mkdir()
            for name, path in new.items():
                shutil.copyfile(path, staged / name)
            self._keep(staged / 'kept', copied)
            self._swap(staged)

    def _keep(self, folder: pathlib.Path, copied: dict[str, Any]) -> None:
        """Keep the tree's own event module, and what will be copied."""
        folder.mkdir()
        shutil.copy2(self.own_event, folder / dropin_set.EVENT)
        (folder / _RECORD).write_text(json.dumps(copied, indent=1) + '\n')
        if self.copied:
            os.replace(folder / _RECORD, self._record)
        else:
            folder.rename(self._backup)
        self.copied = copied

    def _swap(self, staged: pathlib.Path) -> None:
        """Let the new files take the place of the old ones."""
        lifecycle = self._package / dropin_set.LIFECYCLE
        shutil.rmtree(lifecycle, ignore_errors=True)
        (staged / dropin_set.LIFECYCLE).rename(lifecycle)
        os.replace(staged / dropin_set.EVENT, self._package / dropin_set.EVENT)

    def undo(self) -> None:
        """Put back what the copy replaced.

        :raises CannotCopy: if there was no copy, or its files were changed.
        :raises OSError: if a file cannot be written.
        """
        if not self.copied:
            raise CannotCopy('%s has no copy of the event module' %
                             self._package)
        self._refuse_changed()
        shutil.copy2(self._backup / dropin_set.EVENT,
                     self._package / dropin_set.EVENT)
        shutil.rmtree(self._package / dropin_set.LIFECYCLE,
                      ignore_errors=True)
        shutil.rmtree(self._backup)
        self.copied = {}

    def _refuse_changed(self) -> None:
        """See to it that nobody's work is lost."""
        written = self.copied.get('files', {})
        known = {*written.values(), _digest(self.own_event)}
        there = [self._package / dropin_set.EVENT] if written else []
        there += sorted((self._package / dropin_set.LIFECYCLE).rglob('*.py'))
        changed = [path for path in there if _digest(path) not in known]
        if changed:
            raise CannotCopy(
                '%s was changed since it was copied: move it away first, or, '
                'if the driver was installed anew over the copy, remove the '
                'folders %s and %s beside event.py' % (
                    changed[0], BACKUP, dropin_set.LIFECYCLE))


def _digest(path: pathlib.Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
