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

"""Configuration files of OpenStack's services."""

from collections.abc import Mapping
import configparser
import pathlib
from typing import Any

Sections = Mapping[str, Mapping[str, Any]]


def write(path: pathlib.Path, *parts: Sections) -> pathlib.Path:
    """Write a configuration file, and the folder it is in.

    :param parts: options by sections; later parts add to earlier ones.
    :returns: the path.
    """
    parser = configparser.RawConfigParser(default_section='')
    # Names of options are case-sensitive to oslo.config.
    parser.optionxform = str  # type: ignore[assignment]
    for part in parts:
        parser.read_dict({
            section: {name: _text(value) for name, value in options.items()}
            for section, options in part.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, 'w') as file:
        parser.write(file)
    return path


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
