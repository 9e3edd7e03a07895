"""The uploader is told once how their import ended (import-rules.md §7): on the site's pages, and by mail."""

from typing import Any

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from cert_completion_plugin import conf, logbook
from cert_completion_plugin.batches import clock, mailing
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.core.notices import Ending, MailState, ending, problems
from cert_completion_plugin.store import batches, notices
from cert_completion_plugin.store.notices import Notice
from cert_completion_plugin.store.values import Batch

FOLDER = "cert_completion_plugin/mail"

MAIL_PAUSES = (60, 300, 900, 3600, 4 * 3600, 12 * 3600)
"""How many seconds to wait after each failure; after one more the mail is dropped."""


def make(batch: Batch) -> None:
    """Keep what the uploader of an import that has ended is to be told. Repeating it is harmless.

    Nobody is told in the place of an uploader who is gone, and who cancelled their own import knows.
    """
    outcomes = batch.counts.get("outcomes", {})
    kind = ending(batch.state, outcomes, held_back=batch.held_back is not None)
    knows = kind is Ending.CANCELLED and batch.cancelled_by_name == batch.uploaded_by_name
    if batch.uploaded_by_key and not knows:
        by_mail = conf.settings().notice_mail
        notices.make(batch, kind, problems(outcomes), by_mail=by_mail, now=clock.now())


def take_unshown(user_id: Any) -> list[Notice]:
    """The notices that a user has not been shown yet, the newest first; they count as shown from now on."""
    return notices.take_unshown(user_id, clock.now())


def unmailed() -> list[int]:
    """The imports of which the mail to the uploader waits and is due, oldest first."""
    return notices.waiting_ids(clock.now())


def waits(batch_id: int) -> bool:
    """Whether the mail to the uploader of this import waits and is due."""
    return notices.waits(batch_id, clock.now())


def mail(batch_id: int) -> None:
    """Mail the uploader how their import ended, if that was not done, or begun, before. Raises nothing of the mail's.

    The mail is taken first, and that is kept: after a crash it is lost rather than sent twice.
    """
    batch = batches.get(batch_id)
    if batch is None or not notices.claim_mail(batch_id, clock.now()):
        return
    notice = notices.of_batch(batch)
    address = notices.address_of(batch)
    if notice is None or not address:
        notices.set_mail(batch.id, MailState.NONE, clock.now())
        return
    try:
        mailing.send(_composed(notice, address))
    except mailing.NotSent as error:
        _later(notice, error)
    except Exception as error:
        # Whether it has left nobody knows; so it is not sent again.
        _drop(notice, error)
    else:
        notices.set_mail(batch.id, MailState.SENT, clock.now())
        logbook.tell(logbook.NOTICE_MAILED, batch=batch.id, attempt=notice.attempts)


def _later(notice: Notice, error: mailing.NotSent) -> None:
    if notice.attempts > len(MAIL_PAUSES):
        _drop(notice, error)
        return
    logbook.tell_fault(logbook.NOTICE_WAITS, error.__cause__, batch=notice.batch.id, attempt=notice.attempts)
    due_at = clock.after(MAIL_PAUSES[notice.attempts - 1])
    notices.set_mail(notice.batch.id, MailState.WAITING, clock.now(), due_at=due_at)


def _drop(notice: Notice, error: Exception) -> None:
    reference_of(logbook.NOTICE_DROPPED, error, batch=notice.batch.id, attempt=notice.attempts)
    notices.set_mail(notice.batch.id, MailState.DROPPED, clock.now())


def _composed(notice: Notice, address: str) -> EmailMultiAlternatives:
    """In the language in which the file was uploaded, as plain text and as HTML."""
    with translation.override(notice.batch.language or django_settings.LANGUAGE_CODE):
        subject = subject_of(notice)
        more = {"subject": subject, "link": link_to(notice.batch), "language": translation.get_language()}
        context = {**context_of(notice), **more}
        text = render_to_string(f"{FOLDER}/notice.txt", context)
        message = EmailMultiAlternatives(subject, f"{text.strip()}\n", to=[address])
        message.attach_alternative(render_to_string(f"{FOLDER}/notice.html", context), "text/html")
    message.extra_headers["Auto-Submitted"] = "auto-generated"
    return message


def subject_of(notice: Notice) -> str:
    """What the uploader is told, in one line of the active language."""
    return " ".join(render_to_string(f"{FOLDER}/notice_subject.txt", context_of(notice)).split())


def context_of(notice: Notice) -> dict[str, Any]:
    """What the templates of a notice are given."""
    batch = notice.batch
    return {
        "kind": str(notice.kind),
        "problems": notice.problems,
        "rows": batch.rows_read,
        "file_name": batch.file_name,
        "uploaded_at": batch.uploaded_at,
        "cancelled_by": batch.cancelled_by_name,
    }


def link_to(batch: Batch) -> str:
    """The address of the import's page, with the site's domain; "" where that is not known."""
    site, path = site_url(batch.site), info_of(batch).report_url
    return f"{site}{path}" if site and path else ""


def site_url(domain: str = "") -> str:
    """Where the site is reached, without a slash at the end: by the setting SITE_URL, or by django.contrib.sites.

    `domain`: that of the site in question, where there are several.
    """
    if url := conf.settings().site_url:
        return url.rstrip("/")
    domain = domain or notices.site_domain()
    return f"https://{domain}" if domain else ""
