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

"""The measured process: its figures as JSON on standard output.

The environment chooses the backend, as it does for nova-compute, before
anything else is imported.
"""
# ruff: noqa: E402

from nova_powervm.testing import backends

backends.select()

import gc
import json
import sys
from typing import Any

import nova.conf
from nova import config
from nova import objects
from oslo_log import log as logging

from benchmarks.growth import alone
from benchmarks.growth import crowd
from benchmarks.growth import prepared
from benchmarks import measured


def measure(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Measure one size as often as is wanted.

    :param options: ``handlers``, 0 for one that is alone; ``lpars`` of each;
        ``events``; ``runs``.
    :returns: figures of each run.
    """
    hosts = prepared.hosts(options['handlers'] or 1, options['lpars'])
    runs = range(options['runs'])
    # The answers are not the module's: no garbage is looked for among them.
    gc.collect()
    gc.freeze()
    with prepared.Nova(hosts):
        if options['handlers']:
            return [crowd.costs(hosts, options['events']) for _ in runs]
        # Whatever is done once in a process was done then.
        alone.costs(hosts[0], 1)
        found = [alone.costs(hosts[0], options['events']) for _ in runs]
        kept = alone.memory(hosts[0])
        return [{**each, **kept} for each in found]


def main() -> None:
    options = json.loads(sys.argv[1])
    # As nova-compute logs: to a file, at INFO.
    config.parse_args(['benchmark', '--log-file', options['log']],
                      default_config_files=[], configure_db=False,
                      init_rpc=False)
    logging.setup(nova.conf.CONF, 'nova')
    objects.register_all()
    print(json.dumps(measure(options)), flush=True)


if __name__ == '__main__':
    measured.run(main)
