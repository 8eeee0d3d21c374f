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

"""What pypowervm logs of REST exchanges that failed.

Its log helper dumps the last requests and responses of a thread at INFO when
an exchange fails.
"""

from collections.abc import Callable
from typing import Any

from pypowervm import exceptions as pvm_exc
from pypowervm.helpers import log_helper

_Request = Callable[..., Any]


def log_failed_changes(request: _Request) -> _Request:
    """Wrap what changes something in pypowervm's log helper.

    A helper for adapters. Reads are left out: their error says enough, and
    while NovaLink is away they fail all the time. So is a 404: "there is no
    such LPAR" is an answer like others. Thread-safe.

    :param request: sends a request, given its method first; raises
        ``pypowervm.exceptions.Error``.
    """
    def send(method: str, *args: Any, **kwargs: Any) -> Any:
        if method == 'GET':
            return request(method, *args, **kwargs)
        missing: list[pvm_exc.HttpNotFound] = []

        def answered(*args: Any, **kwargs: Any) -> Any:
            try:
                return request(*args, **kwargs)
            except pvm_exc.HttpNotFound as e:
                missing.append(e)
                return e.response

        response = log_helper.log_helper(answered)(method, *args, **kwargs)
        if missing:
            raise missing[0]
        return response

    return send
