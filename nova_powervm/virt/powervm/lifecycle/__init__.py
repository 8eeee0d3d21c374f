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

A controller: it observes, decides and applies. In the order in which an LPAR
passes through them: ``ingest`` (events), ``workqueue`` (when), ``loop`` (the
thread that starts batches), ``pool`` (the threads that wait), ``reconcile``
(a batch), ``lpar_states`` and ``listing`` (what NovaLink says), ``resync``
(all instances), ``instances`` (what nova says), ``memory`` (what is known
already), ``agreement`` (what nova would do), ``decision`` (what follows),
``apply`` (doing it), ``accounts`` and ``budget`` (what that cost). Beside them
``listener`` watches where events come from, ``outage`` and ``backoff`` say
what happens when something fails, ``messages``, ``logline`` and
``batch_fields`` have the log lines, ``stats``, ``histogram`` and ``busiest``
count, ``guru`` reports, ``opts`` configures, ``threads`` starts threads,
``reads`` and ``interfaces`` have what the others share, ``traces`` has
osprofiler's trace points.
"""
