"""What an uploader is told when their import has ended: once on the site's pages, and how the mail about it stands."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin import api, texts

MOST_SHOWN = 5
"""How many imports are named at once to somebody who comes back after long."""

SENDING_IS_LONG = timedelta(minutes=10)

_LEVELS = {
    api.Ending.DONE: messages.SUCCESS,
    api.Ending.PROBLEMS: messages.WARNING,
    api.Ending.HELD_BACK: messages.WARNING,
    api.Ending.REFUSED: messages.ERROR,
    api.Ending.FAILED: messages.ERROR,
    api.Ending.CANCELLED: messages.WARNING,
}


def context(request: HttpRequest) -> dict[str, Any]:
    """A context processor: with it, uploaders are told on whichever of the site's pages they open next."""
    show(request)
    return {}


def show(request: HttpRequest) -> None:
    """Hand to the site's messages what this user has not been told yet. The plugin's own pages do so by themselves."""
    user = getattr(request, "user", None)
    if request.method not in ("GET", "POST"):
        return  # nobody reads the page
    if not isinstance(user, AbstractBaseUser) or not hasattr(request, "_messages") or _is_done(request):
        return
    notices = api.take_notices(user)
    for notice in reversed(notices[:MOST_SHOWN]):
        messages.add_message(request, _LEVELS[notice.kind], _linked(notice))
    if more := len(notices) - MOST_SHOWN:
        _show_more(request, more)


def _is_done(request: HttpRequest) -> bool:
    """Once for each request is enough, however many templates it has."""
    is_done = getattr(request, "_ccp_notices_shown", False)
    request._ccp_notices_shown = True  # type: ignore[attr-defined]
    return is_done


def _linked(notice: api.Notice) -> SafeString:
    address = reverse("cert_completion_plugin:batch", args=[notice.batch.reference])
    return format_html('{} <a href="{}">{}</a>', api.notice_subject(notice), address, _("Show the report"))


def _show_more(request: HttpRequest, more: int) -> None:
    if more > 0:
        text = ngettext(
            "%(number)s more import of yours has ended.", "%(number)s more imports of yours have ended.", more
        )
        address = reverse("cert_completion_plugin:batches")
        linked = format_html('{} <a href="{}">{}</a>', text % {"number": more}, address, _("Show all imports"))
        messages.info(request, linked)


def mail_text(batch: api.Batch) -> str:
    """How the mail to the uploader stands; "" if there is none."""
    notice = api.notice_of(batch)
    if notice is None:
        return ""
    values = {"name": batch.uploaded_by_name, "when": texts.moment_text(notice.moved_at)}
    match notice.mail:
        case api.MailState.SENT:
            return _("On %(when)s %(name)s was told of the end by mail.") % values
        case api.MailState.WAITING if notice.attempts:
            return _("The mail to %(name)s about the end could not be sent yet, and is tried again.") % values
        case api.MailState.WAITING:
            return _("A mail to %(name)s about the end waits to be sent.") % values
        case api.MailState.DROPPED:
            return _("The mail to %(name)s about the end could not be sent, and was given up.") % values
        case api.MailState.SENDING if timezone.now() - notice.moved_at >= SENDING_IS_LONG:
            return _("Sending the mail to %(name)s about the end was interrupted; it is not sent again.") % values
    return ""
