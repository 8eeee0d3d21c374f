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

"""What the benchmarks' commands have in common: how they begin and end."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
import contextlib
import importlib.util
import json
import pathlib
import signal
import sys
from typing import Any

from benchmarks import common_arguments
from benchmarks import limits
from benchmarks import pictures

_INTERRUPTED = 130


class Failed(Exception):
    """Something cannot be run, read or written; the text says what."""


def run(name: str, work: Callable[[], int],
        *failures: type[Exception]) -> int:
    """Do a command's work.

    :param name: the command's.
    :param work: returns the exit status.
    :param failures: what it raises if something could not be run.
    :returns: the exit status: that of the work, 2 after a failure, 130 after
        Ctrl-C or SIGTERM.
    """
    caught: tuple[type[Exception], ...] = (Failed, *failures)
    # What ends this process has to end the others, too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return work()
    except caught as error:
        print('%s: %s' % (name, error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print('%s: interrupted; its processes have ended' % name,
              file=sys.stderr)
        return _INTERRUPTED


def check(modules: Iterable[str], plots: pathlib.Path | None,
          *files: pathlib.Path | None) -> None:
    """See to it that all is there before something takes long.

    :param modules: what has to be installed.
    :param plots: where pictures are to be drawn, if that is wanted.
    :param files: whose folders have to exist, if they are wanted.
    :raises Failed: if something is not.
    """
    lacking = [name for name in modules
               if importlib.util.find_spec(name) is None]
    if plots and pictures.missing():
        lacking.append('matplotlib')
    if lacking:
        raise Failed(
            "not installed: %s; 'tox -e bench' installs all that it needs"
            % ', '.join(lacking))
    for path in files:
        if path and not path.absolute().parent.is_dir():
            raise Failed('there is no folder %s' % path.parent)


def write(options: Any, machine: dict[str, Any],
          checks: Iterable[limits.Check], **figures: Any) -> None:
    """Write all figures so far as JSON, if that is wanted.

    :param options: the command's settings, with ``json`` and ``files``.
    :raises Failed: if that is not possible.
    """
    if options.json:
        text = json.dumps({
            'machine': machine, 'options': common_arguments.as_dict(options),
            **figures, 'checks': [vars(check) for check in checks]}, indent=1)
        with writing():
            options.json.write_text(text)


@contextlib.contextmanager
def writing() -> Iterator[None]:
    """Say so if a file cannot be written.

    :raises Failed: if that is so.
    """
    try:
        yield
    except OSError as error:
        raise Failed('cannot write: %s' % error) from None


@contextlib.contextmanager
def reading(path: pathlib.Path) -> Iterator[dict[str, Any]]:
    """Give what an earlier run wrote; say so if it is something else.

    :raises Failed: if it cannot be read, or is not as the caller expects it.
    """
    try:
        yield json.loads(path.read_text())
    except (OSError, ValueError, KeyError, TypeError,
            AttributeError) as error:
        raise Failed('%s is no file of a run: %s' % (path, error)) from None
