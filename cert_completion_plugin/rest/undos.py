"""Undos of an import: previewed first, then confirmed with a reason, or given up."""

from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api, conf
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.deciding import Nothing
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.common import words
from cert_completion_plugin.rest.documents.undos import UndoDocument, UndoneRowsPage, UndosDocument, undone_row
from cert_completion_plugin.rest.failing import not_found
from cert_completion_plugin.rest.finding import NO_LINE, beside, check, found, paged
from cert_completion_plugin.rest.problems import Problem
from cert_completion_plugin.rest.reading import Body, Text, body_of, parameters_of
from cert_completion_plugin.rest.rendering import address
from cert_completion_plugin.rest.rows import PageParameters

_OBSTACLES = {
    api.Obstacle.NOT_OFFERED: "undo_not_offered",
    api.Obstacle.NOT_ENDED: "not_ended",
    api.Obstacle.NOTHING_RECORDED: "nothing_recorded",
    api.Obstacle.ROWS_DELETED: "gone",
}
_POSTED = ("body_malformed", "not_found", "media_type_not_supported", "not_valid")


class Reason(Body):
    """Why the import is undone; it is kept, and shown to everybody who may see the import."""

    reason = Text(max_length=api.MOST_OF_REASON)


class UndosView(ApiView):
    """All undos of an import; posting asks for a preview of a new one."""

    @described("undos", "The undos of an import, the last first", gives=UndosDocument, problems=["not_found"])
    def get(self, request: Request, reference: str) -> Response:
        return Response(UndosDocument({"undos": api.undos_of(found(request, reference))}).data)

    @described(
        "preview_undo",
        "Have told what an undo would do; nothing is written by that",
        takes=Nothing,
        gives=UndoDocument,
        status=202,
        problems=[*_POSTED, *_OBSTACLES.values()],
    )
    def post(self, request: Request, reference: str) -> Response:
        check(request, api.PERMISSION_UNDO)
        batch = found(request, reference)
        body_of(request, Nothing)
        try:
            undo = api.preview_undo(request.user, batch)
        except api.NotUndoable as error:
            raise _not_undoable(batch, error.obstacle) from None
        headers = {"Location": address("undo", batch.reference, undo.number)}
        return Response(UndoDocument(undo).data, status=202, headers=headers)


class UndoView(ApiView):
    """One undo of an import."""

    @described("undo", "How far an undo is, what it would do or did", gives=UndoDocument, problems=["not_found"])
    def get(self, request: Request, reference: str, number: int) -> Response:
        return Response(UndoDocument(_undo(found(request, reference), number)).data)


class ConfirmUndoView(ApiView):
    """The confirmation of an undo that was previewed."""

    @described(
        "confirm_undo",
        "Undo the import, as this undo foretold",
        takes=Reason,
        gives=UndoDocument,
        status=202,
        problems=[*_POSTED, "undo_outdated"],
    )
    def post(self, request: Request, reference: str, number: int) -> Response:
        check(request, api.PERMISSION_UNDO)
        batch = found(request, reference)
        undo, body = _undo(batch, number), body_of(request, Reason)
        if not api.undo(request.user, batch, body["reason"], preview=undo.number):
            raise _outdated()
        return Response(UndoDocument(_undo(batch, number)).data, status=202)


class AbandonUndoView(ApiView):
    """The end of an undo before it was confirmed."""

    @described(
        "abandon_undo",
        "Give up an undo before it was confirmed",
        takes=Nothing,
        gives=UndoDocument,
        problems=[*_POSTED, "undo_outdated"],
    )
    def post(self, request: Request, reference: str, number: int) -> Response:
        check(request, api.PERMISSION_UNDO)
        batch = found(request, reference)
        undo = _undo(batch, number)
        body_of(request, Nothing)
        if not api.abandon_undo(request.user, batch, preview=undo.number):
            raise _outdated()
        return Response(UndoDocument(_undo(batch, number)).data)


class UndoneParameters(PageParameters):
    """Which group of rows is asked for: those that are, or would be, undone; kept; or that cannot be undone."""

    status = serializers.ChoiceField(choices=words(api.UndoStatus), required=False, default=str(api.UndoStatus.UNDONE))


class UndoRowsView(ApiView):
    """The rows of one undo."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)

    @described(
        "undo_rows",
        "What became of each row in an undo, or would",
        gives=UndoneRowsPage,
        parameters=UndoneParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str, number: int) -> Response:
        batch = found(request, reference)
        undo, wanted = _undo(batch, number), parameters_of(request, UndoneParameters)
        status = api.UndoStatus(wanted["status"])
        limit, before, after = (wanted.get(name, 0) for name in ("limit", "before", "after"))
        limit = limit or conf.settings().page_rows
        some_before = partial(api.undo_rows_before, request.user, batch, undo, status)
        some_after = partial(api.undo_rows, request.user, batch, undo, status)
        rows = some_before(before=before, limit=limit) if before else some_after(after=after, limit=limit)
        lines = [row.decision.line for row in rows]
        shown: dict[str, Any] = {"rows": map(undone_row, rows), "previous": None, "next": None}
        if lines and some_before(before=lines[0], limit=1):
            shown["previous"] = beside(request, before=lines[0])
        if lines and some_after(after=lines[-1], limit=1):
            shown["next"] = beside(request, after=lines[-1])
        return paged(UndoneRowsPage({**shown, "rows": list(shown["rows"])}).data)


def _undo(batch: api.Batch, number: int) -> api.Undo:
    undo = api.undo_state(batch, number) if number < NO_LINE else None
    if undo is None:
        raise not_found()
    return undo


def _outdated() -> Problem:
    return Problem("undo_outdated", _("Nothing was done: this is not a preview that waits for a decision. Look again."))


def _not_undoable(batch: api.Batch, obstacle: api.Obstacle) -> Exception:
    if obstacle is api.Obstacle.ROWS_DELETED:
        return api.RowsDeleted(batch, api.Kept.LEDGER)
    texts = {
        api.Obstacle.NOT_OFFERED: _("The system that keeps this site's records does not offer it."),
        api.Obstacle.NOT_ENDED: _("The import has not ended yet. Cancel it, or wait."),
        api.Obstacle.NOTHING_RECORDED: _("The import recorded nothing, so there is nothing to undo."),
    }
    return Problem(_OBSTACLES[obstacle], texts[obstacle])
