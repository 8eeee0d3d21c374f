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

"""Writes a Guru Meditation Report in the middle of ``Statistics.add``.

A program of its own, since it has to choose nova's concurrency backend before
it imports anything else: ``python -m <this> eventlet``. Prints the report on
stderr, and ``done`` at the end.
"""

import os
import signal
import sys


class Interrupting(dict):
    """Counters whose change is interrupted by the signal."""

    def __setitem__(self, name, value):
        reports = Interrupting.reports
        os.kill(os.getpid(), signal.SIGUSR2)
        while Interrupting.reports == reports:
            # Python calls the handler between two instructions.
            pass
        super().__setitem__(name, value)


def main(backend):
    """Choose a backend, and interrupt a thread that counts."""
    from nova_powervm.testing import backends
    backends.select(backend)
    import threading

    from nova import version
    from oslo_config import cfg
    from oslo_reports import guru_meditation_report

    from nova_powervm.virt.powervm.lifecycle import guru  # noqa: F401
    from nova_powervm.virt.powervm.lifecycle import stats

    cfg.CONF([], default_config_files=[], default_config_dirs=[])
    guru_meditation_report.TextGuruMeditation.setup_autorun(version)
    write_report = signal.getsignal(signal.SIGUSR2)

    def handle(*args):
        write_report(*args)
        Interrupting.reports += 1

    signal.signal(signal.SIGUSR2, handle)
    statistics = stats.Statistics({'pending': lambda: 424242})
    statistics._counters = Interrupting(statistics._counters)
    Interrupting.reports = 0
    # Python handles signals on the first thread: interrupt that, too.
    statistics.add(events=1, batches=1)
    thread = threading.Thread(target=statistics.add, kwargs={'events': 1})
    thread.start()
    thread.join()
    print('done', statistics.counters()['events'], Interrupting.reports)


if __name__ == '__main__':
    main(sys.argv[1])
