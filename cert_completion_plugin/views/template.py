"""The template to download: the headings, and in a workbook the certifications that the administrator may use."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.views.access import ImportPage

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TemplateView(ImportPage):
    """A file to fill in, made for whoever asks for it."""

    opened_by = (api.PERMISSION_UPLOAD,)

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in CONTENT_TYPES:
            raise Http404
        try:
            content = api.template(request.user, kind, titles=_titles())
        except api.CannotTell as problem:
            text = _(
                "The LMS cannot list its certifications just now, so there is no Excel template. Take the CSV "
                "template, or try again later. (Reference %(reference)s.)"
            )
            messages.error(request, text % {"reference": problem.reference})
            return redirect("cert_completion_plugin:upload")
        response = HttpResponse(content, content_type=CONTENT_TYPES[kind])
        response.headers["Content-Disposition"] = f'attachment; filename="certification-completions.{kind}"'
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _titles() -> dict[str, str]:
    return {
        "completions": _("Completions"),
        "certifications": _("Certifications"),
        "short_name": _("Short name"),
        "id_number": _("ID number"),
        "full_name": _("Full name"),
    }
