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


"""Streams of test results, as stestr writes them."""

import datetime
import io

import subunit

_BEGIN = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)


class Stream:
    """A subunit stream of tests that are added one by one."""

    def __init__(self):
        self._bytes = io.BytesIO()
        self._result = subunit.StreamResultToBytes(self._bytes)

    def status(self, name, status, seconds=0.0, **details):
        self._result.status(
            test_id=name, test_status=status,
            timestamp=_BEGIN + datetime.timedelta(seconds=seconds), **details)

    def test(self, name, status, seconds=1.0, **details):
        """Add a test that began and ended; details are texts by name."""
        self.status(name, 'exists')
        self.status(name, 'inprogress')
        for key, text in details.items():
            self.status(name, None, file_name=key,
                        file_bytes=text.encode(), eof=True,
                        mime_type='text/plain; charset=utf8')
        self.status(name, status, seconds)

    def open(self):
        """Return the stream, to be read."""
        return io.BytesIO(self._bytes.getvalue())
