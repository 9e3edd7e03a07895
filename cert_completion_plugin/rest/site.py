"""What this site takes and offers this user, how it is doing, and what its problems mean."""

from datetime import timedelta
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api, conf, labels
from cert_completion_plugin.core.options import CHOICES, CommitPolicy, Messages, UnknownCertification
from cert_completion_plugin.core.pushed_rows import MOST_COLUMNS
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.site import (
    EvidenceTypesDocument,
    HealthDocument,
    LimitsDocument,
    OptionsOffered,
    ProblemKindDocument,
    ProblemKindsDocument,
)
from cert_completion_plugin.rest.failing import not_found
from cert_completion_plugin.rest.finding import MOST_ON_A_PAGE, check
from cert_completion_plugin.rest.parsing import most_json_bytes
from cert_completion_plugin.rest.problems import KINDS


class LimitsView(ApiView):
    """How much this site takes and gives at once."""

    @described("limits", "How much this site takes and gives at once", gives=LimitsDocument)
    def get(self, request: Request) -> Response:
        settings = conf.settings()
        limits = {
            "max_bytes": settings.max_bytes,
            "max_rows": settings.max_rows,
            "max_json_bytes": most_json_bytes(),
            "max_imports": settings.imports_per_user,
            "max_columns": MOST_COLUMNS,
            "max_rows_at_once": api.MOST_ROWS_AT_ONCE,
            "max_page": MOST_ON_A_PAGE,
            "keys_kept_for_hours": api.KEYS_KEPT_FOR // timedelta(hours=1),
        }
        return Response(LimitsDocument(limits).data)


class OptionsView(ApiView):
    """The options of an import, as this site offers them."""

    @described("options", "The options of an import: names, values and the site's defaults", gives=OptionsOffered)
    def get(self, request: Request) -> Response:
        check(request, api.PERMISSION_UPLOAD)
        defaults, values = api.defaults().as_mapping(), _offered(request)
        options = [
            {"name": name, "label": str(label), "default": defaults[name], "values": values.get(name)}
            for name, label in labels.NAMES.items()
        ]
        return Response(OptionsOffered({"options": options}).data)


def _offered(request: Request) -> dict[str, list[Any]]:
    """The values of each option that this user may choose here; options that take any text have none."""
    withdrawn = {
        ("unknown_certification", UnknownCertification.CREATE_EVIDENCE): not api.evidence_is_offered(),
        ("commit_policy", CommitPolicy.ALL_OR_NOTHING): not api.undo_is_offered(),
        ("messages", Messages.SEND): not api.messages_are_offered(),
        ("review", False): not api.may_leave_out_review(request.user),
    }
    found = {name: [value for value in values if not withdrawn.get((name, value))] for name, values in CHOICES.items()}
    return {**found, "evidence_type": ["", *(each.name for each in api.evidence_types(request.user))]}


class EvidenceTypesView(ApiView):
    """The evidence types that the LMS offers this user."""

    @described("evidence_types", "The evidence types beside the default one", gives=EvidenceTypesDocument)
    def get(self, request: Request) -> Response:
        check(request, api.PERMISSION_UPLOAD)
        return Response(EvidenceTypesDocument({"evidence_types": api.evidence_types(request.user)}).data)


class HealthView(ApiView):
    """How the background work of the site is doing."""

    @described("health", "Whether imports can go on", gives=HealthDocument)
    def get(self, request: Request) -> Response:
        return Response(HealthDocument(api.health()).data)


class ProblemsView(ApiView):
    """All kinds of problems; open to everybody, as they are the same on every site."""

    is_open = True

    @described("problems", "All kinds of problems", gives=ProblemKindsDocument, is_open=True)
    def get(self, request: Request) -> Response:
        return Response(ProblemKindsDocument({"problems": [_kind(code) for code in KINDS]}).data)


class ProblemView(ApiView):
    """One kind of problem; the member `type` of problem documents leads here."""

    is_open = True

    @described("problem", "One kind of problem", gives=ProblemKindDocument, problems=["not_found"], is_open=True)
    def get(self, request: Request, code: str) -> Response:
        if code not in KINDS:
            raise not_found()
        return Response(ProblemKindDocument(_kind(code)).data)


def _kind(code: str) -> dict[str, Any]:
    kind = KINDS[code]
    return {"code": code, "status": kind.status, "title": str(kind.title), "meaning": str(kind.meaning)}


class NothingView(ApiView):
    """Whatever address there is nothing at: the API answers there, too."""

    is_open = True

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise not_found()
