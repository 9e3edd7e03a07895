"""Approving a plan, discarding it, and having it made anew."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.forms import ApprovalForm, ConfirmForm, describe
from cert_completion_plugin.views.access import ImportPage
from cert_completion_plugin.views.batch import BatchView


class _Decision(BatchView):
    """The page of an import, to which something is posted about its plan; looked at, it is that page."""

    opened_by = (api.PERMISSION_APPROVE,)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.found()
        return self._back()

    def _back(self) -> HttpResponse:
        return redirect("cert_completion_plugin:batch", self.kwargs["reference"])

    def _waiting(self) -> tuple[api.Batch, api.Plan] | None:
        """The import and its present plan; None, and a word about it, if it does not wait for approval."""
        batch = self.found()
        plan = api.plan_summary(self.request.user, batch)
        if batch.state is api.BatchState.AWAITING_APPROVAL and plan is not None:
            return batch, plan
        messages.info(self.request, _not_waiting(batch))
        return None

    def _show(self, form: forms.Form, name: str) -> HttpResponse:
        """The page once more, with what is wrong."""
        describe(form)
        return self.render_to_response(self.get_context_data() | {"form": form, name: form})


class ApproveView(_Decision):
    """Posting records the rows of the plan that is named in the form, if it is the present one."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (waiting := self._waiting()) is None:
            return self._back()
        batch, plan = waiting
        form = ApprovalForm(request.POST, plan=plan)
        if not form.is_seen():
            messages.warning(request, _OUTDATED)
            return self._back()
        if not form.is_valid():
            return self._show(form, "approval_form")
        approval = api.approve(request.user, batch, plan=plan.number, accept_broken=form.accepts_broken)
        if approval.verdict in _ERRORS:
            form.add_error(None, _ERRORS[approval.verdict] % _particulars(approval))
            return self._show(form, "approval_form")
        if approval.verdict is api.Verdict.OUTDATED:
            messages.warning(request, _OUTDATED)
        elif not approval.is_given:
            messages.info(request, _not_waiting(api.find(request.user, batch.reference) or batch))
        return self._back()


class PlanAnewView(_Decision):
    """Posting has the plan made anew, with names confirmed as other certifications if it comes from that form."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (waiting := self._waiting()) is None:
            return self._back()
        batch, plan = waiting
        form = ConfirmForm(request.POST, plan=plan)
        if not form.is_seen():
            messages.warning(request, _OUTDATED)
            return self._back()
        if "confirming" in request.POST and not form.is_valid():
            return self._show(form, "confirm_form")
        confirmed = form.cleaned_data["names"] if "confirming" in request.POST else ()
        if not api.plan_anew(request.user, batch, confirmed=confirmed):
            messages.warning(request, _OUTDATED)
        return self._back()


class DiscardView(ImportPage, TemplateView):
    """Says what discarding means; posting discards."""

    opened_by = (api.PERMISSION_APPROVE,)
    template_name = "cert_completion_plugin/discard.html"
    title = gettext_lazy("Discard the plan")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.found()
        is_waiting = batch.state is api.BatchState.AWAITING_APPROVAL
        return super().get_context_data(batch=batch, is_waiting=is_waiting, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.found()
        if not api.discard(request.user, batch):
            messages.info(request, _not_waiting(api.find(request.user, batch.reference) or batch))
        return redirect("cert_completion_plugin:batch", batch.reference)


_OUTDATED = gettext_lazy(
    "The plan was made anew meanwhile. This page shows where the import stands now; look at it before you decide."
)
_ERRORS: Mapping[str, Any] = {
    api.Verdict.BROKEN: gettext_lazy("A limit of this site is exceeded. Tick that you have seen it, or discard."),
    api.Verdict.RULES_CHANGED: gettext_lazy(
        "Nothing was recorded: since the plan was made, the recertification rule of %(names)s has changed, so the "
        "dates of the plan are no longer right. Make the plan anew, and look at it again."
    ),
    api.Verdict.HOST_AWAY: gettext_lazy(
        "Nothing was recorded: the LMS cannot answer just now. Try again in a few minutes; if it lasts, tell the "
        "site's operator the reference %(reference)s."
    ),
}


def _particulars(approval: api.Approval) -> dict[str, str]:
    shown = list(approval.certifications[:5])
    if (more := len(approval.certifications) - len(shown)) > 0:
        shown.append(_("%(number)s more") % {"number": more})
    return {"names": get_text_list(shown, _("and")), "reference": approval.reference}


def _not_waiting(batch: api.Batch) -> str:
    if batch.is_approved:
        return _("The plan was approved already, by %(name)s.") % {"name": batch.approved_by_name}
    if batch.cancelled_at:
        return _("The import was discarded or cancelled already, by %(name)s.") % {"name": batch.cancelled_by_name}
    return _("The import does not wait for approval.")
