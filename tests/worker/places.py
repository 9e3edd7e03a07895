"""What a site of the worker tests has for itself on servers that it shares: a database and a queue.

Run as a process of its own: pytest lets no test connect to a database that is not Django's test database.
"""

import os
import sys
from typing import Any

from django.db.utils import ConnectionHandler
from kombu import Connection

from tests import services

STACK = services.stack()
HAS_SERVER = STACK.engine != services.Stack().engine
HAS_BROKER = STACK.broker_url is not None


def broker_settings(name: str) -> dict[str, Any]:
    """The settings with which a site has one queue of its own on the broker.

    A test that stands in the way of the broker says in the environment where it is reached instead.
    """
    return {
        "CELERY_BROKER_URL": os.environ.get("WORKER_SITE_BROKER") or STACK.broker_url,
        "CELERY_BROKER_TRANSPORT_OPTIONS": {"global_keyprefix": f"{name}:"} if STACK.broker == "redis" else {},
        "CELERY_TASK_DEFAULT_QUEUE": name,
    }


def create_database(name: str) -> None:
    _administer({"postgresql": f'CREATE DATABASE "{name}"', "mariadb": f"CREATE DATABASE `{name}` CHARSET utf8mb4"})


def drop_database(name: str) -> None:
    """Drop it, also if a process that was killed just now still seems to be connected."""
    _administer({"postgresql": f'DROP DATABASE "{name}" WITH (FORCE)', "mariadb": f"DROP DATABASE `{name}`"})


def _administer(statements: dict[str, str]) -> None:
    """Run a statement on a connection to the server that is not one to the site's database."""
    handler = ConnectionHandler({"default": STACK.database()})
    with handler["default"]._nodb_cursor() as cursor:
        cursor.execute(statements[STACK.engine])


def lose_queue(name: str) -> None:
    """Delete the queue with all that waits in it, as a broker does that keeps nothing over a restart."""
    assert STACK.broker_url is not None
    with Connection(STACK.broker_url) as connection:
        channel: Any = connection.channel()
        if STACK.broker == "redis":
            for key in channel.client.scan_iter(f"{name}:*"):
                channel.client.delete(key)
        else:
            channel.queue_delete(name)
            channel.exchange_delete(name)


if __name__ == "__main__":
    {"create_database": create_database, "drop_database": drop_database}[sys.argv[1]](sys.argv[2])
