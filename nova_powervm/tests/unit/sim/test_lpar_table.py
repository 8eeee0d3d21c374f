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

import uuid

import ddt
import mock

from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_table
from nova_powervm.tests.unit.sim import base

HIGH_BIT = '8E6FC741-6253-4B69-B88B-8A44BED92145'

INVALID_CONFIGS = ddt.named_data(
    ('no_name', {'name': ''}),
    ('long_name', {'name': 'n' * 32}),
    ('type', {'lpar_type': 'VIOS'}),
    ('no_memory', {'memory': lpar_mod.Memory(0, 0, 0)}),
    ('desired_memory', {'memory': lpar_mod.Memory(1024, 2048, 4096)}),
    ('processors', {'processors': lpar_mod.Processors(desired=5)}),
    ('units', {'processors': lpar_mod.Processors(units=0.2)}),
    ('pool', {'processors': lpar_mod.Processors(pool_id=4)}),
    ('compat_mode', {'compat_mode': 'POWER7'}))


class TableTestCase(base.SimTestCase):

    def setUp(self):
        super().setUp()
        self.table = lpar_table.LparTable()

    def add(self, name='one', **attrs):
        return self.table.add(lpar_mod.Config(name=name, **attrs))


@ddt.ddt
class AddTestCase(TableTestCase):

    @ddt.named_data(('from_set', HIGH_BIT, '0' + HIGH_BIT[1:]),
                    ('from_clear', base.UUID, base.UUID))
    def test_new_uuid_has_its_first_bit_clear(self, random_uuid, expected):
        with mock.patch.object(uuid, 'uuid4',
                               return_value=uuid.UUID(random_uuid)):
            lpar = self.add()
        self.assertEqual(expected, lpar.uuid)

    def test_uuid_becomes_upper_case(self):
        lpar = self.add(uuid=base.UUID.lower())
        self.assertEqual(base.UUID, lpar.uuid)
        self.assertIs(lpar, self.table.get(base.UUID.lower()))

    @ddt.named_data(('first_bit_set', HIGH_BIT), ('not_a_uuid', 'one'))
    def test_invalid_uuid(self, value):
        self.assertRefused(400, self.add, uuid=value)

    def test_name_is_taken(self):
        self.add(name='one')
        self.assertRefused(409, self.add, name='one')

    def test_uuid_is_taken(self):
        self.add(name='one', uuid=base.UUID)
        self.assertRefused(409, self.add, name='two', uuid=base.UUID.lower())
        # The refused LPAR did not take the name.
        self.add(name='two')

    def test_id_is_taken(self):
        lpar_id = self.add(name='one').lpar_id
        self.assertRefused(409, self.add, name='two', lpar_id=lpar_id)

    def test_skips_ids_that_are_taken(self):
        self.add(name='one', lpar_id=2)
        self.assertEqual([1, 3], [self.add(name='two').lpar_id,
                                  self.add(name='three').lpar_id])

    @INVALID_CONFIGS
    def test_invalid_config(self, attrs):
        self.assertRefused(400, self.add, **attrs)

    def test_dedicated_processors_need_no_units(self):
        self.add(processors=lpar_mod.Processors(
            dedicated=True, desired=2, minimum=1, maximum=4, units=9))


@ddt.ddt
class ReplaceConfigTestCase(TableTestCase):

    def _replace(self, lpar, name='one', **attrs):
        self.table.replace_config(lpar, lpar_mod.Config(name=name, **attrs))

    def test_keeps_type_and_rmc(self):
        lpar = self.add(lpar_type='OS400', rmc=True)
        self._replace(lpar, memory=lpar_mod.Memory(2048, 1024, 4096))
        self.assertEqual(
            ('OS400', True, 2048),
            (lpar.config.lpar_type, lpar.config.rmc,
             lpar.config.memory.desired))

    def test_rename(self):
        lpar = self.add(name='one')
        self._replace(lpar, name='two')
        self.add(name='one')
        self.assertRefused(409, self.add, name='two')

    def test_name_is_taken(self):
        lpar = self.add(name='one')
        self.add(name='two')
        self.assertRefused(409, self._replace, lpar, name='two')
        self.assertEqual('one', lpar.name)

    @INVALID_CONFIGS
    def test_invalid_config_changes_nothing(self, attrs):
        lpar = self.add()
        config = lpar.config
        self.assertRefused(400, self._replace, lpar, **attrs)
        self.assertIs(config, lpar.config)


class RemoveTestCase(TableTestCase):

    def test_frees_name_uuid_and_id(self):
        lpar = self.add()
        self.table.remove(lpar)
        self.assertRefused(404, self.table.get, lpar.uuid)
        self.assertEqual([], list(self.table))
        self.add(uuid=lpar.uuid, lpar_id=lpar.lpar_id)
