"""Celery: whether uploads reach a worker. Whether one runs cannot be seen at start-up; the status page says it."""

from collections.abc import Iterator
from typing import Any

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from cert_completion_plugin import broker, conf, tasks


def check_celery(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Uploads can reach a worker: the process has a Celery application, and that sends what is to be done."""
    if not broker.has_app():
        text = "No Celery application is loaded in this process, so that uploads reach no worker."
        hint = "Import the site's Celery application in the __init__.py of its project, as Celery's Django guide shows."
        return [checks.Warning(text, hint=hint, id="cert_completion.W001")]
    return list(_of_the_app())


def _of_the_app() -> Iterator[checks.CheckMessage]:
    if broker.is_eager():
        text = "Celery's task_always_eager is on: whoever uploads a file waits until all of it is imported."
        hint = "Take CELERY_TASK_ALWAYS_EAGER out of the settings; without a worker use cert_completion_sweep --work."
        yield checks.Warning(text, hint=hint, id="cert_completion.W007")
    elif broker.transport() == "memory":
        text = "The broker is in the memory of this process (memory://), so that no worker hears of uploads."
        hint = "Set CELERY_BROKER_URL to a broker that workers can reach, such as redis://localhost:6379/0."
        yield checks.Warning(text, hint=hint, id="cert_completion.W008")


def check_broker(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The queue is known, and Redis does not deliver a message again while what it asks for is still being done."""
    try:
        queue, chosen = broker.queue_name(), conf.settings().queue
        visibility, longest = broker.visibility_timeout(), tasks.longest_seconds()
    except ImproperlyConfigured:
        return []
    found: list[checks.CheckMessage] = []
    if queue is None:
        text = f"Imports are to be sent to the queue {chosen!r}, which the Celery application does not know."
        hint = f"Add it to CELERY_TASK_QUEUES, or correct QUEUE in {conf.NAME}."
        found.append(checks.Error(text, hint=hint, id="cert_completion.E010"))
    if visibility is not None and visibility < longest:
        found.append(_delivered_again(visibility, longest))
    return found


def _delivered_again(visibility: int, longest: int) -> checks.CheckMessage:
    text = (
        f"The Redis broker delivers a message again after {visibility} seconds (visibility_timeout), but a task of "
        f"imports may take or wait for {longest} seconds. Work would be begun twice; its result stays right."
    )
    hint = (
        f'Set "visibility_timeout" in CELERY_BROKER_TRANSPORT_OPTIONS to {longest} or more, or lower PORTION_SECONDS '
        f"in {conf.NAME}."
    )
    return checks.Warning(text, hint=hint, id="cert_completion.W002")
