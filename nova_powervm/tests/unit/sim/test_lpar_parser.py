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
from lxml import etree
from pypowervm.tests import test_fixtures
from pypowervm.utils import lpar_builder
from pypowervm.wrappers import managed_system

from nova_powervm.sim import atom
from nova_powervm.sim import lpar as lpar_mod
from nova_powervm.sim import lpar_document
from nova_powervm.sim import lpar_parser
from nova_powervm.sim import system_document
from nova_powervm.tests.unit.sim import base
from nova_powervm.tests.unit.sim import fakes


@ddt.ddt
class LparParserTestCase(base.DocumentTestCase):

    def _element(self, config):
        host = fakes.make_host()
        lpar = host.create(config)
        entry = lpar_document.entry(lpar, host, base.API)
        return entry.find('{*}content')[0]

    def test_parses_what_we_render(self):
        config = lpar_mod.Config(
            name='one', uuid=base.UUID, lpar_id=7,
            memory=lpar_mod.Memory(2048, 1024, 4096, ppt_ratio=0),
            processors=lpar_mod.Processors(
                desired=2, minimum=1, maximum=4, units=0.5, min_units=0.1,
                max_units=1.5, weight=128, pool_id=1))
        self.assertEqual(config, lpar_parser.parse(
            etree.tostring(self._element(config))))

    @ddt.named_data(
        ('empty', b''), ('another_element', b'<x/>'),
        ('nothing_inside', b'<LogicalPartition xmlns="%s"/>' %
         atom.UOM_NS.encode()))
    def test_malformed(self, body):
        self.assertRefused(400, lpar_parser.parse, body)

    @ddt.named_data(('integer', 'DesiredMemory', 'much'),
                    ('number', 'DesiredProcessingUnits', 'few'),
                    ('empty', 'PartitionID', ''))
    def test_invalid_value(self, name, value):
        element = self._element(lpar_mod.Config(name='one'))
        element.find('.//{*}' + name).text = value
        self.assertRefused(400, lpar_parser.parse, etree.tostring(element))


class LparBuilderTestCase(base.DocumentTestCase):
    """Parses what pypowervm's builder makes for the simulated host."""

    def setUp(self):
        super().setUp()
        self.adapter = self.useFixture(
            test_fixtures.AdapterFx(traits=test_fixtures.LocalPVMTraits)).adpt
        host = fakes.make_host()
        self.system = managed_system.System.wrap(self.response(
            system_document.managed_system(host, host.url)))

    def _parse(self, **attrs):
        attrs = {'name': 'one', 'memory': 1024, 'vcpu': 2, **attrs}
        builder = lpar_builder.LPARBuilder(
            self.adapter, attrs, lpar_builder.DefaultStandardize(self.system))
        return lpar_parser.parse(builder.build().toxmlstring())

    def test_defaults(self):
        config = self._parse()
        self.assertEqual(('one', None, None), (config.name, config.uuid,
                                               config.lpar_id))
        self.assertEqual(lpar_mod.Memory(1024, 1024, 1024), config.memory)
        self.assertEqual(
            lpar_mod.Processors(desired=2, minimum=2, maximum=2, units=1.0,
                                min_units=1.0, max_units=1.0),
            config.processors)

    def test_all_attributes(self):
        config = self._parse(
            uuid=base.UUID.lower(), id=9, min_mem=512, max_mem=2048,
            min_vcpu=1, max_vcpu=3, proc_units=0.4, sharing_mode='capped',
            avail_priority=1, max_io_slots=99, srr_capability=True,
            secure_boot=2, enable_lpar_metric=True,
            processor_compatibility='POWER8', ppt_ratio='1:1024',
            proc_pool=1)
        self.assertEqual(
            lpar_mod.Config(
                name='one', uuid=base.UUID, lpar_id=9,
                memory=lpar_mod.Memory(1024, 512, 2048, ppt_ratio=4),
                processors=lpar_mod.Processors(
                    desired=2, minimum=1, maximum=3, units=0.4,
                    min_units=0.4, max_units=0.4, sharing_mode='capped',
                    weight=0, pool_id=1),
                availability_priority=1, max_io_slots=99, srr_capable=True,
                secure_boot=2, perf_collection=True, compat_mode='POWER8'),
            config)

    def test_dedicated(self):
        config = self._parse(dedicated_proc=True)
        self.assertEqual(
            lpar_mod.Processors(dedicated=True, desired=2, minimum=2,
                                maximum=2, sharing_mode='sre idle proces'),
            config.processors)

    def test_ibm_i(self):
        self.assertEqual('OS400', self._parse(env='OS400').lpar_type)
