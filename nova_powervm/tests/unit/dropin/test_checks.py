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

"""What is found in trees."""

import pathlib

import ddt

from nova_powervm.dropin import __main__ as command
from nova_powervm.dropin import environment
from nova_powervm.tests.unit.dropin import case
from nova_powervm.tests.unit.dropin import fork


@ddt.ddt
class TestRefusal(case.TestCase):

    def refuse(self, root, *arguments):
        before = fork.files(root)
        out, error = self.run_command(root, *arguments, status=2)
        self.assertEqual(1, error.count('\n'))
        self.assertEqual(before, fork.files(root))
        return out

    def test_no_tree(self):
        self.refuse(self.folder / 'none')

    def test_our_own_tree(self):
        self.run_command(pathlib.Path(command.__file__).parents[2], status=2)

    @ddt.named_data(
        ('no_vm', {'vm': None}), ('no_states', {'vm': 'x = 1\n'}),
        ('no_driver', {'driver': ''}),
        ('other_arguments', {'driver': fork.DRIVER.replace(
            'Handler(self)', 'Handler(self, 15)')}),
        ('not_subscribed', {'driver': fork.DRIVER.replace(
            'subscribe', 'hello')}),
        ('no_adapter', {'driver': fork.DRIVER.replace(
            'self.adapter', 'self.other')}),
        ('no_emit_event', {'driver': fork.DRIVER.replace(
            '(driver.ComputeDriver)', '')}),
        ('private_name', {'extra': (
            'from nova_powervm.virt.powervm import event as e\n'
            'x = e._PRIVATE\n')}),
        ('private_name_imported', {'extra': (
            'from nova_powervm.virt.powervm.event import _PRIVATE\n')}),
        ('option', {'conf': "x = cfg.FloatOpt('event_delay')\n"}),
        ('no_python', {'driver': 'print "hello"\n'}),
        ('lifecycle_of_its_own', {'lifecycle': ''}))
    def test_tree(self, modules):
        self.refuse(fork.make(self.folder / 'other', **modules))

    def test_folder_of_its_own(self):
        (self.package / 'lifecycle').mkdir()
        self.refuse(self.root)

    @ddt.named_data(
        ('old_python', (3, 10, 0), {}), ('old_nova', (3, 11, 0), {
            'nova': '30.0.0'}), ('no_nova', (3, 11, 0), {'nova': None}))
    def test_environment(self, python, versions):
        found = {**self.probe.return_value.versions, **versions}
        self.probe.return_value = environment.Environment(python, {
            name: version for name, version in found.items() if version})
        self.refuse(self.root)

    @ddt.data(('--check', '--undo'), ('--none',))
    def test_options(self, options):
        before = fork.files(self.root)
        self.run_command(self.root, *options, status=2)
        self.assertEqual(before, fork.files(self.root))


@ddt.ddt
class TestNotes(case.TestCase):

    def notes(self, **modules):
        out, _ = self.run_command('--check', fork.make(
            self.folder / 'other', **modules))
        return sum(line.startswith('note') for line in out.splitlines())

    # Those about the Python that was asked, nova's version and event.py.
    _ALWAYS = 3

    def test_none(self):
        self.assertEqual(self._ALWAYS, self.notes())

    @ddt.named_data(
        ('no_session', 'driver', fork.DRIVER.replace(
            'self.session = ', 'session = ')),
        ('no_nvram', 'driver', fork.DRIVER.replace('nvram_mgr', 'other')),
        ('no_stop', 'driver', fork.DRIVER.replace('.stop()', '.end()')),
        ('eventlet', 'extra', 'import eventlet\n'),
        ('member', 'extra', 'x = handler._uuid_cache\n'),
        ('subclass', 'extra', (
            'from nova_powervm.virt.powervm import event\n'
            'class Mine(event.PowerVMNovaEventHandler):\n    pass\n')))
    def test_one(self, name, text):
        self.assertEqual(self._ALWAYS + 1, self.notes(**{name: text}))

    @ddt.named_data(
        ('base_in_another_module', {
            'base': 'class Base(driver.ComputeDriver):\n'
                    '    def connect(self):\n'
                    '        self.session = self.adapter = 1\n'
                    '        self.handler.stop()\n',
            'driver': 'class PowerVMDriver(base.Base):\n'
                      '    nvram_mgr = None\n'
                      '    def listen(self, listener):\n'
                      '        handler = event.PowerVMNovaEventHandler(self)\n'
                      '        listener.subscribe(handler)\n'}),
        ('function', {
            'driver': 'def listen(driver, listener):\n'
                      '    handler = event.PowerVMNovaEventHandler(driver)\n'
                      '    listener.subscribe(handler)\n'}))
    def test_no_more(self, modules):
        self.assertEqual(self._ALWAYS, self.notes(**modules))

    def test_tests_may_use_anything(self):
        tests = self.root / 'nova_powervm' / 'tests'
        tests.mkdir()
        (tests / 'test_event.py').write_text(
            'from nova_powervm.virt.powervm import event\n'
            'x = event._PRIVATE\n')
        out, _ = self.run_command('--check', self.root)
        self.assertIn('test_event.py', out)

    def test_copied_before(self):
        self.run_command(self.root)
        out, _ = self.run_command('--check', self.root)
        self.assertEqual(self._ALWAYS + 1, sum(
            line.startswith('note') for line in out.splitlines()))
