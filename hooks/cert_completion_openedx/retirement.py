"""Forgetting whom the platform retires: noted with its own work, done by a task."""

import logging
from typing import Any

from django.db import transaction

from cert_completion_openedx.models import RetiredLearner

logger = logging.getLogger("cert_completion_openedx")


def remember(user: Any) -> None:
    """Keep that this user is to be forgotten, in the transaction of whoever retires them, and tell the workers of it.

    Forgetting takes many transactions, which is nothing for a request.
    """
    from cert_completion_openedx import tasks

    RetiredLearner._default_manager.get_or_create(learner_id=user.pk, defaults={"username": user.get_username()})
    transaction.on_commit(tasks.send_forgetting)


def forget_all() -> int:
    """Forget all who are to be; how many are left, because a host could not be reached or something else failed.

    Doing it twice at once, or again, is harmless.
    """
    from cert_completion_plugin import api

    left = 0
    for retired in RetiredLearner._default_manager.order_by("pk"):
        try:
            api.forget_learner(api.SYSTEM, retired.username, learner_key=str(retired.learner_id))
        except Exception as error:
            # Its text may name them.
            logger.error("retired learner %s is not forgotten yet: %s", retired.learner_id, type(error).__name__)
            left += 1
        else:
            RetiredLearner._default_manager.filter(pk=retired.pk).delete()
    return left
