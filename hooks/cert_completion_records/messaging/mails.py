"""A message as a mail: plain text, and the same in HTML."""

import re
from collections.abc import Iterator

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from cert_completion_records.messaging.texts import FOLDER, Text
from cert_completion_records.models import Trigger

_ADDRESS = re.compile(r"(https?://[^\s<>\"“”]*[^\s<>\"“”.,;:!?)\]])")
# Out-of-office replies to a machine help nobody (RFC 3834).
_HEADERS = {"Auto-Submitted": "auto-generated"}


def mail_of(text: Text, trigger: Trigger, to: str) -> EmailMultiAlternatives:
    """The mail that says this. Raises ValueError, when it is sent, for an address that no mail can have."""
    mail = EmailMultiAlternatives(text.subject, text.body + "\n", to=[to], headers=_HEADERS)
    mail.attach_alternative(html_of(text, trigger), "text/html")
    return mail


def html_of(text: Text, trigger: Trigger) -> str:
    """The text in the site's HTML, everything in it escaped."""
    with translation.override(text.language):
        names = [f"{FOLDER}/{trigger.value}.html", f"{FOLDER}/message.html"]
        context = {"subject": text.subject, "paragraphs": paragraphs_of(text.body), "trigger": trigger.value}
        return render_to_string(names, context)  # the first of them that there is


def paragraphs_of(body: str) -> list[SafeString]:
    """The paragraphs of a text as HTML, with its line breaks, its web addresses as links."""
    blocks = re.split(r"\n[ \t]*\n\s*", body.replace("\r\n", "\n").strip())
    return [_lines(block) for block in blocks if block]


def _lines(block: str) -> SafeString:
    return format_html_join(SafeString("<br>"), "{}", ((_linked(line),) for line in block.split("\n")))


def _linked(line: str) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in _parts(line)))


def _parts(line: str) -> Iterator[SafeString]:
    for number, part in enumerate(_ADDRESS.split(line)):
        yield format_html('<a href="{0}">{0}</a>', part) if number % 2 else conditional_escape(part)
