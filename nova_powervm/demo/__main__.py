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

"""The command nova-powervm-demo.

At first it imports only what the standard library has: the packages of the
extra may be missing, and the concurrency backend comes before nova.
"""

import argparse
import importlib.util
import logging
import os
import shutil
import signal
import sys
import time
from typing import Any
import warnings

from nova_powervm.testing import argument_types
from nova_powervm.testing import backends

EXIT_DISAGREEMENT = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 128 + signal.SIGINT

# By what each package is imported, and what it is installed as.
_EXTRA = {
    'aiohttp': 'aiohttp',
    'fixtures': 'fixtures',
    'oslotest': 'oslotest',
    'placement': 'openstack-placement',
    'testtools': 'testtools',
    'wsgi_intercept': 'wsgi-intercept',
}

# What --plot needs is in another extra: the demo does without.
_PLOT_PACKAGE = 'matplotlib'
_PICTURES = ('.svg', '.png')

# nova's option mkisofs_cmd.
_ISO_BUILDER = 'genisoimage'


def _picture(text: str) -> str:
    if not text.endswith(_PICTURES):
        raise argparse.ArgumentTypeError(
            '%r does not end in %s' % (text, ' or '.join(_PICTURES)))
    return argument_types.writable(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='nova-powervm-demo',
        description="Boots servers of a real nova on a simulated NovaLink, "
                    "changes their LPARs behind nova's back, and shows how "
                    'nova learns of it and at what cost.',
        epilog='The exit status is 1 if nova and NovaLink disagree in the '
               'end, if nova was told of a server without need, or if a '
               "server's disk does not hold the image.")
    parser.add_argument(
        '--lpars', type=argument_types.number(int, 'whole number', 4, 1000),
        default=20, metavar='N',
        help='number of servers, and LPARs, 4 to 1000 (%(default)s)')
    parser.add_argument(
        '--delay', type=argument_types.seconds(0.5, 60),
        default=3.0, metavar='SECONDS',
        help='[powervm] event_delay: how long an LPAR must have sent no '
             'event before the module compares it with nova, 0.5 to 60 '
             '(%(default)s)')
    parser.add_argument(
        '--backend', choices=backends.BACKENDS, default='threading',
        help="nova's concurrency backend (%(default)s)")
    parser.add_argument(
        '--bare', action='store_true',
        help='boot bare LPARs: no disk, no configuration drive, no port')
    parser.add_argument(
        '--json', type=argument_types.writable, metavar='FILE',
        help='also write everything that was measured to a file')
    parser.add_argument(
        '--plot', type=_picture, metavar='FILE',
        help="also draw the calls beside those of release 9.0.0, as SVG or "
             'PNG')
    return parser


def _missing(args: argparse.Namespace) -> str:
    """Return what is not installed and how to get it, or an empty text."""
    packages = [package for module, package in _EXTRA.items()
                if importlib.util.find_spec(module) is None]
    if packages:
        return ('these packages are missing: %s. Install them with: '
                "pip install 'nova-powervm[demo]'" % ', '.join(packages))
    if args.plot and importlib.util.find_spec(_PLOT_PACKAGE) is None:
        return ('--plot needs the package %s. Install it with: '
                "pip install 'nova-powervm[report]'" % _PLOT_PACKAGE)
    if not args.bare and shutil.which(_ISO_BUILDER) is None:
        return ('the command %s is missing, by which nova makes '
                "configuration drives. Install the operating system's "
                'package of this name, or boot bare LPARs with --bare' %
                _ISO_BUILDER)
    return ''


class _Interrupts:
    """Turns a signal into an exception where that does no harm.

    An exception out of a signal handler could come in the middle of
    anything, and under eventlet in any green thread.

    :ivar armed: whether there is anything to clean up; until then a signal
        ends the process at once.
    """

    def __init__(self) -> None:
        self.armed = False
        self._requested = False
        self._answered = False
        for number in signal.SIGINT, signal.SIGTERM:
            signal.signal(number, self._handle)

    def _handle(self, number: int, frame: Any) -> None:
        # No output here: under eventlet that may switch to another green
        # thread, and not come back.
        if not self.armed:
            os._exit(EXIT_INTERRUPTED)
        self._requested = True

    def check(self) -> None:
        """Raise KeyboardInterrupt if a signal asked the demo to end."""
        if self._requested:
            if not self._answered:
                print('\nstopping', file=sys.stderr, flush=True)
                self._answered = True
            raise KeyboardInterrupt

    def pause(self, seconds: float) -> None:
        """Sleep, and check."""
        self.check()
        time.sleep(seconds)
        self.check()


def main(argv: list[str] | None = None) -> int:
    """Run the demo.

    :param argv: the command's arguments, without its name.
    :returns: the exit status: 0 if nova and NovaLink agree in the end and
        all servers have the image, 1 if not or if the demo failed, 2 if it
        cannot be run as asked, 130 if it was interrupted.
    """
    args = _parser().parse_args(argv)
    if missing := _missing(args):
        print('nova-powervm-demo: ' + missing, file=sys.stderr)
        return EXIT_USAGE
    interrupts = _Interrupts()
    # Libraries log and warn before nova's log is set up; that is not for
    # whoever runs the demo.
    warnings.simplefilter('ignore')
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        backends.select(args.backend)
        # Not before: this imports nova.
        from nova_powervm.demo import runner
        interrupts.armed = True
        status = runner.run(
            runner.Settings(args.lpars, args.delay, args.backend, args.json,
                            args.bare, args.plot),
            interrupts.check, interrupts.pause)
    except KeyboardInterrupt:
        status = EXIT_INTERRUPTED
    return status


if __name__ == '__main__':
    sys.exit(main())
