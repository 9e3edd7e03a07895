"""Cancelling an import: asked once more, and then done."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.core.options import CommitPolicy
from cert_completion_plugin.views.access import ImportPage


class CancelView(ImportPage, TemplateView):
    """Says what cancelling leaves behind; posting cancels. Whoever may upload, or approve, may cancel.

    A plan that waits is discarded by that: only by those who may approve it, or whose upload it is.
    """

    opened_by = (api.PERMISSION_UPLOAD, api.PERMISSION_APPROVE)
    template_name = "cert_completion_plugin/cancel.html"
    title = gettext_lazy("Cancel the import")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self._batch()
        is_whole = batch.options.commit_policy is CommitPolicy.ALL_OR_NOTHING
        return super().get_context_data(batch=batch, is_whole=is_whole, may_cancel=is_cancellable(batch), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self._batch()
        if not api.cancel(request.user, batch):
            messages.info(request, _("The import had ended, or was cancelled already."))
        return redirect("cert_completion_plugin:batch", batch.reference)

    def _batch(self) -> api.Batch:
        batch = self.found()
        if not api.may_cancel(self.request.user, batch):
            raise api.Denied(api.PERMISSION_APPROVE)
        return batch


def is_cancellable(batch: api.Batch) -> bool:
    return batch.cancelled_at is None and not batch.has_ended
