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

"""Carries out one command line of nova-powervm-sim ctl.

The exit status is 0; 1 if LPARs are not in a state that allows what was asked;
2 if nothing was done: a wrong value, or no simulator; 130 after Ctrl-C, except
in ``watch``, which ends by it.
"""

from collections.abc import Sequence
import contextlib
import http.client
import os
import signal
import sys

from oslo_serialization import jsonutils

from nova_powervm.sim import client
from nova_powervm.sim.ctl import answers
from nova_powervm.sim.ctl import arguments

EXIT_NOT_ALL = 1
EXIT_NOTHING = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT


def main(argv: Sequence[str], default_port: int) -> int:
    """Carry out a command.

    :param argv: what follows ``ctl``.
    :param default_port: port of the simulator, unless they name one.
    :returns: the exit status.
    """
    args = arguments.parser(default_port).parse_args(argv)
    try:
        answer = args.run(client.Control(args.port), args)
    except (answers.Refused, client.ControlError) as exc:
        return _complain(str(exc), EXIT_NOTHING)
    except (OSError, http.client.HTTPException) as exc:
        reason = (os.strerror(exc.errno) if isinstance(exc, OSError)
                  and exc.errno else str(exc) or type(exc).__name__)
        return _complain(
            f'no simulator answers at 127.0.0.1:{args.port}: {reason}. Start '
            'it with nova-powervm-sim, or name its port with --port',
            EXIT_NOTHING)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except answers.OutputClosed:
        _forget_output()
        return 0
    if not _show(jsonutils.dumps(answer.value, indent=2) if args.json
                 and answer.value is not None else answer.text):
        return 0
    return _complain(answer.complaint, EXIT_NOT_ALL) if answer.complaint else 0


def _show(text: str) -> bool:
    """Print a text; return whether somebody reads it."""
    try:
        if text:
            print(text, flush=True)
    except BrokenPipeError:
        _forget_output()
        return False
    return True


def _forget_output() -> None:
    # Else Python complains when it flushes standard output at its end.
    with contextlib.suppress(OSError), open(os.devnull, 'w') as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _complain(sentence: str, status: int) -> int:
    # What another service answered may have line ends of its own.
    words = ' '.join(sentence.split()).rstrip('.')
    print(f'nova-powervm-sim ctl: {words}.', file=sys.stderr)
    return status
