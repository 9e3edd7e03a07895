"""The Record of Learning page."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cert_completion_records import conf
from cert_completion_records import record_of_learning as record
from cert_completion_records.clock import today
from cert_completion_records.keys import learner_id

_OTHERS = "cert_completion_records.view_learnercertification"


@login_required
def own_record_of_learning(request: HttpRequest) -> HttpResponse:
    """The page of whoever is logged in."""
    return _page(request, request.user)


@login_required
def record_of_learning(request: HttpRequest, learner_key: str) -> HttpResponse:
    """A learner's page: one's own, or that of others with the permission to view learners' certifications.

    Raises PermissionDenied without telling whether there is such a learner; Http404 to those who may know.
    """
    if learner_key == str(request.user.pk):
        return _page(request, request.user)
    if not _user(request).has_perm(_OTHERS):
        raise PermissionDenied
    learner = get_user_model()._default_manager.filter(pk=learner_id(learner_key)).first()
    if learner is None:
        raise Http404("There is no learner with this key.")
    return _page(request, learner)


def _user(request: HttpRequest) -> Any:
    return request.user  # of whatever user model the site has


def _page(request: HttpRequest, learner: Any) -> HttpResponse:
    day = today()
    context = {
        "learner": learner,
        "learner_name": _full_name(learner) or learner.get_username(),
        "is_own": learner.pk == request.user.pk,
        "day": day,
        "current": record.current(learner, day),
        "past": record.past(learner, day),
        "evidence": record.evidence(learner),
        "may_see_reports": _user(request).has_perm(conf.report_permission()),
    }
    return render(request, "cert_completion_records/record_of_learning.html", context)


def _full_name(learner: Any) -> str:
    return learner.get_full_name() if hasattr(learner, "get_full_name") else ""
