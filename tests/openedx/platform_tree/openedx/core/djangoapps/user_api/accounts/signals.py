"""The platform's signals of retirement, under the platform's path."""

from django.dispatch import Signal

USER_RETIRE_LMS_MISC = Signal()
