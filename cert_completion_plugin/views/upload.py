"""The upload page."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from cert_completion_plugin import api
from cert_completion_plugin.forms import UploadForm
from cert_completion_plugin.views.access import ImportPage

if TYPE_CHECKING:
    _FormView = FormView[UploadForm]
else:
    _FormView = FormView


class UploadView(ImportPage, _FormView):
    """Takes a file and answers at once; the import itself is worked on in the background."""

    permission_required = api.PERMISSION_UPLOAD
    template_name = "cert_completion_plugin/upload.html"
    form_class = UploadForm
    title = gettext_lazy("Upload certification completions")

    def form_valid(self, form: UploadForm) -> HttpResponse:
        assert self.request.user.is_authenticated
        file = form.cleaned_data["file"]
        batch = api.submit(self.request.user, file.chunks(), file_name=file.name, options=form.options())
        if self.request.user.has_perm(api.PERMISSION_VIEW_REPORT):
            return redirect("cert_completion_plugin:batch", batch.reference)
        text = _(
            "“%(file)s” was received and is being imported. You may not see its report; ask somebody who may see the "
            "import reports."
        )
        messages.success(self.request, text % {"file": batch.file_name})
        return redirect("cert_completion_plugin:upload")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        context["error_list"] = [
            (form[name].id_for_label, form[name].label, list(form.errors[name])) for name in form.errors
        ]
        return context
