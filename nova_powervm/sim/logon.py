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

"""File-based authentication: tokens, and the files that hold them."""

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

    Each is in a file of its own, readable by the user of this process alone,
    in a new directory.
    """

    def __init__(self) -> None:
        self._folder = pathlib.Path(
            tempfile.mkdtemp(prefix='nova-powervm-sim-'))
        self._files: dict[str, pathlib.Path] = {}

    def logon(self) -> pathlib.Path:
        """Make a token.

        :returns: the file that holds it.
        """
        token = secrets.token_urlsafe(64)
        path = self._folder / secrets.token_hex(16)
        # O_EXCL and the mode from the start: nobody else ever sees it.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, 'w') as file:
            file.write(token)
        self._files[token] = path
        return path

    def logoff(self, token: str) -> None:
        """Forget a token."""
        path = self._files.pop(token, None)
        if path is not None:
            path.unlink(missing_ok=True)

    def valid(self, token: str | None) -> bool:
        """Whether a client that shows this token is logged on."""
        return token in self._files

    def clear(self) -> None:
        """Forget all tokens."""
        for token in tuple(self._files):
            self.logoff(token)

    def close(self) -> None:
        """Remove the directory; all tokens are void."""
        self._files.clear()
        shutil.rmtree(self._folder, ignore_errors=True)


def check_request(body: bytes) -> None:
    """See that a logon asks for what the simulator has.

    :raises errors.RestError: it is no logon request, or it brings a password
        instead of asking for a token file.
    """
    try:
        root = atom.parse(body)
    except ValueError as exc:
        raise errors.RestError(400, str(exc)) from exc
    if root.tag != '{%s}LogonRequest' % atom.WEB_NS:
        raise errors.RestError(400, 'A LogonRequest is expected.')
    wanted = root.findtext('{%s}GenerateX-API-SessionFile' % atom.WEB_NS, '')
    if wanted.strip().lower() != 'true':
        raise errors.RestError(
            401, 'Only file-based authentication is simulated.')


def response(path: pathlib.Path) -> etree._Element:
    """The answer to a logon."""
    return atom.document('LogonResponse', [
        atom.Row('X-API-SessionFile', 'ROR', str(path))],
        namespace=atom.WEB_NS)
