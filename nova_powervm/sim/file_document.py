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


"""File entries, and Files in requests of clients."""

from lxml import etree

from nova_powervm.sim import atom
from nova_powervm.sim import files
from nova_powervm.sim import reader

Field = atom.Field


def entry(file: files.File, contents_url: str) -> etree._Element:
    """Build the entry of a File.

    :param contents_url: where clients send its contents.
    """
    request = file.request
    content = atom.schema_object('File', [
        Field('Filename', 'COR', request.name),
        Field('DateModified', 'ROR', file.created),
        Field('InternetMediaType', 'COR', request.media_type),
        Field('FileUUID', 'ROR', file.uuid),
        Field('AssetLink', 'ROR', atom.Link(contents_url)),
        *([] if request.sha256 is None else [
            Field('SHA256', 'COD', request.sha256)]),
        *([] if request.expected is None else [
            Field('ExpectedFileSizeInBytes', 'COD', request.expected)]),
        Field('CurrentFileSizeInBytes', 'ROR', file.received),
        Field('FileEnumType', 'COR', request.kind),
        Field('TargetVirtualIOServerUUID', 'COR', request.vios_uuid),
        *([] if request.udid is None else [
            Field('TargetDeviceUniqueDeviceID', 'COR', request.udid)]),
    ], file.uuid, atom.WEB_NS)
    return atom.entry(content, file.uuid)


def parse(body: bytes) -> files.FileRequest:
    """Return the File in a request.

    :raises errors.RestError: if it is malformed.
    """
    with reader.malformed_is_refused():
        root = reader.parse(body, 'File')
        kind = root.text('FileEnumType')
        if kind not in (files.DISK_IMAGE, files.MEDIA_ISO):
            raise ValueError(f'FileEnumType: {kind!r} is not simulated.')
        return files.FileRequest(
            name=root.text('Filename'),
            media_type=root.text('InternetMediaType'), kind=kind,
            vios_uuid=root.text('TargetVirtualIOServerUUID'),
            expected=root.integer('ExpectedFileSizeInBytes')
            if root.has('ExpectedFileSizeInBytes') else None,
            udid=root.text('TargetDeviceUniqueDeviceID')
            if kind == files.DISK_IMAGE else None,
            sha256=root.text('SHA256', '') or None)
