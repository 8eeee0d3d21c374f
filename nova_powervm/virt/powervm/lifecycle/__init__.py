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

"""What stands between a PowerVM event and a nova lifecycle event.

One idea a module, in the order in which an LPAR passes through them:
``pending`` (when to look), ``worker`` (the thread that does), ``comparison``
(a batch from end to end), ``hypervisor`` and ``conductor`` (the two reads),
``cache`` (what was found last), ``decision`` (what follows from it),
``emitter`` (the threads that tell nova). Beside them ``watch`` looks after
the listener that the events come from, ``outage`` has what happens when
something fails, ``threads`` starts them, ``stats`` counts and ``opts``
configures.
"""
