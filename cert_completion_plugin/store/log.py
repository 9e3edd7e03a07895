"""The admin's history of an import: who uploaded, approved, discarded, cancelled or undid it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin.models import ImportBatch
from cert_completion_plugin.store.values import Batch, text_of_lines


class Logged(StrEnum):
    """What somebody did to an import as a whole."""

    UPLOADED = "uploaded"
    APPROVED = "approved"
    DISCARDED = "discarded"
    CANCELLED = "cancelled"
    UNDONE = "undone"


_MESSAGES: Mapping[Logged, Any] = {
    Logged.UPLOADED: _("Uploaded the file."),
    Logged.APPROVED: _("Approved the plan."),
    Logged.DISCARDED: _("Discarded the plan; nothing is recorded."),
    Logged.CANCELLED: _("Cancelled the import."),
    Logged.UNDONE: _("Undid the import."),
}


def add(batch: Batch, user_id: Any, action: Logged, note: str = "") -> None:
    """Keep in the admin's history what a user did to an import; `note` is what they said to it.

    The text is in the site's language, since others read it. The entry is made by itself, as the manager's own methods
    differ from one version of Django to another. Without the admin, or without a user, nothing is kept.
    """
    if user_id is None or not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    with translation.override(settings.LANGUAGE_CODE):
        message = str(_MESSAGES[action])
    LogEntry.objects.create(
        user_id=user_id,
        content_type=ContentType.objects.get_for_model(ImportBatch),
        object_id=str(batch.id),
        object_repr=batch.file_name[:200],
        action_flag=ADDITION if action is Logged.UPLOADED else CHANGE,
        change_message=f"{message} {text_of_lines(note, 1000)}".strip(),
    )
