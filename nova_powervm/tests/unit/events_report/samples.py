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

"""Lines of the event module, as oslo.log and the journal write them."""

import io
import logging

from oslo_config import cfg
from oslo_log import formatters
from oslo_log import log

from nova_powervm.virt.powervm.lifecycle import batch_fields
from nova_powervm.virt.powervm.lifecycle import histogram
from nova_powervm.virt.powervm.lifecycle import messages

LOGGER = 'nova_powervm.virt.powervm.lifecycle.apply'
INSTANCE = '1f7e52d3-5f50-4b0e-9d0c-51c5f3c3a9d1'
LPAR = INSTANCE.upper()
#: A time of a log, as seconds.
NOON = 1796040000.0

_DEVSTACK = ('%(color)s%(levelname)s %(name)s [{} admin admin%(color)s] '
             '%(instance)s%(color)s%(message)s\x1b[00m')
_TIMED = '%(asctime)s.%(msecs)03d '

# What nova's wheel sets is oslo.log's default as well.
DEFAULT = {}
DEVSTACK_CONSOLE = {
    'logging_default_format_string': _TIMED + _DEVSTACK.format('None'),
    'logging_context_format_string': _TIMED + _DEVSTACK.format(
        '%(request_id)s'),
    'logging_debug_format_suffix':
        'from (pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d'}
DEVSTACK_JOURNAL = {
    'logging_default_format_string': _DEVSTACK.format('None'),
    'logging_context_format_string': _DEVSTACK.format('%(request_id)s'),
    'logging_debug_format_suffix':
        '{{(pid=%(process)d) %(funcName)s %(pathname)s:%(lineno)d}}'}

#: What journalctl -o short-iso writes before a line.
SHORT_ISO = '2026-11-30T12:00:00+0100 cmp1 nova-compute[4242]: '


def batch(**fields):
    """Return the fields of the line of a batch."""
    times = histogram.Histogram()
    times.add(0.25)
    return {**dict.fromkeys(batch_fields.NUMBERS, 3),
            **dict.fromkeys(batch_fields.WAITS, 4),
            'batch': 1, 'outcomes': 'emit=1 no_change=2', 'over': 'nothing',
            'times': histogram.pack({'rest': times, 'lookup': times}),
            **fields}


def fields_of(line):
    """Return fields with which a line can be logged."""
    if line is messages.BATCH:
        return batch()
    return {name: {'lpar': LPAR, 'seconds': 61, 'attempts': 3}.get(
        name, 7) for name in (
            'lpar', 'state', 'event', 'outcome', 'error', 'seconds',
            'attempts', 'times', 'vm_state', 'power_state', 'dropped',
            'instances', 'lpars', 'doing', 'spent', 'limit', 'trace')}


def colored(record):
    """Give a record the color that oslo.log's own handlers give it."""
    record.color = '\x1b[00;32m'
    return True


class Log:
    """A log in memory.

    :param options: of oslo.log; None stands for its JSON formatter.
    """

    def __init__(self, options=None):
        self.text = io.StringIO()
        self._handler = logging.StreamHandler(self.text)
        self._handler.addFilter(colored)
        if options is None:
            formatter = formatters.JSONFormatter(datefmt='%Y-%m-%d %H:%M:%S')
        else:
            conf = cfg.ConfigOpts()
            log.register_options(conf)
            conf([], default_config_files=[], default_config_dirs=[])
            for name, value in options.items():
                conf.set_override(name, value)
            formatter = formatters.ContextFormatter(
                config=conf, datefmt='%Y-%m-%d %H:%M:%S')
        self._handler.setFormatter(formatter)
        self._logger = logging.getLogger(LOGGER)

    def __enter__(self):
        self._level = self._logger.level
        self._logger.setLevel(logging.DEBUG)
        self._logger.addHandler(self._handler)
        return self

    def __exit__(self, *args):
        self._logger.removeHandler(self._handler)
        self._logger.setLevel(self._level)

    def write(self, line, instance=None, **fields):
        """Log one of the declared lines."""
        line.log(log.getLogger(LOGGER), instance_uuid=instance, **(
            fields or fields_of(line)))

    def lines(self):
        """Return what was written."""
        return self.text.getvalue().splitlines()
