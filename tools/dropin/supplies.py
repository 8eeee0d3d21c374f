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

"""What the driver of nova-powervm 9.0.0 lacks on nova 34, in one place.

That release was made for nova 20 and Python 2.7. What its modules import or
call of nova and is gone since is put back here, and what the simulated host
lacks. Nothing here touches the event module.
"""

from collections.abc import Callable
import functools
import importlib
import pathlib
from typing import Any

import eventlet
from nova import conf as nova_conf
from nova import image
from nova.image import glance
from nova import utils
import nova.virt
from oslo_config import cfg
from pypowervm import adapter
from pypowervm.tasks.monitor import host_cpu
from pypowervm import util
from pypowervm.wrappers import logical_partition

# nova had these options of its own powervm driver until nova 29; 9.0.0 reads
# them.
_OPTIONS = [
    cfg.StrOpt('disk_driver', default='localdisk'),
    cfg.StrOpt('volume_group_name', default='rootvg'),
    cfg.FloatOpt('proc_units_factor', default=0.1)]

# The simulator's management partition is its first.
_MANAGEMENT_PARTITION = 1


def supply(tree: pathlib.Path, port: int) -> Any:
    """Supply all that nova-compute would need at its start.

    :param tree: the tree of the driver, which is first on the path.
    :param port: port of a simulator.
    :returns: the driver's module.
    """
    put_back()
    use_port(port)
    be_management_partition(_MANAGEMENT_PARTITION)
    have_nvram(nvram_of)
    have_no_metrics()
    return find_driver(tree)


def nvram_of(uuid: str) -> str:
    """Return what stands for the NVRAM of an LPAR or its instance."""
    return 'NVRAM of %s' % uuid.lower()


def put_back() -> None:
    """Give 9.0.0 what nova had when it was made.

    Has to be called before its driver is imported.
    """
    # Its own modules register these group and options later; the same ones
    # may be registered twice.
    nova_conf.CONF.register_opts(_OPTIONS, group='powervm')
    image.API = glance.API
    # nova's green threads, whose wait() the NVRAM manager uses.
    utils.spawn = _spawn


def _spawn(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    return eventlet.spawn(work, *args, **kwargs)


def find_driver(tree: pathlib.Path) -> Any:
    """Return 9.0.0's module by the name that nova-compute loads it by.

    pip would put its file into nova's own folder.
    """
    nova.virt.__path__.insert(0, str(tree / 'nova' / 'virt'))
    return importlib.import_module('nova.virt.powervm_ext.driver')


def use_port(port: int) -> None:
    """Let the driver find NovaLink at a port of ours.

    It has no option for that: it always asks the port 12080.
    """
    # The class itself: isinstance() has to go on to know it.
    adapter.Session.__init__ = functools.partialmethod(
        adapter.Session.__init__, port=port)


def be_management_partition(number: int) -> None:
    """Let this machine be a partition, by its id.

    On POWER hardware the kernel says which one it is.
    """
    util.my_partition_id = lambda: number


def have_nvram(nvram_of: Callable[[str], str]) -> None:
    """Let LPARs have an NVRAM, which the simulator's have not.

    :param nvram_of: called with an LPAR's uuid.
    """
    logical_partition.LPAR.nvram = property(lambda lpar: nvram_of(lpar.uuid))


def have_no_metrics() -> None:
    """Do without the processors' load, which the simulator does not measure.

    The driver reads it for nova's statistics of the host.
    """
    host_cpu.HostCPUMetricCache = lambda *args: None


def use_store(store: Any) -> None:
    """Let the driver store NVRAMs elsewhere than in swift.

    :param store: what its NVRAM manager gets; the driver knows no other name
        than swift's.
    """
    swift = importlib.import_module('nova_powervm.virt.powervm.nvram.swift')
    setattr(swift, 'SwiftNvramStore', lambda: store)  # noqa: B010


def answer_new_questions(driver: Any) -> None:
    """Let the driver's class have what nova asks of drivers since.

    :param driver: the class.
    """
    # nova stops a new host that has instances already.
    driver.list_instance_uuids = lambda self: []
