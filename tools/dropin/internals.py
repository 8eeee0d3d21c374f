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

"""The unit tests of 9.0.0 that test what is inside of its event module.

They are the whole of its ``test_event.py``: each calls, or puts a mock in the
place of, a private name that the module being replaced has and the new one has
not. What they are about is tested by our own unit tests.
"""

_EVENT = 'nova_powervm.tests.virt.powervm.test_event.'
_NOVA = _EVENT + 'TestPowerVMNovaEventHandler.'
_LIFECYCLE = _EVENT + 'TestPowerVMLifecycleEventHandler.'

#: By name of the test: the reason.
REASONS = {
    _EVENT + 'TestGetInstance.test_get_instance':
        'calls _get_instance, which looks up one instance; instances are '
        'looked up for a batch now',
    _NOVA + 'test_get_inst_uuid':
        'calls _get_inst_uuid and mocks _get_instance; uuids are not cached '
        'by the handler any more',
    _NOVA + 'test_handle_inst_event':
        'calls _handle_inst_event, which acts on one event; events only mark '
        'their LPAR now',
    _NOVA + 'test_process':
        'mocks _handle_inst_event, and hands over mocks whose uuids are none',
    _NOVA + 'test_uuid_cache':
        'looks into _uuid_cache and mocks _get_instance',
    _LIFECYCLE + 'test_emit_event':
        'calls _emit_event and reads _NO_EVENT_TASK_STATES and '
        '_delayed_event_threads; nothing is emitted while there is any task '
        'now',
    _LIFECYCLE + 'test_process':
        'mocks eventlet.greenthread.spawn_after and looks into '
        '_delayed_event_threads; one thread waits for all LPARs now',
}

#: What is run: the tests of the module itself, and of what uses its handlers.
MODULES = ('nova_powervm.tests.virt.powervm.test_event',
           'nova_powervm.tests.virt.powervm.nvram.test_manager',
           'nova_powervm.tests.virt.powervm.test_driver')
