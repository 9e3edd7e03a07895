"""One import: its progress while it is worked on, and its report."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from cert_completion_plugin import api, texts
from cert_completion_plugin.core.dates import Verdict
from cert_completion_plugin.forms import AnswerForm, describe
from cert_completion_plugin.question import likely_formats, question_texts
from cert_completion_plugin.telling import gone, reading, trouble
from cert_completion_plugin.telling.cancelling import cancelled_text
from cert_completion_plugin.telling.options import option_texts
from cert_completion_plugin.telling.working import working
from cert_completion_plugin.views import cancelling, downloads, notices, plan, report, undoing
from cert_completion_plugin.views.access import ImportPage
from cert_completion_plugin.views.earlier import earlier_upload
from cert_completion_plugin.views.progress import page_key

REFRESH_SECONDS = 5
MOST_ISSUES = 50
_NO_UNDO = (api.Obstacle.NOTHING_RECORDED, api.Obstacle.ROWS_DELETED)


class BatchView(ImportPage, TemplateView):
    """The page of one import.

    While background work is under way it keeps itself up to date: by its script, or without one by loading anew.
    """

    template_name = "cert_completion_plugin/batch.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.found()
        context = super().get_context_data(
            batch=batch,
            state=texts.state_label(batch.state),
            option_texts=option_texts(batch),
            detected_texts=reading.detected_texts(batch),
            override_text=reading.override_text(batch),
            file_issues=[texts.issue_text(issue) for issue in batch.file_issues[:MOST_ISSUES]],
            more_issues=max(0, len(batch.file_issues) - MOST_ISSUES),
            refresh=REFRESH_SECONDS if batch.state.is_working else None,
            cancelled_text=cancelled_text(batch),
            may_cancel=cancelling.is_cancellable(batch) and api.may_cancel(self.request.user, batch),
            same_file=earlier_upload(self.request.user, batch.file_sha256, before=batch.id),
            trouble_text=self._trouble_text(batch),
            deleted_notes=gone.notes(batch),
            corrects=api.corrected_by(self.request.user, batch),
            corrections=api.corrections_of(self.request.user, batch),
            notice_text=notices.mail_text(batch),
            report_files=downloads.report_files(self.request.user, batch) if batch.has_ended else [],
            **kwargs,
        )
        context["title"] = _("Import of %(file)s") % {"file": batch.file_name}
        if batch.state.is_working:
            context |= {**working(batch), "page_key": page_key(batch)}
        if batch.question and batch.state is api.BatchState.NEEDS_ANSWER:
            verdict = Verdict.from_mapping(batch.question)
            context |= question_texts(verdict)
            describe(context.setdefault("form", AnswerForm(likely=likely_formats(verdict))))
        if batch.state is api.BatchState.AWAITING_APPROVAL:
            context |= plan.context(self.request, batch)
        if batch.counts:
            context |= report.context(self.request, batch)
            may_undo = api.may(self.request.user, api.PERMISSION_UNDO, batch)
            is_offered = may_undo and api.undo_obstacle(batch) not in _NO_UNDO
            context |= {"undo_note": undoing.note(batch), "may_undo": is_offered}
        return context

    def _trouble_text(self, batch: api.Batch) -> str:
        is_staff = getattr(self.request.user, "is_staff", False)
        return trouble.trouble_text(batch, api.waits_until(batch), with_names=is_staff) if batch.trouble else ""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer the import's question; whoever may upload may answer."""
        batch = self.found()
        if batch.question:
            form = AnswerForm(request.POST, likely=likely_formats(Verdict.from_mapping(batch.question)))
            if not form.is_valid():
                return self.render_to_response(self.get_context_data(form=form))
            api.answer(request.user, batch, date_format=form.cleaned_data["date_format"])
        return redirect("cert_completion_plugin:batch", self.kwargs["reference"])
