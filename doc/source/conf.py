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

"""Sphinx's configuration."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).with_name('_ext')))

extensions = [
    'openstackdocstheme',
    'oslo_config.sphinxconfiggen',
    'oslo_config.sphinxext',
    'sphinx.ext.autodoc',
    'table_directives',
]
config_generator_config_file = [
    ('../../etc/nova/nova-powervm-config-generator.conf',
     '_static/nova-powervm'),
]

# Each reference has to lead somewhere. Those to Python, nova and libraries
# would need these projects' inventories, and so a network; variables of types
# and private classes, which signatures name, have no place of their own.
nitpicky = True
_ELSEWHERE = (
    'collections', 'contextlib', 'enum', 'fixtures', 'logging', 'nova',
    r'oslo_\w+', 'pypowervm', 'random', 'subprocess', 'threading', 'typing')
nitpick_ignore_regex = [
    ('py:.*', r'(%s)\..*' % '|'.join(_ELSEWHERE)),
    ('py:class', r'nova_powervm\..*\.(K|T|_\w+)')]

# The test library is documented without what only its nova needs.
autodoc_mock_imports = ['aiohttp', 'nova.tests', 'placement']
autodoc_default_options = {'members': True}
autodoc_member_order = 'bysource'
# A default is shown as it is written, not as what it was on this machine.
autodoc_preserve_defaults = True

project = 'nova-powervm'
copyright = 'the nova-powervm contributors'
html_theme = 'openstackdocs'
pygments_style = 'native'

# The theme would link each page to its source and to a bug tracker, by the
# name of a repository on opendev.org.
openstackdocs_auto_version = False
openstackdocs_auto_name = False
