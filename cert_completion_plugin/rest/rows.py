"""The rows of an import, page by page, and the story of one."""

from functools import partial
from typing import Any

from cert_completion_hooks.text import folded, normalised
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api, conf
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.common import OUTCOMES, words
from cert_completion_plugin.rest.documents.rows import AccountDocument, LinesPage, RowsPage
from cert_completion_plugin.rest.failing import not_found
from cert_completion_plugin.rest.finding import MOST_ON_A_PAGE, NO_LINE, beside, found, paged, plan_of
from cert_completion_plugin.rest.imports import ANY_PROBLEM, outcomes
from cert_completion_plugin.rest.reading import Parameters, Text, parameters_of
from cert_completion_plugin.telling import story
from cert_completion_plugin.titles import TITLES

ANYTHING_AFTER = "*"
"""At the end of a username that is looked for: it is how usernames begin."""

_Line = partial(serializers.IntegerField, min_value=1, max_value=NO_LINE, required=False)


class PageParameters(Parameters):
    """Which page is asked for; without `before` and `after` the first."""

    after = _Line(help_text="The rows after this line.")
    before = _Line(help_text="The last rows before this line, instead.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ON_A_PAGE)


class LinesParameters(PageParameters):
    """Which rows are asked for; all that is given has to fit."""

    outcome = serializers.ChoiceField(choices=[*OUTCOMES, (ANY_PROBLEM, ANY_PROBLEM)], required=False)
    problem = serializers.ChoiceField(
        choices=words(TITLES), required=False, help_text="The code of a problem, warning or reason."
    )
    certification = Text(required=False, max_length=255, help_text="Its short name or ID number.")
    line = _Line()


class RowsParameters(LinesParameters):
    """Which rows are asked for, by those who may see whose they are."""

    learner = Text(
        required=False, max_length=151, help_text="A whole username, or with * at the end how usernames begin."
    )


class RowsView(ApiView):
    """What became of the rows of an import."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)

    @described(
        "rows",
        "What became of each row, by line",
        gives=RowsPage,
        parameters=RowsParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str) -> Response:
        batch = found(request, reference)
        return rows_page(request, batch, api.Phase.WRITTEN, batch.plan)


class LinesView(ApiView):
    """What became of the rows of an import, without names and cells."""

    @described(
        "lines",
        "What became of each row, by line, without names and cells",
        gives=LinesPage,
        parameters=LinesParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str) -> Response:
        batch = found(request, reference)
        return lines_page(request, batch, api.Phase.WRITTEN, batch.plan)


class RowParameters(Parameters):
    """Which plan is asked, if not the present one."""

    plan = serializers.IntegerField(required=False, min_value=1, max_value=NO_LINE)


class RowView(ApiView):
    """One row of an import, and why it became what it is."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)

    @described(
        "row",
        "All that is known of the row on a line: what was read, asked, decided, computed and written",
        gives=AccountDocument,
        parameters=RowParameters,
        problems=["not_found", "gone", "not_valid"],
    )
    def get(self, request: Request, reference: str, line: int) -> Response:
        batch, plan = found(request, reference), parameters_of(request, RowParameters).get("plan")
        if plan is not None:
            plan_of(request, batch, plan)
        account = api.account(request.user, batch, line, plan=plan) if line < NO_LINE else None
        if account is None:
            raise not_found()
        shown = {name: getattr(account, name) for name in account.__slots__} | {
            "steps": story.steps_of(request.user, batch, account),
            "undos": [{"undo": undo.number, "row": row} for undo, row in api.undo_of_row(request.user, batch, line)],
        }
        return Response(AccountDocument(shown).data)


def rows_page(request: Request, batch: api.Batch, phase: Phase, plan: int) -> Response:
    """The page of rows that the parameters ask for; the first one is kept in the admin's history of the import."""
    asked = _asked(request, batch, plan, RowsParameters)
    page = api.page(request.user, batch, **asked, phase=phase)
    if not asked["after"] and not asked["before"]:
        api.note_download(request.user, batch, "rows by the REST API")
    return paged(RowsPage(_beside(request, page)).data)


def lines_page(request: Request, batch: api.Batch, phase: Phase, plan: int) -> Response:
    """The same without names and cells."""
    page = api.lines(request.user, batch, **_asked(request, batch, plan, LinesParameters), phase=phase)
    return paged(LinesPage(_beside(request, page)).data)


def _asked(request: Request, batch: api.Batch, plan: int, shape: type[Parameters]) -> dict[str, Any]:
    """What the parameters ask for. Raises RowsDeleted."""
    if batch.ledger_deleted_at is not None:
        raise api.RowsDeleted(batch, api.Kept.LEDGER)
    wanted = parameters_of(request, shape)
    return {
        "wanted": _filter(wanted, batch, plan),
        "plan": plan,
        "after": wanted.get("after", 0),
        "before": wanted.get("before", 0),
        "limit": wanted.get("limit", conf.settings().page_rows),
    }


def _beside(request: Request, page: api.Page | api.LinePage) -> dict[str, Any]:
    return {
        "rows": page.rows,
        "previous": beside(request, before=page.earlier),
        "next": beside(request, after=page.later),
    }


def _filter(wanted: dict[str, Any], batch: api.Batch, plan: int) -> api.Filter:
    learner = normalised(wanted.get("learner", ""))
    certification = normalised(wanted.get("certification", ""))
    return api.Filter(
        outcomes=outcomes(wanted.get("outcome", "")),
        code=wanted.get("problem", ""),
        certifications=_keys(certification, batch, plan) if certification else None,
        learner=learner.removesuffix(ANYTHING_AFTER),
        is_beginning=learner.endswith(ANYTHING_AFTER),
        line=wanted.get("line"),
    )


def _keys(name: str, batch: api.Batch, plan: int) -> tuple[str, ...]:
    """The certifications called so by short name or ID number; where there is none, those that differ by case."""
    names = api.certifications(batch, plan)
    exact = tuple(key for key, known in names.items() if name in map(normalised, known))
    return exact or tuple(key for key, known in names.items() if folded(name) in map(folded, known))
