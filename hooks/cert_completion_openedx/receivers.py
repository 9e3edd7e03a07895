"""What the platform's signals reach; the platform connects them, as `apps.py` says."""

from typing import Any

from cert_completion_openedx import retirement


def forget_retired(sender: Any, user: Any, **kwargs: Any) -> None:
    """Hear of `USER_RETIRE_LMS_MISC`. What it raises stops the platform's pipeline, which then tries again."""
    retirement.remember(user)
