"""What hosts do by themselves after an import's records are written: a part of its report."""

from typing import Any

from cert_completion_hooks.types import FollowUp
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin import api
from cert_completion_plugin.telling.numbers import grouped


def section(request: HttpRequest, batch: api.Batch) -> list[dict[str, Any]]:
    """What the report says of it, one value for each kind of work; empty if there is none."""
    may_open = batch.ledger_deleted_at is None and api.may(request.user, api.PERMISSION_VIEW_PERSONAL_DATA, batch)
    shown = []
    for host in api.follow_ups(request.user, batch):
        shown += [_told(each, batch, may_open=may_open) for each in host.told]
        if host.cannot_tell:
            text = _("How it stands cannot be told just now. The operator finds why under the reference %(reference)s.")
            shown.append({"label": host.host, "text": text % {"reference": host.cannot_tell}, "failures": ()})
    return shown


def _told(told: FollowUp, batch: api.Batch, *, may_open: bool) -> dict[str, Any]:
    return {
        "label": told.label,
        "text": ", ".join(_counts(told)) or _("None."),
        "waiting_reason": told.waiting_reason if told.waiting else "",
        "failures": [
            {
                "line": "" if each.line is None else str(each.line),
                "address": _row_address(batch, each.line) if may_open else "",
                "reason": each.reason,
            }
            for each in told.failures
        ],
        "more": grouped(told.failed - len(told.failures)) if told.failed > len(told.failures) else "",
        "path": told.path if told.path.startswith("/") and not told.path.startswith(("//", "/\\")) else "",
    }


def _counts(told: FollowUp) -> list[str]:
    counts = (
        (told.done, ngettext("%(count)s done", "%(count)s done", told.done)),
        (told.waiting, ngettext("%(count)s waiting", "%(count)s waiting", told.waiting)),
        (told.failed, ngettext("%(count)s failed", "%(count)s failed", told.failed)),
    )
    return [text % {"count": grouped(number)} for number, text in counts if number]


def _row_address(batch: api.Batch, line: int | None) -> str:
    return "" if line is None else reverse("cert_completion_plugin:row", args=[batch.reference, line])
