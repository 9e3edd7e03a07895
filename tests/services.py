"""The database servers and brokers that tests and benchmarks use, from URLs in the environment.

A server that has no URL there is looked for on this machine, on its usual port. Nothing but databases whose names begin
with `cert_completion` and queues that a test makes for itself is touched. `CERT_COMPLETION_STACK` chooses the database
and the broker of a run; without it the tests need no server.
"""

import os
from dataclasses import dataclass
from typing import Any

import dj_database_url


@dataclass(frozen=True)
class Service:
    """A server: the environment variable with its URL, the URL otherwise, and how to start it on Debian."""

    name: str
    variable: str
    default: str
    start: str

    @property
    def url(self) -> str:
        return os.environ.get(self.variable) or self.default


POSTGRESQL = Service(
    "PostgreSQL",
    "CERT_COMPLETION_POSTGRESQL_URL",
    "postgresql://postgres@127.0.0.1:5432/cert_completion",
    "pg_ctlcluster 15 main start",
)
MARIADB = Service(
    "MySQL or MariaDB",
    "CERT_COMPLETION_MYSQL_URL",
    "mysql://root@127.0.0.1:3306/cert_completion",
    "service mariadb start",
)
REDIS = Service("Redis", "CERT_COMPLETION_REDIS_URL", "redis://127.0.0.1:6379/9", "service redis-server start")
RABBITMQ = Service(
    "RabbitMQ", "CERT_COMPLETION_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//", "service rabbitmq-server start"
)

DATABASES = {"postgresql": POSTGRESQL, "mariadb": MARIADB}
BROKERS = {"redis": REDIS, "rabbitmq": RABBITMQ}


def database(engine: str, name: str = "") -> dict[str, Any]:
    """Django's settings for one of `DATABASES`; with another database's name, if one is given."""
    settings: dict[str, Any] = dict(dj_database_url.parse(DATABASES[engine].url))
    if name:
        settings["NAME"] = name
    settings["TEST"] = {"NAME": f"{settings['NAME']}_tests"}
    if engine == "mariadb":
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "charset": "utf8mb4"}
        settings["TEST"]["CHARSET"] = "utf8mb4"
    return settings


STACK_VARIABLE = "CERT_COMPLETION_STACK"


@dataclass(frozen=True)
class Stack:
    """A database engine and a broker, each by its key in `DATABASES` and `BROKERS`; the defaults need no server."""

    engine: str = "sqlite"
    broker: str = "filesystem"

    def __str__(self) -> str:
        return f"{self.engine}+{self.broker}"

    def database(self, name: str = "") -> dict[str, Any]:
        """Django's settings for the database; `name` is a database on a server, a file on SQLite (else in memory)."""
        if self.engine in DATABASES:
            return database(self.engine, name)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name or ":memory:"}

    @property
    def broker_url(self) -> str | None:
        """The broker's URL; None if the broker is a folder, which each site has for itself."""
        return BROKERS[self.broker].url if self.broker in BROKERS else None


STACKS = (Stack(), *(Stack(engine, broker) for engine in DATABASES for broker in BROKERS))


class UnknownStack(ValueError):
    """There is no such stack."""


def stack() -> Stack:
    """The stack that the environment chooses. Raises UnknownStack, which names those that there are."""
    chosen = os.environ.get(STACK_VARIABLE) or str(Stack())
    for each in STACKS:
        if str(each) == chosen:
            return each
    raise UnknownStack(f"{STACK_VARIABLE} is {chosen!r}. Choose one of: {', '.join(map(str, STACKS))}.")
