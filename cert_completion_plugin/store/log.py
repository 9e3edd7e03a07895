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
_LEARNER = _("a learner")
_FORGOTTEN = _("Had a learner forgotten: %(rows)s rows of %(imports)s imports; %(later)s imports follow when they end.")


def add(batch: Batch, user_id: Any, action: Logged, note: str = "") -> None:
    """Keep in the admin's history what a user did to an import; `note` is what they said to it, or what they took.

    The text is in the site's language, since others read it. Without the admin, or without a user, nothing is kept.
    """
    message = f"{_in_site_language(_MESSAGES[action])} {text_of_lines(note, 1000)}".strip()
    _create(user_id, message, of=str(batch.id), called=batch.file_name, is_new=action is Logged.UPLOADED)


def add_forgotten(user_id: Any, numbers: Mapping[str, int]) -> None:
    """Keep that a user had a learner forgotten, and nothing that says whom."""
    message = _in_site_language(_FORGOTTEN) % numbers
    _create(user_id, message, of=None, called=_in_site_language(_LEARNER))


def _in_site_language(text: Any) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return str(text)


def _create(user_id: Any, message: str, *, of: str | None, called: str, is_new: bool = False) -> None:
    """The entry is made by itself, as the manager's own methods differ from one version of Django to another."""
    if user_id is None or not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    LogEntry.objects.create(
        user_id=user_id,
        content_type=ContentType.objects.get_for_model(ImportBatch),
        object_id=of,
        object_repr=called[:200],
        action_flag=ADDITION if is_new else CHANGE,
        change_message=message,
    )
