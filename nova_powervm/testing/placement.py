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

"""placement in process, not asked for the same thing twice."""

from collections.abc import Callable
import threading
from typing import Any

from nova.tests.functional import fixtures as func_fixtures


class CachedPlacement(func_fixtures.PlacementFixture):
    """nova's placement fixture with a cache of what it answered.

    For each server that it builds, nova-compute reads the allocations of
    every server of its host, one request each: with 200 servers that would
    take most of its time. All requests of the process pass
    through here, and a request to change something drops the whole cache, so
    that nova never gets an answer that placement would not give. Thread-safe.
    """

    def setUp(self) -> None:
        """Bring placement up."""
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, str | None], Any] = {}
        self._changes = 0
        super().setUp()

    def _fake_get(self, client: Any, url: str, version: str | None = None,
                  global_request_id: str | None = None) -> Any:
        key = url, version
        with self._lock:
            answer = self._answers.get(key)
            changes = self._changes
        if answer is None:
            answer = super()._fake_get(client, url, version,
                                       global_request_id)
            with self._lock:
                # Not if the answer may be older than a change.
                if changes == self._changes:
                    self._answers[key] = answer
        return answer

    def _fake_post(self, *args: Any, **kwargs: Any) -> Any:
        return self._change(super()._fake_post, *args, **kwargs)

    def _fake_put(self, *args: Any, **kwargs: Any) -> Any:
        return self._change(super()._fake_put, *args, **kwargs)

    def _fake_delete(self, *args: Any, **kwargs: Any) -> Any:
        return self._change(super()._fake_delete, *args, **kwargs)

    def _change(self, request: Callable[..., Any], *args: Any,
                **kwargs: Any) -> Any:
        try:
            return request(*args, **kwargs)
        finally:
            with self._lock:
                self._changes += 1
                self._answers.clear()
