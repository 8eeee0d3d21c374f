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


"""The scenarios' own numbers, for the plan and for the simulation."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Outage:
    """The controller is away.

    :ivar away: for so many seconds.
    :ivar silent: whether calls wait until they time out, as without
        nova-conductor; else each fails at once, as without the database.
    :ivar resync: whether all hosts have to compare all instances as it
        begins. An LPAR of each stops at some time anyway.
    """

    away: float
    silent: bool = False
    resync: bool = False


OUTAGES = {
    'failing-60': Outage(60.0), 'failing-300': Outage(300.0),
    'silent-60': Outage(60.0, silent=True),
    'silent-300': Outage(300.0, silent=True),
    'resync-60': Outage(60.0, resync=True),
    'resync-300': Outage(300.0, resync=True)}

#: The share of hosts all of whose LPARs stop.
CRASHES = {'rack': 0.02, 'row': 0.1}

#: Seconds that an operation of nova takes, least and most.
OPERATION = 10.0, 60.0
