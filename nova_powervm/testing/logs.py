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


"""Log records, told apart by their templates and not by their words."""

import collections
import logging
from typing import Any

import fixtures

#: What a record was made of: ``record.msg`` before its arguments are filled
#: in, or an object that has it as its attribute ``text``.
Template = Any


def _text(template: Template) -> str:
    return str(getattr(template, 'text', template))


class Logs(fixtures.Fixture):
    """Keeps the records that the loggers of a package make. Thread-safe.

    :ivar records: the records, oldest first.

    :param name: name of the package.
    :param level: the least level of records that are made and kept.
    """

    def __init__(self, name: str = 'nova_powervm',
                 level: int = logging.DEBUG) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []
        self._name = name
        self._level = level

    def _setUp(self) -> None:
        logger = logging.getLogger(self._name)
        handler = _Keeper(self.records, self._level)
        self.addCleanup(logger.setLevel, logger.level)
        self.addCleanup(logger.removeHandler, handler)
        logger.setLevel(self._level)
        logger.addHandler(handler)

    def templates(self, level: int = logging.NOTSET) -> list[str]:
        """Return the template of each record, oldest first.

        :param level: the least level of records that count.
        """
        return [str(record.msg) for record in list(self.records)
                if record.levelno >= level]

    def counts(self, level: int = logging.NOTSET) -> collections.Counter[str]:
        """Return how many records there are of each template."""
        return collections.Counter(self.templates(level))

    def count(self, template: Template) -> int:
        """Return how many records were made of a template."""
        return self.templates().count(_text(template))

    def of(self, template: Template) -> list[logging.LogRecord]:
        """Return the records that were made of a template, oldest first."""
        return [record for record in list(self.records)
                if record.msg == _text(template)]

    def instances(self, template: Template) -> list[str]:
        """Return the uuids of the instances that such records name."""
        named = (getattr(record, 'instance', None)
                 for record in self.of(template))
        return [instance.uuid for instance in named if instance is not None]

    def take(self) -> list[logging.LogRecord]:
        """Return all records so far, oldest first, and forget them."""
        taken = list(self.records)
        # Others may have come meanwhile.
        del self.records[:len(taken)]
        return taken

    def clear(self) -> None:
        """Forget all records so far."""
        self.take()


class _Keeper(logging.Handler):

    def __init__(self, records: list[logging.LogRecord], level: int) -> None:
        super().__init__(level)
        self._records = records

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)
