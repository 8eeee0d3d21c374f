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

"""The copy, and the way back."""

import shutil

import mock

from nova_powervm.dropin import copying
from nova_powervm.dropin import dropin_set
from nova_powervm.tests.unit.dropin import case
from nova_powervm.tests.unit.dropin import fork


class TestCopy(case.TestCase):

    def test_copy(self):
        self.run_command(self.root)
        for name, path in dropin_set.files().items():
            self.assertEqual(path.read_bytes(),
                             (self.package / name).read_bytes())

    def test_nothing_else_is_touched(self):
        before = fork.files(self.root)
        self.run_command(self.root)
        after = fork.files(self.root)
        package = str(fork.PACKAGE)
        event = '%s/event.py' % package
        self.assertEqual(before.pop(event), after.pop(
            '%s/%s/event.py' % (package, copying.BACKUP)))
        del after[event]
        self.assertEqual(before, {
            name: data for name, data in after.items()
            if not name.startswith(('%s/lifecycle/' % package,
                                    '%s/%s/' % (package, copying.BACKUP)))})

    def test_undo(self):
        before = fork.files(self.root)
        self.run_command(self.root)
        self.run_command(self.root, '--undo')
        self.assertEqual(before, fork.files(self.root))

    def test_copy_again_keeps_the_first_backup(self):
        before = fork.files(self.root)
        self.run_command(self.root)
        self.run_command(self.root)
        self.run_command('--undo', self.root)
        self.assertEqual(before, fork.files(self.root))

    def test_a_copy_that_fails_leaves_nothing(self):
        before = fork.files(self.root)
        with mock.patch.object(shutil, 'copyfile', autospec=True,
                               side_effect=OSError('disk full')):
            self.run_command(self.root, status=2)
        self.assertEqual(before, fork.files(self.root))

    def test_undo_after_a_copy_that_failed_late(self):
        before = fork.files(self.root)
        with mock.patch.object(copying.Copy, '_swap', autospec=True,
                               side_effect=OSError('killed')):
            self.run_command(self.root, status=2)
        self.run_command(self.root, '--undo')
        self.assertEqual(before, fork.files(self.root))

    def test_undo_without_a_copy(self):
        self.run_command(self.root, '--undo', status=2)

    def test_undo_keeps_what_was_changed(self):
        self.run_command(self.root)
        changed = self.package / 'lifecycle' / 'loop.py'
        changed.write_text('# mine\n')
        before = fork.files(self.root)
        _, error = self.run_command(self.root, '--undo', status=2)
        self.assertIn(str(changed), error)
        self.run_command(self.root, status=2)
        self.assertEqual(before, fork.files(self.root))

    def test_driver_installed_anew_over_the_copy(self):
        self.run_command(self.root)
        (self.package / 'event.py').write_text(fork.EVENT + '# newer\n')
        self.run_command(self.root, status=2)
        # As it says.
        shutil.rmtree(self.package / copying.BACKUP)
        shutil.rmtree(self.package / 'lifecycle')
        self.run_command(self.root)
        self.run_command(self.root, '--undo')
        self.assertEqual(fork.EVENT + '# newer\n',
                         (self.package / 'event.py').read_text())

    def test_record_that_is_none(self):
        self.run_command(self.root)
        (self.package / copying.BACKUP / 'copied.json').write_text('{')
        self.run_command(self.root, '--undo', status=2)

    def test_check_copies_nothing(self):
        before = fork.files(self.root)
        self.run_command(self.root, '--check')
        self.assertEqual(before, fork.files(self.root))
