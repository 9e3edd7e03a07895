"""The admin's history of an import: who uploaded, approved, discarded, cancelled or undid it, and who took its rows."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cert_completion_plugin.models import ImportBatch, SiteOptions
from cert_completion_plugin.store.values import Batch, text_of_lines


class Logged(StrEnum):
    """What somebody did to an import as a whole or took of it, or what the site did because of them."""

    UPLOADED = "uploaded"
    APPROVED = "approved"
    DISCARDED = "discarded"
    CANCELLED = "cancelled"
    UNDONE = "undone"
    STOPPED = "stopped"
    UNDO_STOPPED = "undo_stopped"
    DOWNLOADED = "downloaded"


_MESSAGES: Mapping[Logged, Any] = {
    Logged.UPLOADED: _("Uploaded the file."),
    Logged.APPROVED: _("Approved the plan."),
    Logged.DISCARDED: _("Discarded the plan; nothing is recorded."),
    Logged.CANCELLED: _("Cancelled the import."),
    Logged.UNDONE: _("Undid the import."),
    Logged.STOPPED: _("The site cancelled the import: this user may not have it recorded any more."),
    Logged.UNDO_STOPPED: _("The site ended the undo: this user may not undo imports any more."),
    Logged.DOWNLOADED: _("Downloaded rows:"),
}
_LEARNER = _("a learner")
_FORGOTTEN = _("Had a learner forgotten: %(rows)s rows of %(imports)s imports; %(later)s imports follow when they end.")


def add_options_changed(user_id: Any, names: Iterable[str] | None) -> None:
    """Keep in the admin's history that a user changed these of the site's options; None: back to the setting's."""
    if user_id is None or not apps.is_installed("django.contrib.admin"):
        return
    from django.contrib.admin.models import CHANGE, LogEntry
    from django.contrib.contenttypes.models import ContentType

    with translation.override(settings.LANGUAGE_CODE):
        text = str(_("Back to the options of the site's settings."))
        if names is not None:
            text = str(_("Changed: %(names)s.")) % {"names": ", ".join(names) or "-"}
        LogEntry.objects.create(
            user_id=user_id,
            content_type=ContentType.objects.get_for_model(SiteOptions),
            object_repr=str(SiteOptions._meta.verbose_name),
            action_flag=CHANGE,
            change_message=text,
        )


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
