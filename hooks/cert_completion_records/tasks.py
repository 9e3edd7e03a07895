"""The Celery task, for sites that run Celery beat; celery is spoken here alone, and needed for nothing else."""

from traceback import extract_tb

from celery import shared_task

from cert_completion_records.clock import today
from cert_completion_records.messaging.run import send_due


@shared_task(name="cert_completion_records.send_due_messages", ignore_result=True)
def send_due_messages() -> None:
    """Send the messages to learners that are due, as `manage.py cert_completion_messages` does. Run it once an hour."""
    try:
        send_due(today())
    except Exception as error:
        raise RunFailed(f"{type(error).__name__} in {_place_of(error)}") from None


class RunFailed(Exception):
    """The run ended before its time: by what kind of error and where. The error's own text may name learners."""


def _place_of(error: Exception) -> str:
    last = extract_tb(error.__traceback__)[-1]
    return f"{last.filename}, line {last.lineno}"
