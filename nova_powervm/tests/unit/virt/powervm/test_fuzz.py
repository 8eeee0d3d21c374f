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

"""Whatever NovaLink sends or answers: nothing breaks, nothing is lost.

The examples are the same in each run. For a long run with others, set
``FUZZ_EXAMPLES`` to their number.
"""

import os

import hypothesis
from hypothesis import strategies
from lxml import etree
import mock
from oslo_serialization import jsonutils
from pypowervm import adapter as pvm_adapter
from pypowervm import const
from pypowervm.wrappers import event as pvm_event

from nova_powervm.tests.unit.virt.powervm import world

_EXAMPLES = int(os.environ.get('FUZZ_EXAMPLES', '0'))
_SETTINGS = hypothesis.settings(
    max_examples=_EXAMPLES or 150, derandomize=not _EXAMPLES, deadline=None,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck))

_UUID = '1F7E52D3-5F50-4B0E-9D0C-51C5F3C3A9D1'
_TYPES = ('MODIFY_URI', 'INVALID_URI', 'HIDDEN_URI', 'VISIBLE_URI', 'ADD_URI',
          'CUSTOM_CLIENT_EVENT', 'NEW_CLIENT', 'CACHE_CLEARED',
          'MISSING_EVENTS')

# What XML can hold; the rest cannot come from a service.
_text = strategies.text(
    strategies.characters(codec='utf-8', exclude_categories=('Cc', 'Cs'),
                          exclude_characters='\ufffe\uffff'), max_size=40)
_etype = strategies.one_of(strategies.none(), strategies.sampled_from(_TYPES),
                           _text)
_data = strategies.one_of(
    strategies.none(), _text,
    strategies.builds(lambda tail: world.URI + tail, _text),
    strategies.builds(lambda tail: world.URI + _UUID + tail, _text),
    strategies.just('/rest/api/uom/LogicalPartition/' + _UUID))
_detail = strategies.one_of(
    strategies.none(), _text,
    strategies.lists(strategies.sampled_from(
        ('PartitionState', 'NVRAM', 'Other', '', ' ')), max_size=5).map(
            ','.join),
    strategies.just('PartitionState,' + 'x' * 100_000))
_event = strategies.tuples(_data, _detail, _etype)
_hostile = strategies.sampled_from((
    None, 7, b'MODIFY_URI', object(), [], {},
    mock.Mock(etype=b'MODIFY_URI', data=b'\xff', detail=b'PartitionState'),
    mock.Mock(etype='MODIFY_URI', data=5, detail=object()),
    mock.Mock(spec=[])))

_json = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers()
    | strategies.floats(allow_nan=False) | _text | strategies.sampled_from(
        ('running', 'Unknown', 'RUNNING', 'shutting down')),
    lambda inner: strategies.lists(inner, max_size=4)
    | strategies.dictionaries(
        strategies.sampled_from(('UUID', 'PartitionState', 'x')), inner),
    max_leaves=12)


def atom_feed(entries):
    """Return an Atom feed of events as bytes."""
    feed = etree.Element('{%s}feed' % const.ATOM_NS)
    for data, detail, etype in entries:
        entry = etree.SubElement(feed, '{%s}entry' % const.ATOM_NS)
        content = etree.SubElement(entry, '{%s}content' % const.ATOM_NS)
        event = etree.SubElement(content, '{%s}Event' % const.UOM_NS)
        for tag, text in (('EventType', etype), ('EventData', data),
                          ('EventDetail', detail)):
            if text is not None:
                etree.SubElement(
                    event, '{%s}%s' % (const.UOM_NS, tag)).text = text
    return etree.tostring(feed)


class TestFuzz(world.World):

    def begin_example(self, **adding):
        """Begin an example with a module and one LPAR of its own."""
        self.handler.stop()
        self.lpars.clear()
        self.nova.instances.clear()
        self.adapter.answers.clear()
        self.handler = self.make_handler()
        return self.add(**adding)

    def look_at_all(self):
        # Long enough for a resync, a repeated look and a retry.
        for _ in range(6):
            self.advance(world.DELAY)
        self.assertEqual(0, self.count('errors'))

    @hypothesis.given(
        strategies.lists(_event, max_size=6), strategies.lists(_event),
        strategies.lists(_hostile, max_size=3))
    @_SETTINGS
    def test_events(self, before, after, hostile):
        lpar = self.begin_example(state='not activated')
        events = [world.make_event(*fields) for fields in before] + hostile
        events.append(world.make_event(world.URI + lpar))
        events += [world.make_event(*fields) for fields in after]
        self.handler.process(events)
        self.assertEqual(len(events), self.count('events'))
        self.look_at_all()
        self.assertEmitted((lpar, world.SHUTDOWN))

    @hypothesis.given(strategies.lists(_event, max_size=8))
    @_SETTINGS
    def test_feeds(self, entries):
        lpar = self.begin_example(state='not activated')
        entries.insert(len(entries) // 2, (
            world.URI + lpar, 'PartitionState,Other', 'MODIFY_URI'))
        response = pvm_adapter.Response(
            'GET', '/rest/api/uom/Event', 200, 'OK', {},
            body=atom_feed(entries).decode())
        response.adapter = None
        response._unmarshal_atom()
        self.handler.process(pvm_event.Event.wrap(response))
        self.look_at_all()
        self.assertEmitted((lpar, world.SHUTDOWN))

    @hypothesis.given(_json | _text,
                      strategies.sampled_from((jsonutils.dumps, str)))
    @_SETTINGS
    def test_state_of_one(self, answer, encode):
        # Unless it is the very word, it never stops a server.
        hypothesis.assume(not isinstance(answer, str) or answer.lower() not in
                          ('not activated', 'error', 'migrating not active'))
        lpar = self.begin_example()
        self.adapter.answers[lpar] = encode(answer)
        self.send(lpar)
        self.look_at_all()
        self.assertNotIn(world.SHUTDOWN, [what for _, what in self.emitted])
        # And when it makes sense again, nova learns what it should.
        self.adapter.answers.clear()
        self.lpars[lpar] = 'not activated'
        self.send(lpar)
        self.look_at_all()
        self.assertEqual((self.instance(lpar).uuid, world.SHUTDOWN),
                         self.emitted[-1])

    @hypothesis.given(_json)
    @_SETTINGS
    def test_states_that_are_none(self, answer):
        # What is neither a word nor null is retried, whatever it is.
        hypothesis.assume(not isinstance(answer, str | None))
        lpar = self.begin_example()
        self.adapter.answers[lpar] = jsonutils.dumps(answer)
        self.send(lpar)
        self.advance(world.DELAY)
        self.assertEqual([1, 0], [
            self.count('retry'), self.count('transient')])
        self.assertEqual([], self.nova.lookups)

    @hypothesis.given(_json | _text)
    @_SETTINGS
    def test_listing(self, answer):
        body = answer if isinstance(answer, str) else jsonutils.dumps(answer)
        lpars = [self.begin_example(), *self.add_many(5)]
        self.adapter.answers['All'] = body
        self.send(*lpars)
        self.handler.resync()
        self.look_at_all()
        self.assertEqual([], self.emitted)
        self.lpars[lpars[0]] = 'not activated'
        self.send(*lpars)
        self.look_at_all()
        self.assertEmitted((lpars[0], world.SHUTDOWN))
