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

"""LPARs, by name as well as by uuid."""

import argparse
from collections.abc import Iterable
from typing import Any

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers


def chosen(control: client.Control, args: argparse.Namespace
           ) -> list[dict[str, Any]]:
    """Return the LPARs that the arguments name, each once.

    :param args: with ``names``, names and uuids, and ``all``.
    :raises answers.Refused: if they name none, or one that does not exist.
    """
    if args.all and args.names:
        raise answers.Refused(
            f'name LPARs or give --all, not both; the names are '
            f'{answers.some(args.names)}')
    found = control.lpars()
    if args.all:
        return found
    if not args.names:
        raise answers.Refused(
            'no LPAR is named; name some, or give --all. There are: '
            f'{answers.some([lpar["name"] for lpar in found])}')
    return _find(found, args.names)


def optional(control: client.Control, args: argparse.Namespace
             ) -> list[dict[str, Any]]:
    """Return the LPARs that the arguments name; all if they name none.

    :raises answers.Refused: if they name one that does not exist.
    """
    found = control.lpars()
    return _find(found, args.names) if args.names else found


def uuids(lpars: Iterable[dict[str, Any]]) -> list[str]:
    """Return the uuids of LPARs."""
    return [lpar['uuid'] for lpar in lpars]


def _find(lpars: list[dict[str, Any]], keys: list[str]
          ) -> list[dict[str, Any]]:
    by_key = {lpar['uuid']: lpar for lpar in lpars}
    # A name is one LPAR's alone: the simulator refuses a second one. One that
    # looks like the uuid of another LPAR goes first.
    by_key |= {lpar['name']: lpar for lpar in lpars}
    unknown = [key for key in keys
               if key not in by_key and key.upper() not in by_key]
    if unknown:
        raise answers.Refused(
            f'there is no LPAR {answers.some(unknown)}. There are: '
            f'{answers.some([lpar["name"] for lpar in lpars])}')
    found = [by_key.get(key) or by_key[key.upper()] for key in keys]
    return list({lpar['uuid']: lpar for lpar in found}.values())
