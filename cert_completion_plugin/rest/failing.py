"""Every exception that a request can bring about, as the problem that it is."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.views import set_rollback

from cert_completion_plugin import api, labels
from cert_completion_plugin.rest.parsing import most_json_bytes, too_large
from cert_completion_plugin.rest.problems import Problem
from cert_completion_plugin.rest.rendering import problem_response
from cert_completion_plugin.telling.gone import cells_text, ledger_text


def answer(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The problem document for an exception; None for one that nobody foresaw, which is the site's to handle."""
    problem = problem_of(error)
    if problem is None:
        return None
    set_rollback()
    return problem_response(problem, context["request"])


def problem_of(error: Exception) -> Problem | None:
    """What an exception tells whoever sent the request; None for one that nobody foresaw."""
    if isinstance(error, Problem):
        return error
    made = next((make for kind, make in _PROBLEMS if isinstance(error, kind)), None)
    return None if made is None else made(error)


def not_found(error: Any = None) -> Problem:
    """Of what does not exist, and just so of what this user may not see."""
    return Problem("not_found", _("There is nothing here, or nothing that you may see."))


def _denied(error: Any) -> Problem:
    text = _("Your account does not have the permission for this: “%(permission)s”.")
    words = {"permission": labels.permission_name(error.permission)}
    return Problem("not_allowed", text % words, more={"permission": error.permission})


def _own_import(error: Any) -> Problem:
    text = _("On this site, whoever uploaded a file does not approve it. Ask somebody else who may approve imports.")
    return Problem("not_allowed", text, more={"permission": error.permission})


def _gone(error: Any) -> Problem:
    is_ledger = error.kept is api.Kept.LEDGER
    return Problem("gone", ledger_text(error.batch) if is_ledger else cells_text(error.batch))


def _not_allowed(error: Any) -> Problem:
    return Problem("not_allowed", str(error) or _("You may not do this."))


def _not_authenticated(error: Any) -> Problem:
    text = _("You are not logged in. Ask the operator of this site how programs say who they are.")
    is_refused = isinstance(error, exceptions.AuthenticationFailed)
    header = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": header} if header else {}
    return Problem("not_authenticated", error.detail if is_refused else text, headers=headers)


def _throttled(error: Any) -> Problem:
    if error.wait is None:
        return Problem("throttled", _("There were too many requests. Try again later."))
    seconds = f"{error.wait:.0f}"
    text = _("There were too many requests. Try again in %(seconds)s seconds.") % {"seconds": seconds}
    return Problem("throttled", text, headers={"Retry-After": seconds})


def _too_big(error: Any) -> Problem:
    return too_large(most_json_bytes())


def _malformed(error: Any) -> Problem:
    return Problem("body_malformed", _("The body cannot be read: %(why)s") % {"why": error})


def _method_not_allowed(error: Any) -> Problem:
    return Problem(
        "method_not_allowed", _("This address does not take this method; the header Allow has those it takes.")
    )


def _not_acceptable(error: Any) -> Problem:
    return Problem(
        "not_acceptable", _("This address gives JSON (application/json), which the header Accept leaves out.")
    )


def _media_type(error: Any) -> Problem:
    return Problem("media_type_not_supported", error.detail)


_PROBLEMS: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = (
    (api.OwnImport, _own_import),
    (api.Denied, _denied),
    (api.RowsDeleted, _gone),
    (Http404, not_found),
    (exceptions.NotFound, not_found),
    (PermissionDenied, _not_allowed),
    (exceptions.PermissionDenied, _not_allowed),
    (exceptions.NotAuthenticated, _not_authenticated),
    (exceptions.AuthenticationFailed, _not_authenticated),
    (exceptions.MethodNotAllowed, _method_not_allowed),
    (exceptions.NotAcceptable, _not_acceptable),
    (exceptions.UnsupportedMediaType, _media_type),
    (exceptions.Throttled, _throttled),
    (RequestDataTooBig, _too_big),
    (exceptions.ParseError, _malformed),
    (MultiPartParserError, _malformed),
    (UnreadablePostError, _malformed),
    (SuspiciousOperation, _malformed),
)
"""The first that fits; one that is a kind of another stands before it."""
