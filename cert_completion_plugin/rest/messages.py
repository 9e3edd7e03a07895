"""The messages of an import to learners, page by page."""

from functools import partial

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from cert_completion_plugin import api, conf
from cert_completion_plugin.rest.base import ApiView
from cert_completion_plugin.rest.describing import described
from cert_completion_plugin.rest.documents.common import words
from cert_completion_plugin.rest.documents.messages import MessagesPage, message_row
from cert_completion_plugin.rest.finding import beside, found, paged
from cert_completion_plugin.rest.reading import parameters_of
from cert_completion_plugin.rest.rows import PageParameters


class MessagesParameters(PageParameters):
    """Which messages are asked for, by their state."""

    state = serializers.ChoiceField(choices=words(api.MessageState), required=False, default=str(api.MessageState.SENT))


class MessagesView(ApiView):
    """The messages of an import in one state. An import that sends none has none."""

    opened_by = (api.PERMISSION_VIEW_PERSONAL_DATA,)

    @described(
        "messages",
        "The messages of an import to learners, by line",
        gives=MessagesPage,
        parameters=MessagesParameters,
        problems=["not_found", "not_valid"],
    )
    def get(self, request: Request, reference: str) -> Response:
        batch, wanted = found(request, reference), parameters_of(request, MessagesParameters)
        some = partial(api.messages_of, request.user, batch, api.MessageState(wanted["state"]))
        place = {name: wanted.get(name, 0) for name in ("after", "before")}
        pairs = some(**place, limit=wanted.get("limit", conf.settings().page_rows))
        lines = [message.line for message, _ in pairs]
        shown = {
            "messages": [message_row(message, decision) for message, decision in pairs],
            "previous": beside(request, before=lines[0]) if lines and some(before=lines[0], limit=1) else None,
            "next": beside(request, after=lines[-1]) if lines and some(after=lines[-1], limit=1) else None,
        }
        return paged(MessagesPage(shown).data)
