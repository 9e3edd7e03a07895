"""The report: the words for its options and for its sums, and what else it shows."""

from typing import Any

from django.http import HttpRequest

from cert_completion_plugin import api, texts
from cert_completion_plugin.reports import held_back_text
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.telling.sentences import was_done
from cert_completion_plugin.views import downloads, following, messages, rows_table


def context(request: HttpRequest, batch: api.Batch) -> dict[str, Any]:
    """What `report.html` is given beside what every page of an import has."""
    counts = api.row_counts(batch, api.Phase.WRITTEN)
    by_outcome = counts.get("outcomes", {})
    numbers = [grouped(by_outcome[outcome]) for outcome in texts.OUTCOMES if by_outcome.get(outcome)]
    return {
        "address": request.build_absolute_uri(request.path),
        "sentence": was_done(by_outcome),
        "rows_read": grouped(batch.rows_read),
        "proof": " + ".join(numbers) if len(numbers) > 1 else "",
        "held_back_text": held_back_text(batch),
        "problem_groups": rows_table.problem_groups(counts),
        "warning_groups": rows_table.warning_groups(counts),
        "table": rows_table.table(request, batch, api.Phase.WRITTEN, counts=counts),
        "messages_section": messages.section(request, batch),
        "follow_ups": following.section(request, batch),
        "downloads": downloads.offered(request.user, batch, counts),
    }
