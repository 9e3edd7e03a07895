"""Approving a plan, discarding it, and having it made anew."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.forms import ApprovalForm, ConfirmForm, describe
from cert_completion_plugin.telling.approving import OUTDATED, REFUSALS, not_waiting, refusal_text
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
        messages.info(self.request, not_waiting(batch))
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
            messages.warning(request, OUTDATED)
            return self._back()
        if not form.is_valid():
            return self._show(form, "approval_form")
        approval = api.approve(request.user, batch, plan=plan.number, accept_broken=form.accepts_broken)
        if approval.verdict in REFUSALS:
            form.add_error(None, refusal_text(approval))
            return self._show(form, "approval_form")
        if approval.verdict is api.Verdict.OUTDATED:
            messages.warning(request, OUTDATED)
        elif not approval.is_given:
            messages.info(request, not_waiting(api.find(request.user, batch.reference) or batch))
        return self._back()


class PlanAnewView(_Decision):
    """Posting has the plan made anew, with names confirmed as other certifications if it comes from that form."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if (waiting := self._waiting()) is None:
            return self._back()
        batch, plan = waiting
        form = ConfirmForm(request.POST, plan=plan)
        if not form.is_seen():
            messages.warning(request, OUTDATED)
            return self._back()
        if "confirming" in request.POST and not form.is_valid():
            return self._show(form, "confirm_form")
        confirmed = form.cleaned_data["names"] if "confirming" in request.POST else ()
        if not api.plan_anew(request.user, batch, confirmed=confirmed):
            messages.warning(request, OUTDATED)
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
            messages.info(request, not_waiting(api.find(request.user, batch.reference) or batch))
        return redirect("cert_completion_plugin:batch", batch.reference)
