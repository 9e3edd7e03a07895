"""The harbour's Celery application."""

from celery import Celery

app = Celery("harbour")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
