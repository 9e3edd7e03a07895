"""The certification import report over all imports: the list, newest first."""

from typing import Any

from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from cert_completion_plugin import api, texts
from cert_completion_plugin.views.access import ImportPage, number

PAGE = 50


class BatchesView(ImportPage, TemplateView):
    """All imports of the site."""

    permission_required = api.PERMISSION_VIEW_REPORT
    template_name = "cert_completion_plugin/batches.html"
    title = gettext_lazy("Certification import report")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = api.newest(before=number(self.request, "before") or None, limit=PAGE + 1)
        batches = [
            {
                "batch": batch,
                "state": texts.state_label(batch.state),
                "counts": _counts(batch),
            }
            for batch in found[:PAGE]
        ]
        older = str(found[PAGE - 1].id) if len(found) > PAGE else None
        return super().get_context_data(batches=batches, older=older, is_list=True, **kwargs)


def _counts(batch: api.Batch) -> str:
    counts = batch.counts.get("outcomes", {})
    return ", ".join(
        f"{texts.outcome_label(outcome)} {counts[outcome]}" for outcome in texts.OUTCOMES if outcome in counts
    )
