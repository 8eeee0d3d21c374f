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

"""nova registers no listener for lifecycle events.

``[workarounds] handle_virt_lifecycle_events`` is false then.
"""

import logging

import ddt
from nova.conf import workarounds

from nova_powervm.tests.unit.virt.powervm import world
from nova_powervm.virt.powervm.lifecycle import messages


class MutedWorld(world.World):

    handles_events = False

    def make_conf(self, **options):
        conf = super().make_conf(**options)
        workarounds.register_opts(conf)
        conf.set_override('handle_virt_lifecycle_events',
                          self.handles_events, group='workarounds')
        return conf

    def setUp(self):
        super().setUp()
        self.driver.register_event_listener(None)


@ddt.ddt
class TestMuted(MutedWorld):

    def test_said_once(self):
        # At the beginning, and never again.
        self.assertLogged(messages.MUTED, 0)
        self.handler = self.start_handler()
        self.assertLogged(messages.MUTED)
        self.look(*self.add_many(3, 'not activated'))
        self.wait(1000)
        self.assertLogged(messages.MUTED)

    @ddt.data('events', 'resync', 'lost events')
    def test_nothing_is_compared(self, what):
        lpars = self.add_many(100, 'not activated')
        {'events': lambda: self.send(*lpars),
         'resync': self.handler.resync,
         'lost events': self.lose_events}[what]()
        self.wait(1000)
        self.assertEqual([], self.adapter.reads)
        self.assertEqual([], self.nova.contexts)
        self.assertEqual([0, 0, 0], [
            self.count('emitted'), self.count('batches'),
            self.count('scheduled')])
        self.assertEqual([], self.logs.templates(logging.INFO))

    def test_nvram_is_stored(self):
        store = self.add_store()
        lpar = self.add('not activated')
        self.look(lpar, detail='NVRAM,PartitionState')
        store.assert_called_once_with(
            self.instance(lpar).uuid)
        self.wait(1000)
        self.assertEqual(0, self.count('emitted'))

    def test_polls_are_watched(self):
        listener = self.driver.session.get_event_listener()
        listener.subscribe(self.handler)
        listener.deliver()
        self.wait(70)
        self.assertLogged(messages.POLLS_SILENT)


class TestNotMuted(MutedWorld):

    handles_events = True

    def test_said(self):
        self.handler = self.start_handler()
        self.assertLogged(messages.MUTED, 0)

    def test_compared(self):
        self.driver.register_event_listener(self.nova.handle_events)
        lpar = self.add('not activated')
        self.look(lpar)
        self.assertEmitted((lpar, world.SHUTDOWN))
