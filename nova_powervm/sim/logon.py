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

"""Logon by file-based authentication: tokens, and the files with them."""

import os
import pathlib
import secrets
import shutil
import tempfile

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import errors


class Tokens:
    """The tokens of clients that are logged on.

    Each is in a file of its own in a temporary directory; only the user of
    this process can read it.
    """

    def __init__(self) -> None:
        self._folder = pathlib.Path(
            tempfile.mkdtemp(prefix='nova-powervm-sim-'))
        self._files: dict[str, pathlib.Path] = {}

    def issue(self) -> pathlib.Path:
        """Issue a token and return the file with it."""
        token = secrets.token_urlsafe(64)
        path = self._folder / secrets.token_hex(16)
        # O_EXCL and the mode at creation: no other user can ever read it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, 'w') as file:
            file.write(token)
        self._files[token] = path
        return path

    def revoke(self, token: str) -> None:
        """Revoke a token; does nothing if it is not valid."""
        path = self._files.pop(token, None)
        if path is not None:
            path.unlink(missing_ok=True)

    def is_valid(self, token: str | None) -> bool:
        """Return whether a token is valid."""
        return token in self._files

    def revoke_all(self) -> None:
        """Revoke all tokens."""
        for token in tuple(self._files):
            self.revoke(token)

    def close(self) -> None:
        """Revoke all tokens and remove the directory."""
        self._files.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def validate_request(body: bytes) -> None:
    """Check that a logon request asks for a token file.

    :raises errors.RestError: if it is malformed, or if it has a password
        instead.
    """
    try:
        root = atom.parse(body)
    except ValueError as exc:
        raise errors.RestError(400, str(exc)) from exc
    if root.tag != '{%s}LogonRequest' % atom.WEB_NS:
        raise errors.RestError(400, 'Expected a LogonRequest.')
    wants_file = root.findtext(
        '{%s}GenerateX-API-SessionFile' % atom.WEB_NS, '')
    if wants_file.strip().lower() != 'true':
        raise errors.RestError(
            401, 'The simulator supports only file-based authentication.')


def response(path: pathlib.Path) -> etree._Element:
    """Build the LogonResponse that names a token's file."""
    return atom.schema_object('LogonResponse', [
        atom.Field('X-API-SessionFile', 'ROR', str(path))],
        namespace=atom.WEB_NS)
