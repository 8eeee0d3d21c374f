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

"""Services as data, and how it is seen that one is ready."""

from collections.abc import Callable
from collections.abc import Mapping
import dataclasses
import http.client
import socket
from typing import Any
import urllib.error
import urllib.request

import amqp

from tools.minicloud import settings as settings_mod

#: How long a service is asked whether it is ready before that counts as no.
PROBE_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class Service:
    """A process of the cloud.

    name: what it and its log are called.
    command: what starts it; it stays in the foreground.
    ready: returns whether it does its work; raises nothing.
    environment: variables beside those of the command that starts it.
    stop_order: services of a lower number are stopped before those of a
    higher one.
    ready_seconds, stop_seconds: how long it may take to be ready, and to end.
    """

    name: str
    command: tuple[str, ...]
    ready: Callable[[], bool]
    environment: Mapping[str, str] = dataclasses.field(default_factory=dict)
    stop_order: int = 1
    ready_seconds: float = 60.0
    stop_seconds: float = 30.0


#: Values of ``stop_order``.
FIRST, MIDDLE, LAST = range(3)


def listens(port: int) -> Callable[[], bool]:
    """Return what sees whether something accepts connections at a port."""
    def ready() -> bool:
        try:
            socket.create_connection(
                (settings_mod.ADDRESS, port), PROBE_SECONDS).close()
        except OSError:
            return False
        return True

    return ready


def responds(url: str) -> Callable[[], bool]:
    """Return what sees whether an API responds, without an error of its."""
    def ready() -> bool:
        try:
            with urllib.request.urlopen(
                    url, timeout=PROBE_SECONDS):
                return True
        except urllib.error.HTTPError as error:
            # Not found or not authorized: it works.
            return error.code < 500
        except (OSError, http.client.HTTPException):
            return False

    return ready


def accepts_sql(port: int) -> Callable[[], bool]:
    """Return what sees whether MariaDB accepts its administrator."""
    def ready() -> bool:
        # Here: who only describes the service need not have it.
        import pymysql

        try:
            pymysql.connect(
                host=settings_mod.ADDRESS, port=port, user='root',
                connect_timeout=PROBE_SECONDS).close()
        except pymysql.MySQLError:
            return False
        return True

    return ready


def accepts_amqp(port: int) -> Callable[[], bool]:
    """Return what sees whether RabbitMQ accepts nova."""
    def ready() -> bool:
        try:
            with _amqp(port):
                return True
        except (OSError, amqp.AMQPError):
            return False

    return ready


def consumes(port: int, queue: str, consumers: int = 1
             ) -> Callable[[], bool]:
    """Return what sees whether a service takes its messages.

    That is the last that nova's services do at their start.

    :param port: RabbitMQ's.
    :param queue: the queue that the service consumes.
    :param consumers: how many workers it has.
    """
    def ready() -> bool:
        try:
            with _amqp(port) as connection:
                found = connection.channel().queue_declare(
                    queue, passive=True)
        except (OSError, amqp.AMQPError):
            # No broker, or no such queue yet.
            return False
        return bool(found.consumer_count >= consumers)

    return ready


def _amqp(port: int) -> Any:
    return amqp.Connection(
        '%s:%d' % (settings_mod.ADDRESS, port),
        connect_timeout=PROBE_SECONDS, read_timeout=PROBE_SECONDS)
