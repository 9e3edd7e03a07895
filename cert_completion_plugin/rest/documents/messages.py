"""The messages of an import to learners."""

from typing import Any

from cert_completion_hooks.types import MessageTrigger
from rest_framework import serializers

from cert_completion_plugin import api
from cert_completion_plugin.rest.documents.common import Moment, words
from cert_completion_plugin.telling.messages import fate_text


class MessageDocument(serializers.Serializer[Any]):
    """A message about the row on a line; `username` and names are empty where that is kept no longer.

    `reference` is for the site's operator, of one of which the sending was interrupted.
    """

    line = serializers.IntegerField()
    username = serializers.CharField()
    short_name = serializers.CharField()
    id_number = serializers.CharField()
    trigger = serializers.ChoiceField(choices=words(MessageTrigger))
    state = serializers.ChoiceField(choices=words(api.MessageState))
    silence = serializers.ChoiceField(choices=words(api.Silence), allow_null=True, help_text="Why it never leaves.")
    text = serializers.CharField(help_text="What became of it, in the language of the request.")
    attempts = serializers.IntegerField()
    made_at = Moment()
    moved_at = Moment(help_text="When it came into its state.")
    due_at = Moment(help_text="When one that waits is sent, or tried again.")
    reference = serializers.CharField()


class MessagesPage(serializers.Serializer[Any]):
    """Messages in one state by line; `previous` and `next` are addresses, null where there are no more."""

    messages = MessageDocument(many=True)
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)


_OF_MESSAGE = ("line", "trigger", "state", "silence", "attempts", "made_at", "moved_at", "due_at", "reference")
_OF_ROW = ("username", "short_name", "id_number")


def message_row(message: api.LearnerMessage, decision: api.Decision | None) -> dict[str, Any]:
    """A message as its document takes it."""
    named = {name: getattr(decision, name) if decision else "" for name in _OF_ROW}
    return {name: getattr(message, name) for name in _OF_MESSAGE} | named | {"text": fate_text(message)}
