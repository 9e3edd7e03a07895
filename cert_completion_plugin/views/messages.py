"""The messages of an import to learners: how they stand, and a list of them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from cert_completion_plugin import api, conf
from cert_completion_plugin.telling.messages import MEANINGS, STATES, counts_text, fate_text, trouble_text
from cert_completion_plugin.telling.numbers import grouped
from cert_completion_plugin.views import gone
from cert_completion_plugin.views.access import ImportPage, number


class MessagesView(ImportPage, TemplateView):
    """The messages of one import in one of their states, by line. Who may not see rows may not see this."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)
    template_name = "cert_completion_plugin/messages.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            context = self._listed()
        except api.RowsDeleted as deleted:
            return gone.page(self, deleted)
        return self.render_to_response(context)

    def _listed(self) -> dict[str, Any]:
        batch = self.found()
        shown = section(self.request, batch)
        state = self._state(api.message_counts(batch))
        context = self.get_context_data(
            batch=batch,
            messages_section=shown,
            group=str(state),
            group_label=str(STATES[state]),
            **self._rows(batch, state),
        )
        context["title"] = _("Messages of the import of %(file)s") % {"file": batch.file_name}
        return context

    def _state(self, counts: Any) -> api.MessageState:
        """The state that was asked for, else the first that has messages, those to look after before the others."""
        asked = self.request.GET.get("state", "")
        if asked in STATES:
            return api.MessageState(asked)
        first = (api.MessageState.INTERRUPTED, api.MessageState.NEVER, *STATES)
        return next((state for state in first if counts.get(state)), api.MessageState.SENT)

    def _rows(self, batch: api.Batch, state: api.MessageState) -> dict[str, Any]:
        user, size = self.request.user, conf.settings().page_rows
        before, after = number(self.request, "before"), number(self.request, "after")
        found = api.messages_of(user, batch, state, before=before, after=after, limit=size)
        first, last = (found[0][0].line, found[-1][0].line) if found else (0, 0)
        is_earlier = found and api.messages_of(user, batch, state, before=first, limit=1)
        is_later = found and api.messages_of(user, batch, state, after=last, limit=1)
        return {
            "rows": [_row(message, decision) for message, decision in found],
            "earlier": str(first) if is_earlier else "",
            "later": str(last) if is_later else "",
        }


def _row(message: api.LearnerMessage, decision: api.Decision | None) -> dict[str, Any]:
    return {
        "line": str(message.line),
        "username": decision.username if decision else "",
        "record_path": api.record_of_learning_path(message.learner_key) if decision and message.learner_key else "",
        "short_name": decision.short_name if decision else "",
        "id_number": decision.id_number if decision else "",
        "fate": fate_text(message),
    }


def section(request: HttpRequest, batch: api.Batch) -> dict[str, Any] | None:
    """What the report says of an import's messages; None if it was to send none."""
    if not api.sends_messages(batch):
        return None
    counts = api.message_counts(batch)
    is_listed = batch.ledger_deleted_at is None and api.may(request.user, api.PERMISSION_VIEW_PERSONAL_DATA, batch)
    address = reverse("cert_completion_plugin:messages", args=[batch.reference])
    chosen = request.GET.get("state", "")
    return {
        "text": counts_text(counts),
        "trouble": trouble_text(api.delivery(batch), with_names=bool(getattr(request.user, "is_staff", False))),
        "tiles": [
            {
                "outcome": f"message-{state}",
                "label": str(label),
                "count": grouped(counts[state]),
                "meaning": str(MEANINGS[state]),
                "address": f"{address}?state={state}",
                "is_chosen": chosen == state,
            }
            for state, label in STATES.items()
            if is_listed and counts.get(state)
        ],
    }
