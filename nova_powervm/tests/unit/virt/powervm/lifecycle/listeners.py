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

"""Event listeners for tests: pypowervm's own, without its polls."""

import fixtures
import mock
from pypowervm import adapter as pvm_adapter

_NAME = pvm_adapter.__name__ + '.'


class Handler(pvm_adapter.WrapperEventHandler):
    """Does nothing with the events."""

    def process(self, events):
        """Do nothing."""


def make_session(listener=None, **attributes):
    """Return a stand-in for a session; without a listener it has none yet."""
    session = mock.Mock(
        spec=pvm_adapter.Session, has_event_listener=listener is not None,
        **{'lost': False, 'interruptions': 0, 'polls_fail': False,
           **attributes})
    session.get_event_listener.return_value = listener
    return session


class Listener(pvm_adapter._EventListener):
    """pypowervm's listener; its poll threads never run.

    :ivar calls: who left and came back, in order.
    :ivar when_empty: called once when the last handler has left.
    :ivar threads: makes the poll threads; the start of each may be told to
        raise.
    """

    def __init__(self, test, *handlers):
        self.threads = test.useFixture(patch('_EventPollThread')).mock
        test.useFixture(patch('_EventListener._prime'))
        super().__init__(mock.Mock(
            _sessToken='token', has_event_listener=False, timeout=1200))
        self.adp = mock.Mock()
        self.calls = []
        self.when_empty = None
        for handler in handlers:
            self.subscribe(handler)
        self.calls.clear()
        self.threads.reset_mock()

    @property
    def started(self):
        """How many poll threads were started."""
        return self.threads.return_value.start.call_count

    def fail(self, error):
        """Let no thread start, or let them start again."""
        self.threads.return_value.start.side_effect = error

    def subscribe(self, handler):
        """Subscribe as pypowervm does, and note it."""
        self.calls.append(('subscribe', handler))
        super().subscribe(handler)

    def unsubscribe(self, handler):
        """Unsubscribe as pypowervm does, and note it."""
        super().unsubscribe(handler)
        self.calls.append(('unsubscribe', handler))
        if not self.handlers and self.when_empty is not None:
            when_empty, self.when_empty = self.when_empty, None
            when_empty()


def patch(name):
    """Return a fixture that replaces something of pypowervm's adapter."""
    return fixtures.MockPatch(_NAME + name)
