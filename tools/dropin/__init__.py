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

"""The event module in the driver of nova-powervm 9.0.0, on nova 34.

``python -m tools.dropin``, which ``tox -e dropin`` runs, takes 9.0.0 from PyPI
into a scratch folder, copies the event module over it with the command that
operators have, and lets that driver run against the simulator. Nothing of
9.0.0 is kept.
"""
