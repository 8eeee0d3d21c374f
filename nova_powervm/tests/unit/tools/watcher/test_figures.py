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

"""Costs of builds."""

import ddt
import mock

from nova_powervm.tests import base
from nova_powervm.tests.unit.tools.watcher import fakes
from tools.watcher import figures
from tools.watcher import models
from tools.watcher import stock


def build(hosts=2, seconds=1.0, calls=None, servers=40):
    return stock.Build(
        models.View({i: {} for i in range(servers)},
                    {'cmp%d' % i: {} for i in range(hosts)}), seconds,
        7 + 4 * hosts if calls is None else calls)


@ddt.ddt
class FiguresTestCase(base.TestCase):

    def check(self, cloud=None, host=None):
        return [(found.first, found.second) for found in figures.check(
            [figures.Figure(40, cloud or build(), host or build(1))], 2)]

    def test_within(self):
        self.assertEqual([], self.check())

    @ddt.named_data(
        ('cloud', {'cloud': build(calls=16)}, (15, 16)),
        ('host', {'host': build(1, calls=12)}, (11, 12)),
        ('server', {'cloud': build(servers=39)}, (40, 39)),
        # As without an inventory of disks.
        ('unseen', {'cloud': build(0)}, (2, 0)),
        ('scope', {'host': build(2, calls=11)}, (1, 2)))
    @ddt.unpack
    def test_not_as_expected(self, builds, expected):
        self.assertEqual([expected], self.check(**builds))

    def test_measure(self):
        host = fakes.host('cmp1')
        view = models.view(fakes.Model(
            [host], [(fakes.server('a'), host), (fakes.server('b'), host)]))
        watcher = mock.create_autospec(stock.Watcher, instance=True)
        watcher.build.side_effect = [
            stock.Build(view, seconds, calls)
            for seconds, calls in ((9.0, 15), (1.0, 16), (2.0, 15),
                                   (0.3, 11), (0.2, 11), (0.1, 11))]
        found = figures.measure(watcher, 2)
        self.assertEqual((2, 2.0, 16, 0.2, 11), (
            found.servers, found.cloud.seconds, found.cloud.calls,
            found.host.seconds, found.host.calls))

    def test_missing_servers_are_booted(self):
        stage = mock.Mock(spec_set=('boot', 'count'))
        stage.count.side_effect = [4, 10, 10, 10, 40, 40]
        watcher = mock.create_autospec(stock.Watcher, instance=True)
        watcher.build.return_value = build()
        told = []
        found = figures.measure_each((10, 10, 40), stage, watcher,
                                     told.append)
        self.assertEqual([mock.call(6)], stage.boot.mock_calls)
        self.assertEqual((found, 3), (told, len(found)))
