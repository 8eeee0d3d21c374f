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

"""NovaLink in the host's process: it answers what the modules read.

The controller is what is measured, so a read takes no time here. Nothing of
``nova_powervm`` is imported: that may be the one of 9.0.0.
"""

from collections.abc import Iterable
import json
from typing import Any

from pypowervm import adapter as pvm_adapter
from pypowervm import entities
from pypowervm.wrappers import base_partition
from pypowervm.wrappers import event as pvm_event

State = base_partition.LPARState

_PATH = '/rest/api/uom/LogicalPartition'


class Adapter:
    """Stands for pypowervm's adapter. Thread-safe.

    It knows the quick property ``PartitionState`` of an LPAR, which both
    modules read, and ``quick/All``, which ours reads for more than a few.

    :ivar states: PartitionStates by upper-case LPAR uuid.

    :param lpars: uuids of LPARs, which run.
    """

    helpers = ()

    def __init__(self, lpars: Iterable[str]) -> None:
        self.states = dict.fromkeys(lpars, State.RUNNING)

    def switch(self, state: str) -> None:
        """Let all LPARs have a state."""
        self.states = dict.fromkeys(self.states, state)

    def read(self, root_type: str, root_id: str | None = None,
             suffix_type: str | None = None, suffix_parm: str | None = None,
             **kwargs: Any) -> Any:
        """Answer as ``pypowervm.adapter.Adapter.read`` does.

        :raises NotImplementedError: for what no module reads.
        """
        if suffix_type == 'quick' and suffix_parm == 'PartitionState':
            return _response(self.states[str(root_id)])
        if (root_id, suffix_type, suffix_parm) == (None, 'quick', 'All'):
            return _response([{'UUID': uuid, 'PartitionState': state}
                              for uuid, state in self.states.items()])
        raise NotImplementedError('read of %s/%s/%s/%s' % (
            root_type, root_id, suffix_type, suffix_parm))


def _response(body: Any) -> Any:
    return pvm_adapter.Response('GET', _PATH, 200, 'OK', {},
                                body=json.dumps(body))


def event(lpar: str) -> Any:
    """Return a real pypowervm wrapper that says that a state changed."""
    fields = {'EventType': 'MODIFY_URI', 'EventID': '1',
              'EventData': 'http://localhost:12080%s/%s' % (_PATH, lpar),
              'EventDetail': 'PartitionState'}
    return pvm_event.Event.wrap(entities.Entry({}, entities.Element(
        'Event', None, children=[
            entities.Element(name, None, text=text)
            for name, text in fields.items()]).element, None))
