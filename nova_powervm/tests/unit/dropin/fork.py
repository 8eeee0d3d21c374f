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

"""The tree of a driver, as small as can be."""

import pathlib

VM = 'POWERVM_TO_NOVA_STATE = {}\n'
EVENT = '''
_PRIVATE = 1


class PowerVMNovaEventHandler:

    def __init__(self, driver):
        self._uuid_cache = {}

    def process(self, events):
        pass
'''
DRIVER = '''
from nova.virt import driver
from nova_powervm.virt.powervm import event


class PowerVMDriver(driver.ComputeDriver):

    def _get_adapter(self):
        self.nvram_mgr = None
        self.session = make_session()
        self.adapter = make_adapter(self.session)
        self.handler = event.PowerVMNovaEventHandler(self)
        self.session.get_event_listener().subscribe(self.handler)

    def cleanup_host(self, host):
        self.handler.stop()
'''

PACKAGE = pathlib.Path('nova_powervm/virt/powervm')


def make(folder, **modules):
    """Write a tree.

    :param modules: text of modules in place of those here, or beside them;
        None to leave one out.
    """
    package = folder / PACKAGE
    package.mkdir(parents=True)
    for name, text in {'vm': VM, 'event': EVENT, 'driver': DRIVER,
                       **modules}.items():
        if text is not None:
            (package / ('%s.py' % name)).write_text(text)
    return folder


def files(folder):
    """Return the contents of all files of a tree, by path."""
    return {str(path.relative_to(folder)): path.read_bytes()
            for path in folder.rglob('*') if path.is_file()}
