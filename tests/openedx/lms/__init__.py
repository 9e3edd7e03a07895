"""As much of an LMS as a plugin meets while it is loaded."""

from tests.openedx.lms.celery import APP as CELERY_APP

__all__ = ["CELERY_APP"]
