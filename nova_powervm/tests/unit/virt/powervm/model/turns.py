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

"""Threads that only ever run when a test says so."""

import threading


class Turns:
    """Work that runs by turns with the test."""

    def __init__(self, work):
        self._work = work
        self._mine = threading.Semaphore(0)
        self._yours = threading.Semaphore(0)
        self.done = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def go_on(self):
        """Let the work go on until it waits or ends."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._mine.release()
        self._yours.acquire()
        if self.done:
            self._thread.join()

    def wait(self):
        """Wait for the next turn; for the work itself."""
        self._yours.release()
        self._mine.acquire()

    def _run(self):
        try:
            self._work()
        finally:
            self.done = True
            self._yours.release()


class Stage:
    """Runs work to its end, or leaves it unfinished at some place.

    :ivar place: where the next work that gets there stays unfinished.
    """

    def __init__(self):
        self.place = None
        self._turn = None

    def run(self, work):
        """Run work; return it if it stays unfinished."""
        if self.place is None:
            work()
            return None
        turns = Turns(work)
        self.go_on(turns)
        return None if turns.done else turns

    def go_on(self, turns):
        """Let unfinished work go on."""
        self._turn = turns
        turns.go_on()
        self._turn = None

    def pause(self, place):
        """Stay unfinished here, if the test says so; for the work itself."""
        if self.place == place and self._turn is not None:
            self.place = None
            self._turn.wait()
