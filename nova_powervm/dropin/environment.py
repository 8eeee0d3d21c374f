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

"""What is installed where a tree runs."""

from collections.abc import Iterator
import dataclasses
import json
import pathlib
import subprocess
import sys

from packaging import version

from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import findings

# The oldest Python that the set runs on, and the newest nova that it was tried
# with.
_PYTHON = (3, 11)
_NEWEST_NOVA = 34

_TIMEOUT = 60.0

_PROBE = """
import json, sys
from importlib import metadata
versions = {}
for name in sys.argv[1:]:
    try:
        versions[name] = metadata.version(name)
    except metadata.PackageNotFoundError:
        pass
print(json.dumps([list(sys.version_info[:3]), versions]))
"""


class NoPython(Exception):
    """A Python cannot be asked; the text says which and why."""


@dataclasses.dataclass(frozen=True)
class Environment:
    """A Python, and versions of what is installed for it.

    :ivar versions: by name of the distribution; what is missing is not there.
    """

    python: tuple[int, ...]
    versions: dict[str, str]


def python_of(root: pathlib.Path) -> str:
    """Return the Python of the virtual environment that a tree is in.

    :returns: this Python if it is in none.
    """
    for folder in root.absolute().parents:
        if (folder / 'pyvenv.cfg').is_file():
            return str(folder / 'bin' / 'python')
    return sys.executable


def probe(python: str) -> Environment:
    """Ask a Python for its version and for what is installed for it.

    :raises NoPython: if it does not answer.
    """
    names = [each.name for each in dropin_set.requires()]
    try:
        done = subprocess.run(  # noqa: S603 -- the operator's own choice
            [python, '-c', _PROBE, *names], capture_output=True, text=True,
            timeout=_TIMEOUT, check=True)
        found, versions = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise NoPython('%s cannot be asked what is installed for it: %s' % (
            python, error)) from None
    return Environment(tuple(found), versions)


def check(environment: Environment) -> Iterator[findings.Finding]:
    """Compare what is installed with what the drop-in set needs."""
    words = 'Python %s' % '.'.join(map(str, environment.python))
    if environment.python[:2] < _PYTHON:
        yield findings.bad('%s is too old: the set needs %d.%d or newer' % (
            words, *_PYTHON))
    else:
        yield findings.good(words)
    for each in dropin_set.requires():
        found = environment.versions.get(each.name)
        if found is None:
            yield findings.bad('%s is not installed; the set needs %s' % (
                each.name, each))
        elif not each.specifier.contains(found, prereleases=True):
            yield findings.bad('%s %s is installed; the set needs %s' % (
                each.name, found, each))
        else:
            yield findings.good('%s %s' % (each.name, found))
    nova = environment.versions.get('nova')
    if nova and version.Version(nova).major > _NEWEST_NOVA:
        yield findings.note(
            'nova %s is newer than nova %d, the newest that the set was tried '
            'with' % (nova, _NEWEST_NOVA))
