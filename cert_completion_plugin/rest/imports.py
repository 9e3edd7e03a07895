"""The imports that a user may see: all, or one; and a new one."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.creating import KEY, KEY_HEADER, NewImport, NewImportFile, create
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.common import OUTCOMES, STATES, Day
from cert_completion_plugin.rest.documents.imports import ImportDocument, ImportsPage
from cert_completion_plugin.rest.finding import MOST_ON_A_PAGE, beside, check, found, host_away, paged
from cert_completion_plugin.rest.parsing import FORM, FormParser, JsonParser
from cert_completion_plugin.rest.problems import Fault, not_valid
from cert_completion_plugin.rest.reading import Parameters, Text, parameters_of
from cert_completion_plugin.rest.rendering import address

ANY_PROBLEM = "problems"
"""The value of the filter `outcome` that stands for all rows that somebody has to look after."""


class ImportsParameters(Parameters):
    """Which imports are asked for; all that is given has to fit."""

    since = Day(required=False, help_text="Uploaded on this day or later.")
    until = Day(required=False, help_text="Uploaded on this day or before.")
    uploader = Text(required=False, max_length=255)
    state = serializers.ChoiceField(choices=STATES, required=False)
    outcome = serializers.ChoiceField(
        choices=[*OUTCOMES, (ANY_PROBLEM, ANY_PROBLEM)], required=False, help_text="Rows have this outcome."
    )
    certification = Text(
        required=False, max_length=255, help_text="Rows are of the certification with this short name or ID number."
    )
    learner = Text(required=False, max_length=150, help_text="Rows are of the learner with this username.")
    before = Text(required=False, help_text="Older than the import with this reference.")
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST_ON_A_PAGE, default=50)


class ImportsView(ApiView):
    """The imports that a user may see, the newest first; posting makes a new one."""

    takes_file = True
    parser_classes = (JsonParser, FormParser)

    @described(
        "imports",
        "The imports that you may see, the newest first",
        gives=ImportsPage,
        parameters=ImportsParameters,
        problems=["not_valid", "host_away"],
    )
    def get(self, request: Request) -> Response:
        wanted = parameters_of(request, ImportsParameters)
        limit = wanted["limit"]
        batches = api.imports(request.user, _filter(request, wanted), before=_before(request, wanted), limit=limit + 1)
        last = batches[limit - 1].reference if len(batches) > limit else None
        shown = {"imports": batches[:limit], "next": beside(request, before=last)}
        return paged(ImportsPage(shown, context={"undone": api.undone_among(batches)}).data)

    @described(
        "create_import",
        "Make a new import of a file, or of rows",
        takes={"application/json": NewImport, FORM: NewImportFile},
        gives={201: ImportDocument, 200: ImportDocument},
        headers={KEY_HEADER: KEY},
        problems=[
            "body_malformed",
            "key_busy",
            "too_many_imports",
            "too_large",
            "media_type_not_supported",
            "not_valid",
            "key_reused",
        ],
    )
    def post(self, request: Request) -> Response:
        check(request, api.PERMISSION_UPLOAD)
        batch, is_new = create(request)
        headers = {"Location": address("import", batch.reference)}
        return Response(import_document(request, batch), status=201 if is_new else 200, headers=headers)


class ImportView(ApiView):
    """One import."""

    @described("import", "Where an import stands, and what became of it", gives=ImportDocument, problems=["not_found"])
    def get(self, request: Request, reference: str) -> Response:
        return Response(import_document(request, found(request, reference)))


def import_document(request: Request, batch: api.Batch) -> Any:
    """An import, as this user is told of it."""
    return ImportDocument(batch, context={"user": request.user, "undone": api.undone_among([batch])}).data


def _filter(request: Request, wanted: dict[str, Any]) -> api.ImportFilter:
    until = wanted.get("until")
    return api.ImportFilter(
        since=_begin_of(wanted.get("since")),
        until=None if until in (None, date.max) else _begin_of(until + timedelta(days=1)),
        uploader=wanted.get("uploader", ""),
        state=api.BatchState(wanted["state"]) if "state" in wanted else None,
        outcomes=outcomes(wanted.get("outcome", "")),
        certifications=_certifications(request, wanted.get("certification")),
        learner=wanted.get("learner", ""),
    )


def outcomes(value: str) -> tuple[api.Outcome, ...]:
    """The outcomes that a value of the filter stands for."""
    if value == ANY_PROBLEM:
        return api.PROBLEMS
    return (api.Outcome(value),) if value else ()


def _certifications(request: Request, name: str | None) -> tuple[str, ...] | None:
    if name is None:
        return None
    keys = api.certification_keys(request.user, name)
    if keys is None:
        raise host_away()
    return keys


def _begin_of(day: date | None) -> datetime | None:
    if day is None:
        return None
    moment = datetime.combine(day, time.min)
    return timezone.make_aware(moment) if settings.USE_TZ else moment


def _before(request: Request, wanted: dict[str, Any]) -> int | None:
    if "before" not in wanted:
        return None
    batch = api.find(request.user, wanted["before"])
    if batch is None:
        text = "There is no such import, or none that you may see."
        raise not_valid(Fault(code="not_offered", detail=text, parameter="before"))
    return batch.id
