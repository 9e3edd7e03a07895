"""Cancelling an import: asked once more, and then done."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.core.options import CommitPolicy
from cert_completion_plugin.views.access import ImportPage


class CancelView(ImportPage, TemplateView):
    """Says what cancelling leaves behind; posting cancels. Whoever may upload may cancel.

    A plan that waits is discarded by that: only by those who may approve it, or whose upload it is.
    """

    permission_required = api.PERMISSION_UPLOAD
    template_name = "cert_completion_plugin/cancel.html"
    title = gettext_lazy("Cancel the import")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self._batch()
        is_whole = batch.options.commit_policy is CommitPolicy.ALL_OR_NOTHING
        return super().get_context_data(batch=batch, is_whole=is_whole, may_cancel=is_cancellable(batch), **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        assert isinstance(request.user, AbstractBaseUser)
        batch = self._batch()
        if not api.cancel(batch, request.user):
            messages.info(request, _("The import had ended, or was cancelled already."))
        if request.user.has_perm(api.PERMISSION_VIEW_REPORT):
            return redirect("cert_completion_plugin:batch", batch.reference)
        messages.success(request, _("The import of “%(file)s” is cancelled.") % {"file": batch.file_name})
        return redirect("cert_completion_plugin:upload")

    def _batch(self) -> api.Batch:
        batch = api.find(self.kwargs["reference"])
        if batch is None:
            raise Http404(_("There is no such import."))
        if not may_cancel(self.request.user, batch):
            raise PermissionDenied
        return batch


def may_cancel(user: Any, batch: api.Batch) -> bool:
    """Whether somebody who may upload may cancel this import."""
    is_planned = batch.state is api.BatchState.AWAITING_APPROVAL
    return not is_planned or user.has_perm(api.PERMISSION_APPROVE) or batch.uploaded_by_key == str(user.pk)


def is_cancellable(batch: api.Batch) -> bool:
    return batch.cancelled_at is None and not batch.has_ended
