"""Workers of this process do one portion a turn, so that each portion needs the broker."""

from celery.signals import worker_init


def connect():
    worker_init.connect(_shorten, weak=False)


def _shorten(**kwargs):
    from cert_completion_plugin import tasks

    tasks.TURN_SECONDS = 0
