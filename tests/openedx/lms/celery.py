"""The Celery application, as a worker names it: `celery --app tests.openedx.lms.celery worker`."""

import os
from typing import Any

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.openedx.settings")

APP = Celery("proj")
APP.conf.task_protocol = 1
APP.config_from_object("django.conf:settings")
APP.autodiscover_tasks()


def route_task(name: str, args: Any, kwargs: Any, options: Any, task: Any = None, **more: Any) -> dict[str, str] | None:
    """The queue that the site chose for a task by its name; none leaves it to Celery."""
    from django.conf import settings

    chosen: dict[str, dict[str, str]] = getattr(settings, "EXPLICIT_QUEUES")  # noqa: B009
    return chosen.get(name)
