# Licensed under the Apache License, Version 2.0 (the "License"); you may
# not use this file except in compliance with the License. You may obtain
# a copy of the License at
#
#      http://www.apache.org/licenses/LICENSE-2.0
#
# Unless required by applicable law or agreed to in writing, software
# distributed under the License is distributed on an "AS IS" BASIS, WITHOUT
# WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the
# License for the specific language governing permissions and limitations
# under the License.

"""Sphinx's modules of this project, which are no part of a package."""

import importlib
import pathlib
import sys

import mock

#: The sources of the documentation.
SOURCE = pathlib.Path(__file__).parents[4] / 'doc' / 'source'


def load(name):
    """Import one of them, and those that it imports."""
    with mock.patch.object(sys, 'path', [str(SOURCE / '_ext'), *sys.path]):
        return importlib.import_module(name)
