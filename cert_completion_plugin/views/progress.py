"""The progress of an import as JSON, for the script that keeps its page up to date."""

from django.http import HttpRequest, HttpResponse, JsonResponse

from cert_completion_plugin import api
from cert_completion_plugin.telling.working import working
from cert_completion_plugin.views.access import ImportPage


class ProgressView(ImportPage):
    """What changes on the progress page from moment to moment. Whoever may see the page may ask."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        batch = self.found()
        content = working(batch) if batch.state.is_working else {}
        response = JsonResponse({"page": page_key(batch), **content})
        response.headers["Cache-Control"] = "no-store"
        return response


def page_key(batch: api.Batch) -> str:
    """What the page shows, as a word: another word, and the page has to be fetched anew."""
    kind = "working" if batch.state.is_working else str(batch.state)
    flags = {"cancelled": batch.cancelled_at, "held-back": batch.held_back, "trouble": batch.trouble}
    return " ".join([kind, *(name for name, is_set in flags.items() if is_set)])
