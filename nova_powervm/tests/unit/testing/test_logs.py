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


import logging
import types

import fixtures
import testtools

from nova_powervm.testing import logs

_LOG = logging.getLogger('nova_powervm.some.module')


class TestLogs(testtools.TestCase):

    def setUp(self):
        super().setUp()
        self.useFixture(fixtures.FakeLogger())
        self.logs = self.useFixture(logs.Logs())

    def test_templates(self):
        _LOG.info('%d LPARs', 3)
        _LOG.debug('nothing')
        self.assertEqual(['%d LPARs', 'nothing'], self.logs.templates())
        self.assertEqual(['%d LPARs'], self.logs.templates(logging.INFO))

    def test_count(self):
        _LOG.info('%d LPARs', 3)
        _LOG.info('%d LPARs', 4)
        self.assertEqual(2, self.logs.count('%d LPARs'))
        self.assertEqual(0, self.logs.count('3 LPARs'))
        self.assertEqual({'%d LPARs': 2}, self.logs.counts())

    def test_declared_line(self):
        line = types.SimpleNamespace(text='%d LPARs')
        _LOG.info(line.text, 3)
        self.assertEqual(1, self.logs.count(line))
        self.assertEqual(['3 LPARs'], [
            record.getMessage() for record in self.logs.of(line)])

    def test_instances(self):
        _LOG.info('told', extra={'instance': types.SimpleNamespace(uuid=1)})
        _LOG.info('told')
        self.assertEqual([1], self.logs.instances('told'))

    def test_take(self):
        _LOG.info('something')
        record, = self.logs.take()
        self.assertEqual('something', record.msg)
        self.assertEqual([], self.logs.records)

    def test_clear(self):
        _LOG.info('something')
        self.logs.clear()
        self.assertEqual([], self.logs.records)

    def test_other_packages(self):
        logging.getLogger('nova').error('something')
        self.assertEqual([], self.logs.records)

    def test_level(self):
        only = self.useFixture(logs.Logs(level=logging.WARNING))
        _LOG.info('something')
        _LOG.warning('something else')
        self.assertEqual(['something else'], only.templates())

    def test_logging_is_itself_again(self):
        logger = logging.getLogger('some.package')
        before = logger.level, list(logger.handlers)
        with logs.Logs('some.package'):
            self.assertEqual(logging.DEBUG, logger.level)
            self.assertNotEqual(before[1], logger.handlers)
        self.assertEqual(before, (logger.level, logger.handlers))
