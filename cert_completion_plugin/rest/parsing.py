"""Reading the bodies of requests, of which none is larger than the site takes."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings as django_settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request

from cert_completion_plugin import conf
from cert_completion_plugin.rest.problems import Problem

FORM = "multipart/form-data"
FORM_SLACK = 1024 * 1024
"""Bytes of a form beside its file: boundaries, names and options."""


def most_json_bytes() -> int:
    """The largest JSON body, which is read into memory: Django's limit for that, and no more than a file may have."""
    limit = django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    most = conf.settings().max_bytes
    return most if limit is None else min(limit, most)


def check_length(request: Request, *, takes_file: bool) -> None:
    """Refuse a body by its length, before any of it is read and whoever sent it.

    Only those who send a form may send more than fits into memory; without a length there is no body.
    """
    most, slack = most_json_bytes(), 0
    if takes_file and is_form(request):
        most, slack = conf.settings().max_bytes, FORM_SLACK
    if _length(request) > most + slack:
        raise too_large(most)


def is_form(request: Request) -> bool:
    """Whether the body says that it is a form with a file."""
    return request.content_type.partition(";")[0].strip().lower() == FORM


def _length(request: Request) -> int:
    text = str(request.META.get("CONTENT_LENGTH") or "")
    return int(text[:20]) if text.isascii() and text.isdigit() else 0


def too_large(most: int) -> Problem:
    """The problem of a body, or a file in one, that has more bytes than `most`."""
    text = _(
        "This is larger than the %(limit)s bytes that this site takes here. Rows that are too many for JSON can be "
        "sent as a CSV file; a file that is too large has to be split."
    )
    return Problem("too_large", text % {"limit": most}, more={"limit": most})


class JsonParser(BaseParser):
    """JSON as RFC 8259 has it, in UTF-8: no NaN, and no key of an object twice."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        most = most_json_bytes()
        body = stream.read(most + 1)
        if len(body) > most:
            raise too_large(most)
        return read_json(body)


def read_json(body: bytes | str) -> Any:
    """What a JSON text says. Raises Problem."""
    try:
        text = body.decode("utf-8-sig") if isinstance(body, bytes) else body
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, _Refused) else _told(error)
        raise Problem("body_malformed", _("The body is no JSON: %(why)s") % {"why": why}) from None


class _Refused(ValueError):
    """The text says what is wrong."""


def _told(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})."
    if isinstance(error, UnicodeDecodeError):
        return _("it is not encoded in UTF-8.")
    return _("it is nested too deeply, or has a number that is too long.")


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise _Refused(_("an object has the key “%(name)s” twice.") % {"name": name})
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(_("%(name)s is no number.") % {"name": name})


class FormParser(MultiPartParser):
    """A form with a file, which goes to the disk and not into memory."""

    media_type = FORM
