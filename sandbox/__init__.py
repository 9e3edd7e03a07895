"""The smallest honest LMS site: log-in, learners, the record book and the plugin. Start it with `make run`."""

from sandbox.celery import app as celery_app

__all__ = ["celery_app"]
