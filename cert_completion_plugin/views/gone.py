"""The page that stands in place of what was deleted."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.gone import deleted_text
from cert_completion_plugin.views.access import ImportPage


def page(view: ImportPage, deleted: api.RowsDeleted) -> HttpResponse:
    """What is gone, since when, and the way back to the sums."""
    context = view.get_context_data(batch=deleted.batch, text=deleted_text(deleted))
    context["title"] = _("This was deleted")
    return render(view.request, "cert_completion_plugin/gone.html", context, status=410)
