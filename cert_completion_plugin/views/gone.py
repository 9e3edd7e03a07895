"""The page that stands in place of what was deleted."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cert_completion_plugin import api
from cert_completion_plugin.telling.gone import cells_text, ledger_text
from cert_completion_plugin.views.access import ImportPage


def page(view: ImportPage, deleted: api.RowsDeleted) -> HttpResponse:
    """What is gone, since when, and the way back to the sums."""
    batch = deleted.batch
    text = ledger_text(batch) if deleted.kept is api.Kept.LEDGER else cells_text(batch)
    context = view.get_context_data(batch=batch, text=text)
    context["title"] = _("This was deleted")
    return render(view.request, "cert_completion_plugin/gone.html", context, status=410)
