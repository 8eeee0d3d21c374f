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

"""What the arguments of the benchmarks' commands have in common."""

import argparse
from collections.abc import Callable
from collections.abc import Collection
import dataclasses
import pathlib
from typing import Any


def several(read: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """Return a reader of values with commas between, each taken once."""
    def read_all(text: str) -> tuple[Any, ...]:
        return tuple(dict.fromkeys(map(read, text.split(','))))
    return read_all


def one_of(names: Collection[str]) -> Callable[[str], str]:
    """Return a reader of one of some names."""
    def read(text: str) -> str:
        if text not in names:
            raise argparse.ArgumentTypeError('%r is none of %s' % (
                text, ', '.join(names)))
        return text
    return read


def add_files(parser: argparse.ArgumentParser, further: str = '') -> None:
    """Add what is written, and the files of earlier runs.

    :param further: what else to say of these.
    """
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE',
                        help='write all figures to a file')
    parser.add_argument('--plots', type=pathlib.Path, metavar='DIR',
                        help='draw pictures in a folder')
    parser.add_argument(
        '--from', type=several(pathlib.Path), metavar='FILE,...',
        dest='files', help='run nothing: show what earlier runs wrote by '
        '--json' + further)


def add_wheel(parser: argparse.ArgumentParser) -> None:
    """Add the file of 9.0.0."""
    parser.add_argument(
        '--wheel', type=pathlib.Path, metavar='FILE',
        help='the wheel of 9.0.0, instead of the one from PyPI')


def as_dict(settings: Any) -> dict[str, Any]:
    """Return settings, a dataclass with ``files``, for JSON."""
    values = {name: str(value) if isinstance(value, pathlib.Path) else value
              for name, value in dataclasses.asdict(settings).items()}
    return {**values, 'files': list(map(str, settings.files))}
