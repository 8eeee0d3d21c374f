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

"""Jobs: operations that a client starts and then polls."""

from collections.abc import Callable
import dataclasses
import itertools
import time

from nova_powervm.sim import errors

RUNNING = 'RUNNING'
COMPLETED_OK = 'COMPLETED_OK'
COMPLETED_WITH_ERROR = 'COMPLETED_WITH_ERROR'

# Clients delete their jobs; above this number the oldest is dropped.
MAX_JOBS = 10_000


@dataclasses.dataclass
class Job:
    """A job; its times are milliseconds of the epoch, as in responses."""

    job_id: int
    group: str
    target: str
    operation: str
    parameters: dict[str, str]
    started: int
    status: str = RUNNING
    completed: int | None = None
    results: dict[str, str] = dataclasses.field(default_factory=dict)

    def finish(self, error: str | None = None, **results: str) -> None:
        """Complete the job, unless it is already complete."""
        if self.status != RUNNING:
            return
        self.completed = int(time.time() * 1000)
        self.status = COMPLETED_WITH_ERROR if error else COMPLETED_OK
        self.results['returnCode'] = '1' if error else '0'
        if error:
            self.results['result'] = error
        self.results.update(results)


class JobTable:
    """The jobs that clients have not deleted."""

    def __init__(self) -> None:
        self._jobs: dict[int, Job] = {}
        self._ids = itertools.count(int(time.time() * 1000))

    def start(self, group: str, target: str, operation: str,
              parameters: dict[str, str],
              run: Callable[[Job], None]) -> Job:
        """Create and start a job.

        :param run: starts the work; the work calls the job's ``finish``, in
            ``run`` or later.
        """
        job = Job(next(self._ids), group, target, operation, parameters,
                  int(time.time() * 1000))
        run(job)
        if len(self._jobs) >= MAX_JOBS:
            del self._jobs[next(iter(self._jobs))]
        self._jobs[job.job_id] = job
        return job

    def get(self, job_id: str) -> Job:
        """Return a job.

        :raises errors.NotFound: if it does not exist.
        """
        job = self._jobs.get(int(job_id)) if job_id.isdecimal() else None
        if job is None:
            raise errors.NotFound(f'Job {job_id} does not exist.')
        return job

    def delete(self, job_id: str) -> None:
        """Delete a job that is complete.

        :raises errors.RestError: if it does not exist or is still running.
        """
        job = self.get(job_id)
        if job.status == RUNNING:
            raise errors.RestError(409, f'Job {job_id} is still running.')
        del self._jobs[job.job_id]
