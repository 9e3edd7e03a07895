"""Every task that this process sends is sent a second time."""

from celery import current_app
from celery.signals import after_task_publish

COPY = "copy-of-a-task"


def connect():
    after_task_publish.connect(_send_again, weak=False)


def _send_again(sender, headers, body, **kwargs):
    if headers.get(COPY):
        return
    arguments, options, _ = body
    again = {"eta": headers.get("eta"), "expires": headers.get("expires")}
    current_app.send_task(sender, arguments, options, headers={COPY: True}, ignore_result=True, **again)
