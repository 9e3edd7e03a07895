"""What uploaders are told when their imports have ended: one notice for each import, shown once and mailed once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import F, QuerySet

from cert_completion_plugin.core.notices import Ending, MailState
from cert_completion_plugin.models import Notice as NoticeRow
from cert_completion_plugin.store.batches import as_value, imports
from cert_completion_plugin.store.leases import is_due
from cert_completion_plugin.store.values import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the uploader of `batch` is told: how it ended, with how many rows that have problems.

    `mail` is what became of the mail, `moved_at` since when; one that waits for the mail server is tried at `due_at`.
    """

    batch: Batch
    kind: Ending
    problems: int
    made_at: datetime
    shown_at: datetime | None
    mail: MailState
    attempts: int
    due_at: datetime | None
    moved_at: datetime


def make(batch: Batch, kind: Ending, problems: int, *, by_mail: bool, now: datetime) -> None:
    """Keep what the uploader is to be told. Repeating it is harmless: there is one notice for each import."""
    mail = MailState.WAITING if by_mail and address_of(batch) else MailState.NONE
    told = {"kind": kind, "problems": problems, "mail": mail, "made_at": now, "moved_at": now}
    row = NoticeRow(batch_id=batch.id, user_id=batch.uploaded_by_key, **told)
    NoticeRow.objects.bulk_create([row], ignore_conflicts=True)


def of_batch(batch: Batch) -> Notice | None:
    row = NoticeRow.objects.filter(pk=batch.id).first()
    return _value(row, batch) if row else None


def take_unshown(user_id: Any, now: datetime) -> list[Notice]:
    """The notices that a user has not been shown, the newest first; of several callers each gets those it took."""
    unshown = NoticeRow.objects.filter(user_id=user_id, shown_at__isnull=True)
    ids = list(unshown.values_list("pk", flat=True))
    # Those that have this moment, to the microsecond, are those that this call took.
    if not ids or not unshown.filter(pk__in=ids).update(shown_at=now):
        return []
    taken = list(NoticeRow.objects.filter(pk__in=ids, shown_at=now).order_by("-pk"))
    batches = {batch.pk: as_value(batch) for batch in imports().filter(pk__in=[row.pk for row in taken])}
    return [_value(row, batches[row.pk]) for row in taken if row.pk in batches]


def _mailed(state: MailState) -> QuerySet[NoticeRow]:
    return NoticeRow.objects.filter(mail=state)


def waiting_ids(now: datetime) -> list[int]:
    """The imports of which the mail to the uploader can be sent now, oldest first."""
    due = _mailed(MailState.WAITING).filter(is_due(now))
    return list(due.order_by("pk").values_list("pk", flat=True))


def waits(batch_id: int, now: datetime) -> bool:
    """Whether the mail to the uploader of this import can be sent now."""
    return _mailed(MailState.WAITING).filter(is_due(now), pk=batch_id).exists()


def claim_mail(batch_id: int, now: datetime) -> bool:
    """Take the right to send the mail about an import, and count the attempt; of several callers one has it."""
    due = _mailed(MailState.WAITING).filter(is_due(now), pk=batch_id)
    return bool(due.update(mail=MailState.SENDING, attempts=F("attempts") + 1, moved_at=now))


def set_mail(batch_id: int, state: MailState, now: datetime, *, due_at: datetime | None = None) -> None:
    """What became of a mail that was taken."""
    _mailed(MailState.SENDING).filter(pk=batch_id).update(mail=state, moved_at=now, due_at=due_at)


def address_of(batch: Batch) -> str:
    """The uploader's e-mail address; "" if they have none, may not log in any more, or are gone."""
    users = get_user_model()
    user = users._default_manager.filter(pk=batch.uploaded_by_key).first() if batch.uploaded_by_key else None
    if user is None or not user.is_active:
        return ""
    return str(getattr(user, users.get_email_field_name(), "") or "")


def site_domain() -> str:
    """The domain of this site as django.contrib.sites knows it; "" where that is not installed or knows none."""
    if not apps.is_installed("django.contrib.sites"):
        return ""
    from django.contrib.sites.models import Site
    from django.core.exceptions import ImproperlyConfigured

    try:
        return str(Site.objects.get_current().domain)
    except (ImproperlyConfigured, Site.DoesNotExist):
        return ""


def _value(row: NoticeRow, batch: Batch) -> Notice:
    return Notice(
        batch=batch,
        kind=Ending(row.kind),
        problems=row.problems,
        made_at=row.made_at,
        shown_at=row.shown_at,
        mail=MailState(row.mail),
        attempts=row.attempts,
        due_at=row.due_at,
        moved_at=row.moved_at,
    )
