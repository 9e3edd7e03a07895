"""Says whether the four servers of the tests can be reached, and of those that cannot, how to start them.

    python -m tests.services_reachable          logs in to each
    python -m tests.services_reachable --ports  only looks whether something listens, which needs no drivers

The exit status is 0 if all four can be reached.
"""

import os
import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

import django
from django.db.utils import ConnectionHandler
from kombu import Connection

from tests.services import BROKERS, DATABASES, Service, database

SECONDS = 5
# Where one is logged in before the tests' own database is there.
_FIRST_DATABASE = {"postgresql": "postgres", "mariadb": ""}
_PORTS = {"postgresql": 5432, "postgres": 5432, "mysql": 3306, "redis": 6379, "amqp": 5672}


def main(arguments: list[str]) -> int:
    look = _listens if arguments == ["--ports"] else _log_in
    services = {**DATABASES, **BROKERS}
    faults = [fault for key, service in services.items() if (fault := fault_of(key, service, look))]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def fault_of(key: str, service: Service, look: Callable[[str, Service], None]) -> str:
    """What is wrong with a server and how to mend it; nothing if it can be reached."""
    try:
        look(key, service)
    except Exception as error:  # Four drivers, each with its own.
        reason = " ".join(str(error).split()) or type(error).__name__
        return (
            f"{service.name} cannot be reached at {without_password(service.url)}: {reason}\n"
            f"    Start it (Debian, Ubuntu: {service.start}), or say where one is in {service.variable}."
        )
    return ""


def without_password(url: str) -> str:
    password = urlsplit(url).password
    return url.replace(f":{password}@", ":***@", 1) if password else url


def _listens(_key: str, service: Service) -> None:
    parts = urlsplit(service.url)
    with socket.create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), timeout=SECONDS):
        pass


def _log_in(key: str, service: Service) -> None:
    if key in DATABASES:
        settings = {**database(key), "NAME": _FIRST_DATABASE[key]}
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "connect_timeout": SECONDS}
        connection = ConnectionHandler({"default": settings})["default"]
        connection.ensure_connection()
        connection.close()
    else:
        # Opening a channel is what makes kombu speak to Redis at all.
        with Connection(service.url, connect_timeout=SECONDS) as broker:
            broker.channel()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.exit(main(sys.argv[1:]))
