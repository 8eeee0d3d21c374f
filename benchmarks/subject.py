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

"""The measured process: one case, and its figures as JSON on standard output.

The environment chooses the backend, as it does for nova-compute, before
anything else is imported.
"""
# ruff: noqa: E402

from nova_powervm.testing import backends

backends.select()

import argparse

from oslo_serialization import jsonutils

from benchmarks import cases
from benchmarks import measured
from benchmarks import rig


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument('options', help='benchmarks.rig.Options as JSON')
    options = rig.Options(**jsonutils.loads(parser.parse_args().options))
    figures = cases.CASES[options.case](rig.Rig(options))
    print(jsonutils.dumps(figures), flush=True)


if __name__ == '__main__':
    measured.run(main)
