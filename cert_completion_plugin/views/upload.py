"""The upload page."""

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from cert_completion_plugin import api, labels
from cert_completion_plugin.forms import READING, UploadForm, corrected_options, describe
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

    def get_form_kwargs(self) -> dict[str, Any]:
        corrects = self._corrects()
        begin_with = None if corrects is None else corrected_options(corrects)
        return {**super().get_form_kwargs(), "user": self._user, "begin_with": begin_with}

    def _corrects(self) -> api.Batch | None:
        """The import of which corrected rows are uploaded; for those alone who may see it."""
        if not self._user.has_perm(api.PERMISSION_VIEW_REPORT):
            return None
        return api.find(self.request.POST.get("corrects") or self.request.GET.get("corrects", ""))

    def form_valid(self, form: UploadForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        try:
            batch = api.submit(
                self._user,
                file.chunks(),
                file_name=file.name,
                options=form.options(),
                corrects=self._corrects(),
            )
        except api.OptionNotOffered as refusal:
            # What the site can do changed after the form had been checked.
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        api.remember_choice(self._user, form.chosen())
        return self._received(batch)

    def _received(self, batch: api.Batch) -> HttpResponse:
        if self._user.has_perm(api.PERMISSION_VIEW_REPORT):
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
        describe(form)
        return context | {
            "corrects": self._corrects(),
            "reading_title": labels.HOW_IT_IS_READ,
            "reading_fields": [form[name] for name in READING],
        }

    @property
    def _user(self) -> Any:
        assert isinstance(self.request.user, AbstractBaseUser)
        return self.request.user
