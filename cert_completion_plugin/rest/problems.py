"""What went wrong, as a problem document (RFC 9457): each kind has a stable code, a status and a title."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem: its HTTP status, its title, and what it means to whoever sent the request."""

    status: int
    title: Any
    meaning: Any


KINDS: Mapping[str, Kind] = {
    "body_malformed": Kind(
        400,
        _("The body cannot be read"),
        _("The body is not the JSON, or not the form, that its media type says. Nothing was done."),
    ),
    "not_authenticated": Kind(
        401, _("Log in first"), _("The request names no user, or the site does not know who sent it.")
    ),
    "not_allowed": Kind(
        403, _("Not allowed"), _("The user lacks a permission, or the request lacks the CSRF token of its session.")
    ),
    "not_found": Kind(
        404,
        _("Not found"),
        _("There is nothing at this address, or nothing that this user may see; the two are not told apart."),
    ),
    "method_not_allowed": Kind(
        405, _("Method not allowed"), _("This address does not take this method; the header Allow has those it takes.")
    ),
    "not_acceptable": Kind(406, _("Not acceptable"), _("The header Accept asks for something else than JSON.")),
    "not_waiting": Kind(
        409,
        _("The import does not wait for that"),
        _("It asks nothing, has no plan to be approved, or has ended. Look at its state."),
    ),
    "plan_outdated": Kind(
        409, _("Not the present plan"), _("Another plan waits for approval. Look at that one before you decide.")
    ),
    "limits_broken": Kind(
        409,
        _("A limit of the site is exceeded"),
        _("The plan exceeds limits of the site. Discard it, or approve it with accept_broken."),
    ),
    "rules_changed": Kind(
        409,
        _("The rules have changed"),
        _("The recertification rule of a certification is no longer the plan's. Have the plan made anew."),
    ),
    "undo_not_offered": Kind(
        409, _("Imports cannot be undone"), _("The system that keeps this site's records does not offer it.")
    ),
    "not_ended": Kind(409, _("The import has not ended"), _("It can be undone once it has. Cancel it, or wait.")),
    "nothing_recorded": Kind(409, _("Nothing was recorded"), _("The import wrote nothing that could be undone.")),
    "undo_outdated": Kind(
        409,
        _("The preview is outdated"),
        _("It is not complete, was given up or made anew, or the undo was done already. Look at the last one."),
    ),
    "key_busy": Kind(
        409,
        _("A request with this key is being worked on"),
        _("Send the same request again in a moment; you will get its import."),
    ),
    "gone": Kind(
        410, _("This was deleted"), _("Rows are kept for a time, which the site sets; the numbers of an import stay.")
    ),
    "too_large": Kind(413, _("Too large"), _("The request or the file is larger than this site takes; see limits.")),
    "media_type_not_supported": Kind(
        415, _("Media type not supported"), _("The body has another media type than this address takes.")
    ),
    "not_valid": Kind(
        422, _("Not valid"), _("Something in the request cannot be taken as it is; errors has each with its place.")
    ),
    "key_reused": Kind(
        422,
        _("The key was used for another request"),
        _("Each Idempotency-Key stands for one request. Take a new key for a new request."),
    ),
    "throttled": Kind(429, _("Too many requests"), _("The header Retry-After says in how many seconds to try again.")),
    "too_many_imports": Kind(
        429,
        _("Too many imports at the same time"),
        _("As many imports of the user as the site allows wait or work. Send the same again when one has ended."),
    ),
    "host_away": Kind(503, _("The LMS cannot answer just now"), _("Nothing was done. Try again in a few minutes.")),
}
"""By code, in the order of their statuses. Codes keep their meaning; new ones may come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong at one place of the request: `pointer` into the body (RFC 6901), a `parameter`, or a `header`."""

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    header: str | None = None

    def as_mapping(self) -> dict[str, str]:
        places = {"pointer": self.pointer, "parameter": self.parameter, "header": self.header}
        return {name: place for name, place in places.items() if place is not None} | {
            "code": self.code,
            "detail": self.detail,
        }


class Problem(Exception):
    """Raised by views; `detail` says for people what happened and what to do, `more` is for programs."""

    def __init__(
        self,
        code: str,
        detail: Any,
        errors: Sequence[Fault] = (),
        *,
        more: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.errors = errors
        self.more = more or {}
        self.headers = headers or {}

    @property
    def status(self) -> int:
        return KINDS[self.code].status

    def document(self, *, type: str, instance: str) -> dict[str, Any]:
        """The members of RFC 9457, and ours behind them."""
        kind = KINDS[self.code]
        document = {
            "type": type,
            "title": str(kind.title),
            "status": kind.status,
            "detail": str(self.detail),
            "instance": instance,
            "code": self.code,
        }
        errors = {"errors": [fault.as_mapping() for fault in self.errors]} if self.errors else {}
        return {**document, **errors, **self.more}


def not_valid(*faults: Fault) -> Problem:
    """A request of which something cannot be taken."""
    detail = faults[0].detail if len(faults) == 1 else _("Nothing was done; see what is wrong in errors.")
    return Problem("not_valid", detail, faults)


def pointer(*path: str | int) -> str:
    """The place in a JSON body, as RFC 6901 writes it in an address: #/rows/3/username."""
    return "#" + "".join("/" + _escaped(str(part)) for part in path)


def _escaped(part: str) -> str:
    return quote(part.replace("~", "~0").replace("/", "~1"), safe="~", errors="replace")
