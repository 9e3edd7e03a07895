"""The Celery task, for sites that run Celery beat; celery is spoken here alone, and needed for nothing else."""

from celery import shared_task

from cert_completion_records.clock import today
from cert_completion_records.messaging.run import send_due


@shared_task(name="cert_completion_records.send_due_messages", ignore_result=True)
def send_due_messages() -> None:
    """Send the messages to learners that are due, as `manage.py cert_completion_messages` does. Run it once an hour."""
    send_due(today())
