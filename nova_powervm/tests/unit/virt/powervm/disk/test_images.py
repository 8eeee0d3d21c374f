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

"""Streams of images, and the sizes of their disks."""

import hashlib
import struct

import ddt
from nova import exception
from nova import objects

from nova_powervm.tests import base
from nova_powervm.virt.powervm.disk import images

DATA = bytes(range(256)) * 1024
QCOW2 = b'QFI\xfb\0\0\0\3' + bytes(1 << 17)
GB = 1 << 30


def partition_table():
    """Return a disk with one partition in its master boot record."""
    entry = struct.pack('<B3BB3BII', 0x80, 0, 2, 0, 0x41, 0, 0, 0, 1, 64)
    return bytes(446) + entry + bytes(48) + b'\x55\xaa' + bytes(1 << 17)


def sha512(data):
    return {'os_hash_algo': 'sha512',
            'os_hash_value': hashlib.sha512(data).hexdigest()}


def open_stream(*chunks, size=None, **attrs):
    return images.Stream(
        {'id': 'image', 'properties': {},
         'size': sum(map(len, chunks)) if size is None else size, **attrs},
        iter(chunks))


@ddt.ddt
class FormatTestCase(base.TestCase):

    @ddt.named_data(
        ('one_chunk', [DATA]),
        ('small_chunks', [DATA[:1], DATA[1:700], DATA[700:]]),
        ('empty_chunks', [b'', DATA[:9], b'', DATA[9:], b'']),
        ('shorter_than_any_header', [b'1']),
        ('longer_than_is_inspected', [bytes(1 << 18)] * 8),
        ('partitions', [partition_table()]))
    def test_raw(self, chunks):
        stream = open_stream(*chunks)
        self.assertEqual(b''.join(chunks), b''.join(stream))
        self.assertIsNone(stream.error)

    @ddt.named_data(
        ('qcow2', [QCOW2]),
        ('qcow2_in_pieces', [b'Q', b'FI', b'\xfb\0\0\0\3' + DATA]),
        ('two_formats', [QCOW2[:8] + partition_table()[8:]]),
        ('vmdk', [b'KDMV\1\0\0\0' + bytes(1 << 17)]),
        ('iso', [bytes(0x8000) + b'\1CD001\1\0' + bytes(1 << 17)]),
        ('vdi', [bytes(64) + b'\x7f\x10\xda\xbe' + bytes(1 << 17)]),
        ('luks', [b'LUKS\xba\xbe\0\1' + bytes(1 << 17)]))
    def test_others(self, chunks):
        self.assertRaises(exception.ImageUnacceptable, open_stream, *chunks)

    def test_the_rest_is_not_read(self):
        read = []

        def chunks():
            for _ in range(64):
                read.append(1 << 16)
                yield bytes(1 << 16)

        images.Stream({'id': 'image', 'size': 1 << 22}, chunks())
        self.assertEqual(1 << 20, sum(read))


@ddt.ddt
class ContentsTestCase(base.TestCase):

    def test_size(self):
        self.assertEqual(len(DATA), open_stream(DATA).size)

    @ddt.named_data(
        ('fewer', [DATA], len(DATA) + 1), ('none', [], 1),
        ('more', [DATA, b'1'], len(DATA)), ('unknown', [DATA], None))
    @ddt.unpack
    def test_another_size(self, chunks, size):
        stream = images.Stream({'id': 'image', 'size': size}, iter(chunks))
        sent = []
        e = self.assertRaises(exception.ImageUnacceptable, sent.extend,
                              stream)
        self.assertIs(e, stream.error)
        self.assertLessEqual(sum(map(len, sent)), stream.size)

    @ddt.named_data(
        ('sha512', sha512(DATA)), ('property', {'properties': sha512(DATA)}),
        ('md5_only', {'checksum': hashlib.md5(
            DATA, usedforsecurity=False).hexdigest()}),
        ('the_better_one', {**sha512(DATA), 'checksum': '0' * 32}),
        ('none', {}), ('null', {'checksum': None, 'os_hash_algo': None,
                                'os_hash_value': None}),
        ('unknown_algorithm', {'os_hash_algo': 'new', 'os_hash_value': '1'}))
    def test_right(self, attrs):
        stream = open_stream(DATA, **attrs)
        self.assertEqual(DATA, b''.join(stream))

    @ddt.named_data(
        ('sha512', sha512(b'other')),
        ('property', {'properties': sha512(b'other')}),
        ('md5_only', {'checksum': '0' * 32}),
        ('unknown_and_md5', {'os_hash_algo': 'new', 'os_hash_value': '1',
                             'checksum': '0' * 32}))
    def test_another_hash(self, attrs):
        stream = open_stream(DATA, **attrs)
        e = self.assertRaises(exception.ImageUnacceptable, list, stream)
        self.assertIs(e, stream.error)

    def test_glance_fails(self):
        def chunks():
            yield bytes(1 << 20)
            raise OSError('corrupted')

        stream = images.Stream({'id': 'image', 'size': 1 << 21}, chunks())
        self.assertRaises(OSError, list, stream)
        self.assertIsNone(stream.error)


@ddt.ddt
class DiskTestCase(base.TestCase):

    def disk_gb(self, size, root_gb, disk_format='raw'):
        instance = base.make_instance(self.context)
        instance.flavor.root_gb = root_gb
        return images.disk_gb(instance, objects.ImageMeta.from_dict(
            {'id': 'image', 'size': size, 'disk_format': disk_format}))

    @ddt.named_data(
        ('the_flavors', GB, 3, 3), ('fits_exactly', 3 * GB, 3, 3),
        ('the_images', GB, 0, 1), ('rounded_up', GB + 1, 0, 2),
        ('one_byte', 1, 0, 1))
    @ddt.unpack
    def test_size(self, size, root_gb, expected):
        self.assertEqual(expected, self.disk_gb(size, root_gb))

    def test_too_large(self):
        self.assertRaises(exception.FlavorDiskSmallerThanImage,
                          self.disk_gb, GB + 1, 1)

    @ddt.data(0, None)
    def test_empty(self, size):
        self.assertRaises(exception.ImageUnacceptable, self.disk_gb, size, 1)

    @ddt.data('qcow2', 'iso', None)
    def test_said_to_be_another_format(self, disk_format):
        self.assertRaises(exception.ImageUnacceptable, self.disk_gb, 1, 1,
                          disk_format)
