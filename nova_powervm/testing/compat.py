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

"""What the supported releases of nova have differently, for tests.

The rest of the package is written for nova 34. Each function imports what it
needs: nothing may be imported before a process is patched for eventlet.
"""

from collections.abc import Callable
from collections.abc import Iterator
import contextlib
import importlib.metadata
import signal
import sys
import threading
from typing import Any


def release() -> int:
    """Return nova's major version, such as 34."""
    return int(importlib.metadata.version('nova').partition('.')[0])


def patch() -> None:
    """Let nova patch this process for eventlet if the environment says so."""
    from nova import monkey_patch
    # nova 31 did that as it was imported just now.
    if release() > 31:
        # It takes no parameter in nova 32, and heeds none if there is the
        # variable in the environment.
        monkey_patch.patch()


def is_patched() -> bool:
    """Tell whether this process is patched for eventlet."""
    from nova import monkey_patch
    if release() > 31:
        return bool(monkey_patch.is_patched())
    # nova 31 does not tell.
    eventlet = sys.modules.get('eventlet')
    return eventlet is not None and bool(
        eventlet.patcher.is_monkey_patched('thread'))


def compute_topics() -> dict[str, str]:
    """Return what ``nova.service.Service.create`` wants for nova-compute."""
    from nova.compute import rpcapi
    topics = {'topic': rpcapi.RPC_TOPIC}
    # New in nova 33, for its graceful shutdown.
    if release() > 32:
        topics['topic_alt'] = rpcapi.RPC_TOPIC_ALT
    return topics


def stop_options(seconds: int) -> dict[str, Any]:
    """Return options by which a service waits so long for its tasks to end.

    nova 33 waits although there are none, so it gets a second; its
    predecessors do not wait.
    """
    if release() < 33:
        return {}
    return {'manager_shutdown_timeout': seconds if release() > 33 else 1}


def stop_in_init_host() -> tuple[int, int]:
    """Return how many SIGTERMs end nova-compute in init_host, and its status.

    nova 33 raises AttributeError then, for ``rpcserver_alt``. On native
    threads that is its end; on eventlet it goes on, without its handlers of
    signals, and the second one kills it.
    """
    if release() != 33:
        return 1, 0
    return (2, -signal.SIGTERM) if is_patched() else (1, 1)


def reset_thread_pools() -> None:
    """Leave nova's pools of threads as if no nova had run in this process."""
    if release() > 33:
        from nova import thread_pool_factory
        thread_pool_factory.reset_all_executors()
        thread_pool_factory.FACTORY._shutdown = False
        return
    from nova import utils
    # Pools of nova 32 and 33, whose fixtures want that there are none.
    for name in ('default', 'scatter_gather', 'cache_images', 'long_task'):
        destroy = getattr(utils, 'destroy_%s_executor' % name, None)
        if destroy is not None:
            destroy()


def power_sync_state(size: int) -> dict[str, Any]:
    """Return what a compute manager keeps for its periodic power sync.

    :param size: number of its threads, which nova 34 reads from its options.
    """
    if release() < 33:
        state: dict[str, Any] = {'_syncs_in_progress': {}}
    else:
        state = {'_syncs_in_progress': set(),
                 '_syncs_in_progress_lock': threading.Lock()}
    if release() == 33:
        from nova import utils
        state['_sync_power_executor'] = utils.create_executor(size)
    elif release() == 32:
        import futurist
        state['_sync_power_executor'] = futurist.GreenThreadPoolExecutor(size)
    elif release() < 32:
        # nova has imported it.
        state['_sync_power_pool'] = sys.modules['eventlet'].GreenPool(size)
    return state


def forget_cells() -> None:
    """Let nova forget the cells that it has seen."""
    from nova import context
    # New in nova 34.
    if release() > 33:
        context.reset_globals()
        return
    from nova import service_auth
    context.CELL_CACHE = {}
    context.CELLS = []
    service_auth.reset_globals()


def serialize_writes(stub_out: Callable[[str, Any], object]) -> None:
    """Let one thread at a time write to databases of SQLite.

    SQLite gives up if two do. The fixtures of nova 34 see to that themselves,
    those of nova 33 and older do not.

    :param stub_out: replaces an attribute by its dotted name.
    """
    if release() > 33:
        return
    from oslo_db.sqlalchemy import enginefacade
    manager = enginefacade._TransactionContextManager
    scope = manager._transaction_scope
    lock = threading.RLock()

    @contextlib.contextmanager
    def one_at_a_time(self: Any, context: Any) -> Iterator[Any]:
        writes = self._mode is enginefacade._WRITER
        with (lock if writes else contextlib.nullcontext(),
              scope(self, context) as resource):
            yield resource

    stub_out('%s.%s._transaction_scope' % (
        enginefacade.__name__, manager.__name__), one_at_a_time)
