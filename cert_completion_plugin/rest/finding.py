"""The import that an address names, and pages that lead to the next."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api
from cert_completion_plugin.rest.failing import not_found
from cert_completion_plugin.rest.problems import Problem

MOST_ON_A_PAGE = 1000

NO_LINE = 10**9
"""No file has so many lines, and no column holds much larger numbers."""


def found(request: Request, reference: str) -> api.Batch:
    """The import of this name. What this user may not see is not found, just as what does not exist."""
    batch = api.find(request.user, reference)
    if batch is None:
        raise not_found()
    return batch


def check(request: Request, permission: str) -> None:
    """Refuse at once who lacks a permission, before a body is read. Raises Denied."""
    if not api.may(request.user, permission):
        raise api.Denied(permission)


def fresh(request: Request, batch: api.Batch) -> api.Batch:
    """The import as it is after something was done to it."""
    return found(request, batch.reference)


def plan_of(request: Request, batch: api.Batch, number: int) -> api.Plan:
    """A complete plan of an import, as this user may see it. Raises Problem."""
    plan = api.plan_summary(request.user, batch, number) if number < NO_LINE else None
    if plan is None:
        raise not_found()
    return plan


def host_away(reference: str = "") -> Problem:
    """The LMS cannot answer what was asked; nothing was done."""
    text = _("The LMS cannot answer just now. Try again in a few minutes.")
    more = {"reference": reference} if reference else {}
    return Problem("host_away", text, more=more, headers={"Retry-After": "60"})


def paged(document: Mapping[str, Any]) -> Response:
    """A page, of which the addresses of its neighbours are in the header Link, too."""
    links = [f'<{url}>; rel="{name}"' for name in ("previous", "next") if (url := document.get(name))]
    return Response(document, headers={"Link": ", ".join(links)} if links else None)


def beside(request: Request, **place: Any) -> str | None:
    """The address of another page of the same: its place stands in for `before` and `after`; None without one."""
    if None in place.values():
        return None
    kept = {name: value for name, value in request.query_params.items() if name not in ("before", "after")}
    return f"{request.path}?{urlencode({**kept, **place})}"
