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


"""Entries of errors."""

import http
import uuid

from lxml import etree

from nova_powervm.sim import atom


def entry(status: int, path: str, message: str) -> etree._Element:
    """Build the entry of an error."""
    reason = http.HTTPStatus(status).phrase
    content = atom.schema_object('HttpErrorResponse', [
        atom.Field('HTTPStatus', 'ROR', status),
        atom.Field('RequestURI', 'ROR', path),
        atom.Field('ReasonCode', 'ROR', reason),
        atom.Field('Message', 'ROO', message),
        atom.Field('RequestBody', 'ROO', ''),
        atom.Field('RequestHeaders', 'ROO', ''),
    ], namespace=atom.WEB_NS)
    return atom.entry(content, str(uuid.uuid4()))
