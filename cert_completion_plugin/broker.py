"""What the site's Celery application says of itself: its broker, whether that answers, and where imports are sent."""

from dataclasses import dataclass
from socket import gethostname
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from celery import current_app, current_task
from celery.exceptions import QueueNotFound

from cert_completion_plugin import conf, logbook

REDIS_SECONDS = 3600
"""The visibility timeout of Redis where a site sets none."""

BROKER_SECONDS = 1
BROKER_ASKED_SECONDS = 10
_broker_asked = (float("-inf"), False)

WORK = "cert_completion_plugin.work_on_batch"


@dataclass(frozen=True, slots=True)
class Described:
    """A worker of Celery's: its name, the queues at which it listens, on how many tasks it works at a time."""

    name: str
    queues: list[str]
    processes: int


def described(consumer: Any) -> Described:
    """The worker whose part that takes messages from the broker this is."""
    queues = sorted(consumer.app.amqp.queues.consume_from)
    return Described(str(consumer.hostname), queues, int(getattr(consumer.controller, "concurrency", 0) or 0))


def worker_name() -> str:
    """Celery's name of the worker that does the present task."""
    return str(getattr(getattr(current_task, "request", None), "hostname", None) or gethostname())


def has_app() -> bool:
    """Whether this process has a Celery application of the site's, and not merely Celery's empty default."""
    return current_app.main != "default"


def is_eager() -> bool:
    """Whether tasks are done where they are sent, in the request, and not by workers."""
    return bool(current_app.conf.task_always_eager)


def address() -> str:
    """The broker's transport and machine, such as redis://queue.example.org:6379, without user and password."""
    parts = urlsplit(_url())
    try:
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        port = ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def transport() -> str:
    """The transport of the broker, such as "redis", "amqp", "filesystem" or "memory"."""
    return _url().partition(":")[0]


def _url() -> str:
    """The first address of the broker; Celery itself takes RabbitMQ on the same machine where none is set."""
    given = current_app.conf.broker_write_url or current_app.conf.broker_url or "amqp://localhost"
    first = given[0] if isinstance(given, (list, tuple)) else given
    return str(first).partition(";")[0]


def queue_name() -> str | None:
    """The queue to which the work of imports is sent; None if the application does not know that queue."""
    chosen = conf.settings().queue
    try:
        route = current_app.amqp.router.route({"queue": chosen} if chosen else {}, WORK)
    except QueueNotFound:
        return None
    queue = route.get("queue")
    return str(getattr(queue, "name", queue) or current_app.conf.task_default_queue)


def visibility_timeout() -> int | None:
    """After how many seconds the broker delivers an unacknowledged message again; None if it never does so by time."""
    if not _is_redis():
        return None
    return int((current_app.conf.broker_transport_options or {}).get("visibility_timeout", REDIS_SECONDS))


def _is_redis() -> bool:
    return transport() in ("redis", "rediss", "sentinel", "redis+socket")


def broker_answers() -> bool:
    """Whether the broker can be reached now; asked at most every ten seconds, and not waited for longer than one."""
    global _broker_asked
    asked_at, answer = _broker_asked
    if monotonic() - asked_at > BROKER_ASKED_SECONDS:
        answer = _broker_answers()
        _broker_asked = monotonic(), answer
    return answer


def _broker_answers() -> bool:
    options: dict[str, Any] = dict(current_app.conf.broker_transport_options or {})
    if _is_redis():
        options |= {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
    try:
        with current_app.connection_for_write(
            connect_timeout=BROKER_SECONDS, transport_options=options, heartbeat=0
        ) as connection:
            # Not `connect`, which tries again after a pause.
            established = connection.transport.establish_connection()
            connection.transport.close_connection(established)
    except Exception as error:
        logbook.tell_fault(logbook.BROKER_SILENT, error)
        return False
    return True
