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


"""A library for tests of the driver, of event handlers and of drivers.

``doc/source/contributor/testing.rst`` shows how to use it. This package
imports nothing by itself: a process chooses nova's concurrency backend first,
see :mod:`.backends`. That module, :mod:`.argument_types`, :mod:`.processes`,
:mod:`.waiting`, :mod:`.tables` and :mod:`.logs` import neither nova nor
pypowervm.
"""
