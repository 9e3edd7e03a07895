"""The database servers and brokers that tests and benchmarks use, from URLs in the environment.

A server that has no URL there is looked for on this machine, on its usual port. Nothing but databases whose names begin
with `cert_completion` and queues that a test makes for itself is touched.
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
    if engine == "mariadb":
        settings["OPTIONS"] = {**settings.get("OPTIONS", {}), "charset": "utf8mb4"}
    return settings
