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

"""Mutation tests: which faults in lifecycle/ no unit test would find.

``python -m nova_powervm.tests.mutation FOLDER [MODULE...]`` runs mutmut, which
puts one fault after the other into the modules (all if none is named) and runs
the tests that reach it. The command prints how many of these mutants were
found, and what each of the others changes. FOLDER is for the working files and
has to be empty.

This module is also a plugin of pytest, for mutmut to load.
"""

import argparse
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys

_TREE = pathlib.Path(__file__).parents[2]
_LIFECYCLE = pathlib.Path('nova_powervm/virt/powervm/lifecycle')

# Calls of LOG are not changed: no test is about their text. The model and the
# fuzz tests would take minutes over each survivor, and a fault that only they
# find deserves a unit test. The tests of the code's shape would measure what
# mutmut adds. pytest's own plugins would take more time than most mutants.
_SETTINGS = """
[tool.mutmut]
source_paths = ["nova_powervm"]
only_mutate = %s
do_not_mutate_patterns = ['\\bLOG\\.']
pytest_add_cli_args_test_selection = [
    "nova_powervm/tests/unit/virt/powervm",
    "--ignore-glob=*/virt/powervm/*model*",
    "--ignore-glob=*/virt/powervm/*fuzz*",
    "--ignore-glob=*/virt/powervm/*shape*",
]
pytest_add_cli_args = [
    "--disable-plugin-autoload", "-p", "no:cacheprovider", "-p", "no:logging",
    "-p", "no:threadexception", "-p", "no:unraisableexception",
    "-p", "no:warnings", "-p", "nova_powervm.tests.mutation",
]
track_dependencies = false
use_git_change_detection = false
"""

# Seconds for a test, which takes a fraction of one without a mutant, and the
# exit code that mutmut understands if they are over.
_TEST_SECONDS = 10
_TIMED_OUT = 36

# mutmut's words for a fault that was found; a segfault is also a process that
# SIGXCPU did not end.
_FOUND = ('killed', 'timeout', 'segfault')


def pytest_cmdline_main(config):
    """Run the tests of the mutant's own module before all that reach it.

    pytest calls this. It would take longer to collect hundreds of tests than
    to run the first ones, which as a rule find the fault.
    """
    mutant = _mutant()
    name = '/test_%s.py::' % mutant.rpartition('.')[0].rpartition('.')[2]
    own = [test for test in config.args if name in test]
    if mutant and own and len(own) < len(config.args):
        import pytest
        return pytest.main([argument for argument
                            in config.invocation_params.args
                            if argument in own
                            or argument not in config.args]) or None
    return None


def pytest_collection_modifyitems(items):
    """Run tests in the same order each time: mutmut does not. For pytest."""
    items.sort(key=lambda item: ('/lifecycle/' not in item.nodeid,
                                 item.nodeid))


def pytest_runtest_logstart():
    """Let no test of a mutant take more than some seconds. For pytest."""
    if _mutant():
        signal.signal(signal.SIGALRM, lambda *_: os._exit(_TIMED_OUT))
        signal.alarm(_TEST_SECONDS)


def _mutant():
    """Return the name of the mutant, or nothing if there is none now."""
    name = os.environ.get('MUTANT_UNDER_TEST', '')
    return name if '__mutmut_' in name else ''


def prepare(folder, modules):
    """Fill the folder with what mutmut needs.

    :param modules: names of modules; all if there are none.
    :raises SystemExit: if there is no such module.
    """
    there = {path.stem for path in (_TREE / _LIFECYCLE).glob('*.py')}
    unknown = set(modules) - there
    if unknown:
        raise SystemExit('no modules of lifecycle/: %s; there are: %s' % (
            ', '.join(sorted(unknown)), ', '.join(sorted(there))))
    files = [str(_LIFECYCLE / f'{name}.py') for name in modules or ['*']]
    (folder / 'pyproject.toml').write_text(_SETTINGS % json.dumps(files))
    (folder / 'nova_powervm').symlink_to(_TREE / 'nova_powervm')


def run_mutmut(modules):
    """Run mutmut in the working directory, and return its exit code.

    Its spinners are for a terminal; else they go to a file, of which the end
    is printed if something goes wrong.
    """
    command = [pathlib.Path(sys.executable).with_name('mutmut'), 'run']
    # So named, only tests that reach them are seen to pass beforehand.
    command += ['.'.join([*_LIFECYCLE.parts, module, '*'])
                for module in modules]
    if sys.stdout.isatty():
        return subprocess.run(command).returncode
    with open('mutmut.log', 'w+') as log:
        code = subprocess.run(command, stdout=log,
                              stderr=subprocess.STDOUT).returncode
        if code:
            log.seek(0)
            print(''.join(collections.deque(log, 50)))
    return code


def statuses(folder):
    """Return what became of each mutant.

    :returns: mutmut's word by the mutant's name, in a dictionary by file.
    """
    # Only the environment of this command has it.
    from mutmut import stats

    found = {}
    for path in sorted((folder / 'mutants').rglob('*.meta')):
        codes = json.loads(path.read_text())['exit_code_by_key']
        if codes:
            name = path.relative_to(folder / 'mutants').with_suffix('')
            found[name] = {mutant: stats.status_by_exit_code[code]
                           for mutant, code in codes.items()}
    return found


def report(found):
    """Return a line for each file, and one for all."""
    everything = [('all', [status for file in found.values()
                           for status in file.values()])]
    lines = []
    for name, there in [(path.stem, list(mutants.values()))
                        for path, mutants in found.items()] + everything:
        count = collections.Counter(there)
        score = sum(count[status] for status in _FOUND) / len(there)
        lines.append('%-16s %5.1f%%  %4d mutants: %s' % (
            name, 100 * score, len(there), ', '.join(
                f'{number} {status}'
                for status, number in sorted(count.items()))))
    return lines


def survivors(found):
    """Return the difference that each mutant makes that was not found.

    The working directory has to be that of the mutants.
    """
    from mutmut.mutation import diff_apply

    return [f'{mutant}: {status}\n'
            + diff_apply.get_diff_for_mutant(mutant, path=path)
            for path, mutants in found.items()
            for mutant, status in mutants.items() if status not in _FOUND]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('folder', type=pathlib.Path)
    parser.add_argument('modules', nargs='*', metavar='module')
    options = parser.parse_args()
    prepare(options.folder, options.modules)
    os.chdir(options.folder)
    code = run_mutmut(options.modules)
    if code:
        return code
    found = statuses(options.folder)
    print('\n\n'.join(['', *survivors(found), '\n'.join(report(found))]))
    return 0


if __name__ == '__main__':
    sys.exit(main())
