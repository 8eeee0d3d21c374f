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


"""LPARs: made, changed, found and deleted."""

import ddt
from pypowervm import const
from pypowervm import exceptions as pvm_exc
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import logical_partition
from pypowervm.wrappers import managed_system

from nova_powervm.tests.functional.simulator import case

LPAR = logical_partition.LPAR
OTHER = '2F8B7F0E-5C7A-4B39-9C59-5F7D0A7F6D11'


@ddt.ddt
class LparTestCase(case.SimulatorTestCase):

    def setUp(self):
        super().setUp()
        self.pvm = self.adapter()
        self.system, = managed_system.System.get(self.pvm)

    def _build(self, **attrs):
        attrs = {'name': 'one', 'memory': 1024, 'vcpu': 2, **attrs}
        stdz = lpar_builder.DefaultStandardize(self.system)
        return lpar_builder.LPARBuilder(self.pvm, attrs, stdz)

    def _create(self, **attrs):
        return self._build(**attrs).build().create(parent=self.system)

    @ddt.named_data(('of_the_system', True), ('of_the_root', False))
    def test_create(self, of_the_system):
        lpar = self._build(name='one').build().create(
            parent=self.system if of_the_system else None)
        self.assertEqual(('one', 'not activated'), (lpar.name, lpar.state))
        same = LPAR.get(self.pvm, uuid=lpar.uuid)
        self.assertEqual(('one', lpar.etag, lpar.id),
                         (same.name, same.etag, same.id))
        self.assertEqual(1, self.control.counters()['create'])

    def test_create_with_a_uuid(self):
        lpar = self._create(uuid=case.NOBODY.lower())
        self.assertEqual(case.NOBODY, lpar.uuid)
        self.assertEqual([case.NOBODY],
                         [found['uuid'] for found in self.control.lpars()])

    @ddt.named_data(('without', False, 'inactive'), ('with', True, 'active'))
    def test_create_with_rmc_or_without(self, rmc, state):
        self.control.configure(rmc=rmc)
        lpar = self._create()
        self.control.set_state([lpar.uuid], 'running')
        self.assertEqual(state, lpar.refresh().rmc_state)

    @ddt.named_data(('name', 'one', case.NOBODY), ('uuid', 'two', OTHER))
    def test_create_what_is_there(self, name, uuid):
        self._create(uuid=OTHER)
        exc = self.assertRaises(pvm_exc.HttpError, self._create, name=name,
                                uuid=uuid)
        self.assertEqual((409, 409),
                         (exc.response.status, exc.her_wrap.status))

    def test_create_with_the_first_bit_set(self):
        lpar = self._build(uuid=case.NOBODY).build()
        # pypowervm itself would not set it.
        lpar.set_parm_value('PartitionUUID', '9' + case.NOBODY[1:])
        exc = self.assertRaises(pvm_exc.HttpError, lpar.create)
        self.assertEqual(400, exc.her_wrap.status)

    def test_update(self):
        lpar = self._create()
        self._build(memory=2048, min_mem=1024, name='two').rebuild(lpar)
        changed = lpar.update()
        self.assertEqual(('two', 2048, 1024, lpar.uuid),
                         (changed.name, changed.mem_config.desired,
                          changed.mem_config.min, changed.uuid))
        self.assertNotEqual(lpar.etag, changed.etag)
        # And once more, with the new entity tag.
        changed.name = 'three'
        self.assertEqual('three', changed.update().name)

    @ddt.data('update', 'delete')
    def test_what_has_changed(self, operation):
        lpar = self._create()
        stale = LPAR.get(self.pvm, uuid=lpar.uuid)
        lpar.name = 'two'
        lpar.update()
        stale.name = 'three'
        exc = self.assertRaises(pvm_exc.HttpError, getattr(stale, operation))
        self.assertEqual(const.HTTPStatus.ETAG_MISMATCH, exc.response.status)
        self.assertEqual('two', stale.refresh().name)

    def test_refresh(self):
        lpar = self._create()
        self.assertIs(lpar, lpar.refresh())
        self.control.set_state([lpar.uuid], 'running')
        self.assertEqual('running', lpar.refresh().state)

    def test_delete(self):
        lpar = self._create()
        lpar.delete()
        self.assertRaises(pvm_exc.HttpNotFound, LPAR.get, self.pvm,
                          uuid=lpar.uuid)
        self.assertRaises(pvm_exc.HttpNotFound, lpar.delete)
        self.assertRaises(pvm_exc.HttpNotFound, lpar.update)

    def test_delete_while_it_runs(self):
        uuid, = self.control.add_lpars(1)
        exc = self.assertRaises(pvm_exc.HttpError,
                                LPAR.get(self.pvm, uuid=uuid).delete)
        self.assertIn('HSCL05DF', exc.her_wrap.message)

    @ddt.named_data(('of_the_system', True), ('of_the_root', False))
    def test_feed(self, of_the_system):
        uuids = self.control.add_lpars(3)
        found = LPAR.get(self.pvm,
                         parent=self.system if of_the_system else None)
        self.assertEqual(uuids, [lpar.uuid for lpar in found
                                 if not lpar.is_mgmt_partition])
        # What a feed gives can be changed and refreshed.
        self.assertIs(found[1], found[1].refresh())
        found[1].name = 'two'
        self.assertEqual('two', found[1].update().name)

    @ddt.named_data(('plain', 'one'), ('quote', "t'wo"),
                    ('reserved_characters', 'a/b & c'))
    def test_search(self, name):
        self.control.add_lpars(3, names=['one', "t'wo", 'a/b & c'])
        found = LPAR.search(self.pvm, name=name, one_result=True)
        self.assertEqual(name, found.name)
        self.assertEqual(
            [name], [lpar.name for lpar in
                     LPAR.search(self.pvm, id=found.id)])
        self.assertIs(found, found.refresh())

    def test_search_for_several_or_none(self):
        self.control.add_lpars(3, names=['one', "t'wo", 'a/b & c'])
        self.assertEqual([], LPAR.search(self.pvm, name='none'))
        self.assertEqual(3, len(LPAR.search(self.pvm, name='one',
                                            negate=True)))
        self.assertEqual(3, len(LPAR.search(self.pvm,
                                            is_mgmt_partition=False)))

    @ddt.named_data(('property', "(No=='x')"),
                    ('no_brackets', "PartitionName=='x'"),
                    ('half_an_expression', '('))
    def test_bad_search(self, expression):
        exc = self.assertRaises(
            pvm_exc.HttpError, self.pvm.read, 'LogicalPartition',
            suffix_type='search', suffix_parm=expression)
        self.assertEqual(400, exc.response.status)
