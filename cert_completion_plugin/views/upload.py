"""The upload page."""

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy
from django.views.generic import FormView

from cert_completion_plugin import api, conf, labels
from cert_completion_plugin.forms import (
    READING,
    UploadForm,
    corrected_options,
    describe,
    gone_text,
    too_large_text,
    too_many_text,
)
from cert_completion_plugin.telling import sending
from cert_completion_plugin.views.access import ImportPage
from cert_completion_plugin.views.earlier import earlier_upload

if TYPE_CHECKING:
    _FormView = FormView[UploadForm]
else:
    _FormView = FormView


class UploadView(ImportPage, _FormView):
    """Takes a file and answers at once; the import itself is worked on in the background.

    A file that comes with a form in which something is wrong is kept, so that it need not be chosen again.
    """

    opened_by = (api.PERMISSION_UPLOAD,)
    template_name = "cert_completion_plugin/upload.html"
    form_class = UploadForm
    title = gettext_lazy("Upload certification completions")

    def get_form_kwargs(self) -> dict[str, Any]:
        corrects = self._corrects()
        return {
            **super().get_form_kwargs(),
            "user": self._user,
            "begin_with": None if corrects is None else corrected_options(corrects),
            "kept": self._kept,
            "is_gone": bool(self.request.POST.get("kept")) and self._kept is None,
        }

    def _corrects(self) -> api.Batch | None:
        """The import of which corrected rows are uploaded; for those alone who may see it."""
        return api.find(self._user, self.request.POST.get("corrects") or self.request.GET.get("corrects", ""))

    def form_valid(self, form: UploadForm) -> HttpResponse:
        try:
            batch = self._submit(form)
        except api.TooManyImports as refusal:
            form.add_error(None, too_many_text(refusal))
            return self.form_invalid(form)
        except api.OptionNotOffered as refusal:
            # What the site can do changed after the form had been checked.
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        except api.KeptFileGone:
            # The form was sent twice.
            messages.info(self.request, gone_text())
            return redirect("cert_completion_plugin:upload")
        if self._corrects() is None:
            # What is chosen for corrected rows is the first import's, and no habit of this user's.
            api.remember_choice(self._user, form.chosen())
        return redirect("cert_completion_plugin:batch", batch.reference)

    def _submit(self, form: UploadForm) -> api.Batch:
        file = form.cleaned_data["file"]
        chosen: dict[str, Any] = {"options": form.options(), "corrects": self._corrects()}
        chosen["site"] = api.site_of(self.request)
        if file is None:
            assert form.kept is not None
            return api.submit_kept(self._user, form.kept, **chosen)
        return api.submit(self._user, file.chunks(), file_name=file.name, **chosen)

    def form_invalid(self, form: UploadForm) -> HttpResponse:
        file = form.files.get("file")
        if file is not None and "file" not in form.errors:
            try:
                form.kept = api.keep_file(self._user, file.chunks(), file_name=file.name or "")
            except api.TooLarge:
                form.add_error("file", too_large_text())
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        form = context["form"]
        describe(form)
        return context | {
            "corrects": self._corrects(),
            "max_bytes": str(conf.settings().max_bytes),
            "too_large_text": too_large_text(),
            "most_sent": str(sending.most_sent()),
            "not_sent_text": sending.not_sent_text(),
            "reading_title": labels.HOW_IT_IS_READ,
            "reading_fields": [form[name] for name in READING],
        }

    @cached_property
    def _kept(self) -> api.KeptFile | None:
        return api.kept_file(self._user, self.request.POST.get("kept", ""))

    @property
    def _user(self) -> Any:
        assert isinstance(self.request.user, AbstractBaseUser)
        return self.request.user


SHA256 = re.compile("[0-9a-f]{64}")


class KnownFileView(ImportPage):
    """Whether a file with this SHA-256 was uploaded before, for the page's script to say so before it is sent again."""

    opened_by = (api.PERMISSION_UPLOAD,)

    def get(self, request: HttpRequest) -> HttpResponse:
        digest = request.GET.get("sha256", "").lower()
        return JsonResponse(earlier_upload(request.user, digest) if SHA256.fullmatch(digest) else {})
