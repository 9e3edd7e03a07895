"""Undos of an import, and their rows."""

from typing import Any

from rest_framework import serializers

from cert_completion_plugin import api
from cert_completion_plugin.rest.documents.common import OUTCOMES, Day, Made, Moment, Numbers, words
from cert_completion_plugin.telling.trouble import undo_trouble_text


class UndoProgressDocument(serializers.Serializer[Any]):
    """How far an undo is that is worked on, and when work that waits for a host is tried again."""

    rows = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    next_try_at = Moment(allow_null=True)


class UndoDocument(serializers.Serializer[api.Undo]):
    """One undo of an import: first previewed, then confirmed with a reason, or given up.

    `preview` and `result` are rows by what becomes of them: undone, changed_since, cannot. They are empty until known.
    """

    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=words(api.UndoState))
    asked_by = serializers.CharField(source="asked_by_name")
    asked_at = Moment()
    previewed_at = Moment(allow_null=True)
    confirmed_by = serializers.CharField(source="confirmed_by_name")
    confirmed_at = Moment(allow_null=True)
    reason = serializers.CharField()
    finished_at = Moment(allow_null=True)
    preview = Numbers()
    result = Numbers()
    note = serializers.SerializerMethodField(help_text="What keeps it, or stopped it; empty if nothing does.")
    progress = Made(UndoProgressDocument, may_be_none=True)

    def get_note(self, undo: api.Undo) -> str:
        return undo_trouble_text(undo, api.undo_waits_until(undo), with_names=False)

    def get_progress(self, undo: api.Undo) -> Any:
        if not undo.state.is_working:
            return None
        progress = api.undo_progress(undo)
        shown = {"rows": progress.rows, "rows_done": progress.rows_done, "next_try_at": api.undo_waits_until(undo)}
        return UndoProgressDocument(shown).data


class UndosDocument(serializers.Serializer[Any]):
    """All undos of an import, the last first."""

    undos = UndoDocument(many=True)


class RowUndoDocument(serializers.Serializer[api.RowUndo]):
    """What became of one row, or would: and who changed it since, or why it cannot be taken back, where known."""

    status = serializers.ChoiceField(choices=words(api.UndoStatus))
    assignment_kept = serializers.BooleanField()
    reason = serializers.CharField()
    reference = serializers.CharField(help_text="For the site's operator.")
    changed_by = serializers.CharField()
    changed_at = Moment(allow_null=True)


class UndoneRowDocument(RowUndoDocument):
    """A row in an undo, with what the import had made of it."""

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    username = serializers.CharField()
    short_name = serializers.CharField()
    id_number = serializers.CharField()
    completed = Day(allow_null=True)


class UndoneRowsPage(serializers.Serializer[Any]):
    """Rows of one group of an undo by line; `previous` and `next` are addresses, null where there are no more."""

    rows = UndoneRowDocument(many=True)
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)


def undone_row(found: api.UndoneRow) -> dict[str, Any]:
    """A row as its document takes it."""
    decision, undo = found.decision, found.undo
    own = ("status", "assignment_kept", "reason", "reference", "changed_by", "changed_at")
    names = ("line", "outcome", "username", "short_name", "id_number", "completed")
    return {name: getattr(undo, name) for name in own} | {name: getattr(decision, name) for name in names}
