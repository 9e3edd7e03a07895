"""The Celery tasks; celery is spoken here alone."""

import logging
from traceback import extract_tb
from typing import Any

from celery import shared_task

from cert_completion_openedx import conf, retirement
from cert_completion_openedx.certificates import issuing

logger = logging.getLogger("cert_completion_openedx")

ISSUING_SECONDS = 5
"""How long certificates of one import are issued before others have their turn."""

LONGEST_PAUSE = 1800
"""Brokers do not like to hold messages for longer."""

_LIMITS: dict[str, Any] = {"soft_time_limit": 300, "time_limit": 360}


class IssuingFailed(Exception):
    """The task ended before its time: by what kind of error and where. The error's own text may name learners."""


@shared_task(
    name="cert_completion_openedx.issue_certificates", ignore_result=True, acks_late=True, reject_on_worker_lost=True
)
def issue_certificates(source: int) -> None:
    """Issue course certificates that an import ordered for a while, then again behind everybody else who waits.

    A copy too many finds nothing to do in the end, and is not sent on.
    """
    try:
        seconds = issuing.work(source, ISSUING_SECONDS).seconds
    except Exception as error:
        last = extract_tb(error.__traceback__)[-1]
        raise IssuingFailed(f"{type(error).__name__} in {last.filename}, line {last.lineno}") from None
    if seconds is not None:
        send(source, seconds)


def send(source: int, seconds: float = 0) -> None:
    """Send the certificates of an import to the workers; what gets lost `cert_completion_certificates` finds."""
    options: dict[str, Any] = {"countdown": min(int(seconds) + 1, LONGEST_PAUSE)} if seconds else {}
    _send(issue_certificates, source, **_LIMITS, **options)


def _send(task: Any, *arguments: int, **options: Any) -> None:
    """Send a task to the site's queue. A broker that is down is logged, and keeps nobody from their work."""
    if queue := conf.queue():
        options["queue"] = queue
    try:
        task.apply_async(arguments, retry=False, **options)
    except Exception as error:
        logger.warning("the task %s %s was not sent: %s", task.name, arguments, type(error).__name__)


_FIRST_PAUSE, _MOST_TRIES = 60, 30


@shared_task(
    name="cert_completion_openedx.forget_retired",
    ignore_result=True,
    acks_late=True,
    reject_on_worker_lost=True,
    bind=True,
    max_retries=None,
)
def forget_retired(self: Any) -> None:
    """Forget whom the platform has retired; whoever is left is tried again, for about half a day."""
    tries = self.request.retries
    if retirement.forget_all() and tries < _MOST_TRIES:
        raise self.retry(countdown=min(_FIRST_PAUSE * 2**tries, LONGEST_PAUSE))


def send_forgetting() -> None:
    """Send it to the workers; what gets lost `manage.py cert_completion_forget_retired` does."""
    _send(forget_retired)
