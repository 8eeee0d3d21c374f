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

"""Values that can be typed, and those that are refused."""

import argparse
import asyncio

import ddt
import mock
from pypowervm.wrappers import base_partition
import testtools

from nova_powervm.sim.ctl import values
from nova_powervm.sim import rest
from nova_powervm.sim import settings
from nova_powervm.testing import argument_types


@ddt.ddt
class TestValues(testtools.TestCase):

    @ddt.named_data(
        ('hyphens', 'not-activated', 'not activated'),
        ('blanks', 'open firmware', 'open firmware'),
        ('capitals', 'RUNNING', 'running'),
        ('its_own_capital', 'unknown', 'Unknown'))
    def test_state(self, text, expected):
        self.assertEqual(expected, values.state(text))

    def test_states_are_pypowervms(self):
        self.assertEqual(
            {value for name, value in vars(base_partition.LPARState).items()
             if name.isupper() and isinstance(value, str)},
            set(values.STATES))

    def test_kinds_are_the_simulators(self):
        async def kinds():
            io = mock.Mock()
            io.host.config = settings.Settings()
            service = rest.RestService(io, mock.Mock(), mock.Mock())
            app = mock.MagicMock()
            # A route of its own for each kind, as aiohttp makes them.
            app.router.add_route.side_effect = lambda *_: object()
            service.add_to(app)
            return set(service._kinds.values())

        self.assertEqual(asyncio.run(kinds()), set(values.REQUEST_KINDS))

    @ddt.named_data(
        ('integer_word', argument_types.integer(), 'x'),
        ('integer_minus', argument_types.integer(), '-1'),
        ('integer_fraction', argument_types.integer(), '1.5'),
        ('integer_other_digits', argument_types.integer(), '\u0663'),
        ('integer_endless', argument_types.integer(), '9' * 5000),
        ('too_small', argument_types.integer(1), '0'),
        ('port', values.port, '65536'),
        ('seconds_word', values.seconds, 'x'),
        ('seconds_0', values.seconds, '0'),
        ('seconds_nan', values.seconds, 'nan'),
        ('seconds_inf', values.seconds, 'inf'),
        ('duration_minus', values.duration, '-1'),
        ('share_0', values.share, '0'),
        ('share_too_large', values.share, '1.1'),
        ('units', values.units, '0.01'),
        ('state', values.state, 'asleep'),
        ('name_empty', values.name, ' '),
        ('name_of_two_lines', values.name, 'a\nb'))
    def test_refused(self, read, text):
        refused = self.assertRaises(argparse.ArgumentTypeError, read, text)
        self.assertIn(repr(text), str(refused))

    @ddt.named_data(
        ('integer', argument_types.integer(1), '1', 1),
        ('port', values.port, '65535', 65535),
        ('seconds', values.seconds, '0.5', 0.5),
        ('duration', values.duration, '0', 0),
        ('share', values.share, '1', 1),
        ('units', values.units, '0.05', 0.05))
    def test_bounds_are_allowed(self, read, text, expected):
        self.assertEqual(expected, read(text))
