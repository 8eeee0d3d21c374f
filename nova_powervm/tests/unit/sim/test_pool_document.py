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

import ddt
from pypowervm.wrappers import shared_proc_pool

from nova_powervm.sim import atom
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import pool_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import captured
from nova_powervm.tests.unit.sim import fakes

DEFAULT, FIRST = pool_document.POOLS[:2]


@ddt.ddt
class PoolDocumentTestCase(base.DocumentTestCase):

    def setUp(self):
        super().setUp()
        self.host = fakes.make_host()
        self.host.create(lpar_mod.Config(name='default'))
        self.lpar = self.host.create(lpar_mod.Config(
            name='first', processors=lpar_mod.Processors(pool_id=1)))
        self.host.create(lpar_mod.Config(
            name='dedicated', processors=lpar_mod.Processors(
                dedicated=True, pool_id=1)))

    def entry(self, pool):
        return pool_document.entry(pool, self.host, base.API)

    @ddt.data(*pool_document.POOLS)
    def test_like_captured(self, pool):
        self.assertEqual([], captured.differences(
            self.entry(pool).find('{*}content')[0],
            captured.schema_objects(captured.load('shrprocpool.txt'))))

    def test_pypowervm_reads_them(self):
        pools = shared_proc_pool.SharedProcPool.wrap(self.response(atom.feed(
            base.API, [self.entry(pool) for pool in pool_document.POOLS])))
        self.assertEqual(
            [(0, 'DefaultPool', True), (1, 'SharedPool01', False),
             (2, 'SharedPool02', False), (3, 'SharedPool03', False)],
            [(pool.id, pool.name, pool.is_default) for pool in pools])
        self.assertEqual(4, len({pool.uuid for pool in pools}))

    def test_members(self):
        links = self.entry(FIRST).findall('.//{*}AssignedPartitions/{*}link')
        self.assertEqual([self.host.lpar_url(self.lpar)],
                         [link.get('href') for link in links])

    def test_default_pool_has_no_limits(self):
        self.assertIsNone(self.entry(DEFAULT).find(
            './/{*}MaximumProcessingUnits'))
