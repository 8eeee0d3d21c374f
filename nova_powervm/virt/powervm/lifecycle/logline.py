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

"""What a log line of the event module is."""

import dataclasses
from typing import Any


@dataclasses.dataclass(frozen=True)
class Line:
    """A log line.

    :ivar level: of the module ``logging``.
    :ivar text: with named fields, formatted only if the line is wanted.
    :ivar meaning: what an operator reads out of it.
    """

    level: int
    text: str
    meaning: str

    def log(self, logger: Any, *, exc_info: bool = False,
            instance_uuid: str | None = None, **fields: Any) -> None:
        """Log the line.

        :param logger: a logger of oslo.log.
        :param exc_info: whether to add the exception being handled.
        :param instance_uuid: the instance that the line is about.
        :param fields: for the text.
        """
        # logging takes an empty mapping for an argument without a place.
        arguments = [fields] if fields else []
        logger.log(self.level, self.text, *arguments, exc_info=exc_info,
                   instance_uuid=instance_uuid)
