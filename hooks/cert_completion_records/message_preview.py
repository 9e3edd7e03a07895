"""The admin page that shows what a learner would read, and sends it to whoever looks at it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from cert_completion_records.clock import today
from cert_completion_records.message_forms import PreviewForm, languages
from cert_completion_records.messaging import refusals
from cert_completion_records.messaging.addresses import address_of
from cert_completion_records.messaging.channels import open_channel
from cert_completion_records.messaging.mails import paragraphs_of
from cert_completion_records.messaging.notes import Note, site_language
from cert_completion_records.messaging.samples import sample
from cert_completion_records.messaging.texts import Text, Texts, filled_in
from cert_completion_records.models import Certification, Trigger

TEMPLATE = "admin/cert_completion_records/messagetext/preview.html"


@dataclass(frozen=True, slots=True)
class _Shown:
    """The message that is looked at."""

    note: Note
    text: Text
    is_written_here: bool

    @property
    def trigger(self) -> Trigger:
        return self.note.trigger

    @property
    def certification(self) -> Certification:
        return self.note.certification

    @property
    def paragraphs(self) -> list[SafeString]:
        return paragraphs_of(self.text.body)


def preview(model_admin: Any, request: HttpRequest) -> HttpResponse:
    """GET: what is sent now. POST: the text as it stands in a form, not saved; with `send`, also to one's own address.

    Raises PermissionDenied to who may not see texts.
    """
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    form = PreviewForm(request.POST if request.method == "POST" else request.GET, reader=request.user)
    shown = _shown(form, request.user) if form.is_valid() else None
    if shown and "send" in request.POST:
        _send(shown, request)
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("What a learner reads"),
        "form": form,
        "shown": shown,
        "language_name": dict(languages(shown.text.language))[shown.text.language] if shown else "",
        "own_address": address_of(request.user),
    }
    return TemplateResponse(request, TEMPLATE, context)


def _shown(form: PreviewForm, reader: Any) -> _Shown:
    chosen = form.cleaned_data
    trigger, language = Trigger(chosen["trigger"]), chosen["language"] or site_language()
    certification = chosen["certification"] or form.certifications.order_by("pk").first()
    note = sample(trigger, reader, certification, today())
    written = filled_in(note, language, chosen["subject"], chosen["body"]) if form.has_text else None
    return _Shown(note, written or Texts().of(note, language), form.has_text)


def _send(shown: _Shown, request: HttpRequest) -> None:
    address = address_of(request.user)
    if not address:
        messages.error(request, gettext("Your account has no e-mail address."))
        return
    try:
        with open_channel() as channel:
            channel.get_ready()
            channel.send(channel.write(shown.note, shown.text))
    except Exception as error:
        text = gettext("It could not be sent: %(reason)s")
        messages.error(request, text % {"reason": refusals.told(error)})
    else:
        messages.success(request, gettext("It was sent to %(address)s.") % {"address": address})
