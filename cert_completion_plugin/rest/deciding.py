"""What people, or systems that they trust, decide about an import: answers, plans, the end before its time."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NoReturn

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api
from cert_completion_plugin.core.options import DATE_FORMATS
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.common import words
from cert_completion_plugin.rest.documents.imports import ImportDocument
from cert_completion_plugin.rest.finding import check, found, fresh, host_away
from cert_completion_plugin.rest.imports import import_document
from cert_completion_plugin.rest.problems import Problem
from cert_completion_plugin.rest.reading import Body, Flag, Text, Whole, body_of

MOST_NAMES = 1000
_Plan = partial(Whole, min_value=1, max_value=2**31 - 1)


class Nothing(Body):
    """Nothing has to be said; an empty object may be."""


class Answer(Body):
    """The date format of the file."""

    date_format = serializers.ChoiceField(choices=words(DATE_FORMATS))


class Approval(Body):
    """The plan that was looked at, and whether limits of the site that it exceeds are known and taken."""

    plan = _Plan()
    accept_broken = Flag(required=False, default=False)


class PlanAnew(Body):
    """The plan that was looked at, and names of close matches that really are other certifications."""

    plan = _Plan()
    confirmed = serializers.ListField(child=Text(max_length=255), required=False, default=list, max_length=MOST_NAMES)


class AnswerView(ApiView):
    """The answer to an import that asks for its date format."""

    @described(
        "answer",
        "Answer an import that asks for its date format",
        takes=Answer,
        gives=ImportDocument,
        problems=["body_malformed", "not_found", "not_waiting", "media_type_not_supported", "not_valid"],
    )
    def post(self, request: Request, reference: str) -> Response:
        check(request, api.PERMISSION_UPLOAD)
        batch, body = found(request, reference), body_of(request, Answer)
        if not api.answer(request.user, batch, date_format=body["date_format"]):
            raise _not_waiting(fresh(request, batch))
        return _now(request, batch)


class CancelView(ApiView):
    """The end of an import before its time; what was written stays."""

    @described(
        "cancel",
        "Cancel an import between two portions of work",
        takes=Nothing,
        gives=ImportDocument,
        problems=["body_malformed", "not_found", "not_waiting", "media_type_not_supported", "not_valid"],
    )
    def post(self, request: Request, reference: str) -> Response:
        batch = found(request, reference)
        body_of(request, Nothing)
        if not api.cancel(request.user, batch):
            raise _not_waiting(fresh(request, batch))
        return _now(request, batch)


class ApproveView(ApiView):
    """The approval of a plan, which is then written as it stands."""

    @described(
        "approve",
        "Have a plan written as it stands",
        takes=Approval,
        gives=ImportDocument,
        problems=[
            "body_malformed",
            "not_found",
            "not_waiting",
            "plan_outdated",
            "limits_broken",
            "rules_changed",
            "media_type_not_supported",
            "not_valid",
            "host_away",
        ],
    )
    def post(self, request: Request, reference: str) -> Response:
        check(request, api.PERMISSION_APPROVE)
        batch, body = found(request, reference), body_of(request, Approval)
        approval = api.approve(request.user, batch, **body)
        if not approval.is_given:
            _refuse(approval, fresh(request, batch))
        return _now(request, batch)


class DiscardView(ApiView):
    """The end of an import that waits for approval, with nothing written."""

    @described(
        "discard",
        "Discard the plan of an import",
        takes=Nothing,
        gives=ImportDocument,
        problems=["body_malformed", "not_found", "not_waiting", "media_type_not_supported", "not_valid"],
    )
    def post(self, request: Request, reference: str) -> Response:
        check(request, api.PERMISSION_APPROVE)
        batch = found(request, reference)
        body_of(request, Nothing)
        if not api.discard(request.user, batch):
            raise _not_waiting(fresh(request, batch))
        return _now(request, batch)


class PlanAnewView(ApiView):
    """A new plan of an import that waits for approval, on today."""

    @described(
        "plan_anew",
        "Have the plan made anew, with names confirmed as other certifications",
        takes=PlanAnew,
        gives=ImportDocument,
        problems=[
            "body_malformed",
            "not_found",
            "not_waiting",
            "plan_outdated",
            "media_type_not_supported",
            "not_valid",
        ],
    )
    def post(self, request: Request, reference: str) -> Response:
        check(request, api.PERMISSION_APPROVE)
        batch, body = found(request, reference), body_of(request, PlanAnew)
        if batch.state is not api.BatchState.AWAITING_APPROVAL:
            raise _not_waiting(batch)
        if batch.plan != body["plan"] or not api.plan_anew(request.user, batch, confirmed=body["confirmed"]):
            raise _outdated()
        return _now(request, batch)


def _now(request: Request, batch: api.Batch) -> Response:
    return Response(import_document(request, fresh(request, batch)))


def _not_waiting(batch: api.Batch) -> Problem:
    text = _("The import does not wait for that: it is in the state “%(state)s”.") % {"state": batch.state}
    return Problem("not_waiting", text, more={"state": str(batch.state)})


def _outdated() -> Problem:
    return Problem("plan_outdated", _("This is not the plan that waits. Look at that one before you decide."))


_REFUSALS: Mapping[str, tuple[str, Any]] = {
    api.Verdict.BROKEN: (
        "limits_broken",
        gettext_lazy("The plan exceeds a limit of this site. Approve it with accept_broken, or discard it."),
    ),
    api.Verdict.RULES_CHANGED: (
        "rules_changed",
        gettext_lazy(
            "Since the plan was made, the recertification rule of %(names)s has changed, so its dates are no longer "
            "right. Make the plan anew, and look at it again."
        ),
    ),
}


def _refuse(approval: api.Approval, batch: api.Batch) -> NoReturn:
    if approval.verdict is api.Verdict.OUTDATED:
        raise _outdated()
    if approval.verdict is api.Verdict.HOST_AWAY:
        raise host_away(approval.reference)
    if approval.verdict not in _REFUSALS:
        raise _not_waiting(batch)
    code, text = _REFUSALS[approval.verdict]
    names = list(approval.certifications)
    more = {"certifications": names} if names else {}
    raise Problem(code, str(text) % {"names": get_text_list(names[:5], _("and"))}, more=more)
