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

"""The command nova-powervm-dropin."""

import argparse
import importlib.metadata
import pathlib
import sys

from nova_powervm.dropin import checks
from nova_powervm.dropin import copying
from nova_powervm.dropin import dropin_set
from nova_powervm.dropin import environment
from nova_powervm.dropin import findings
from nova_powervm.dropin import tree as trees

EXIT_FAILURE = 2

_ERRORS = (trees.NotATree, copying.CannotCopy, environment.NoPython, OSError,
           importlib.metadata.PackageNotFoundError)


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    :param argv: its arguments, without its name.
    :returns: the exit status: 0, or 2 if the tree lacks something or a file
        cannot be read or written.
    """
    args = _parser().parse_args(argv)
    try:
        tree = trees.Tree(args.tree)
        copy = copying.Copy(tree)
        if args.undo:
            copy.undo()
            print('%s is as it was before the copy.' % tree.package)
            return 0
        return _check_and_copy(tree, copy, args)
    except _ERRORS as error:
        _complain(str(error))
        return EXIT_FAILURE


def _check_and_copy(tree: trees.Tree, copy: copying.Copy,
                    args: argparse.Namespace) -> int:
    found = _findings(tree, copy, args.python)
    for each in found:
        print(each)
    problems = findings.problems(found)
    if problems:
        _complain('the event module would not work in this tree: %s' %
                  problems[0].text)
        return EXIT_FAILURE
    if args.check:
        print('The event module of nova-powervm %s can be copied into %s.' % (
            dropin_set.version(), tree.package))
        return 0
    copy.make()
    print('%s has event.py and lifecycle/ of nova-powervm %s now; what they '
          'replaced is in %s. Restart nova-compute.' % (
              tree.package, dropin_set.version(), copying.BACKUP))
    return 0


def _findings(tree: trees.Tree, copy: copying.Copy, python: str | None
              ) -> list[findings.Finding]:
    python = python or environment.python_of(tree.root)
    found = [findings.note('asked %s what is installed' % python),
             *environment.check(environment.probe(python)),
             *checks.check(tree, copy.own_event)]
    if copy.copied:
        found.append(findings.note(
            'the event module of nova-powervm %s was copied into this tree' %
            copy.copied['version']))
    if foreign := copy.foreign():
        found.append(findings.bad(
            'the tree has a %s of its own, where the set has its folder' %
            foreign))
    return found


def _complain(problem: str) -> None:
    print('nova-powervm-dropin: %s.' % problem.rstrip('.'), file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='nova-powervm-dropin',
        description='Copies the PowerVM event module, event.py and '
        'lifecycle/, over that of nova-powervm 9.0.0 or of a fork of it, '
        'after a check of what it needs there.',
        epilog='The exit status is 2 if something is missing; then nothing is '
        'copied.')
    parser.add_argument(
        'tree', type=pathlib.Path, metavar='TREE',
        help='the folder that has nova_powervm/, such as site-packages')
    parser.add_argument(
        '--python', metavar='PYTHON',
        help='the Python that runs nova-compute, if it is not that of the '
        'virtual environment that TREE is in')
    what = parser.add_mutually_exclusive_group()
    what.add_argument('--check', action='store_true',
                      help='only check, copy nothing')
    what.add_argument('--undo', action='store_true',
                      help='put back what the copy replaced')
    return parser


if __name__ == '__main__':
    sys.exit(main())
