"""The rows of an import: what became of them, or is planned for them, and the story of one."""

from typing import Any

from rest_framework import serializers

from cert_completion_plugin import api
from cert_completion_plugin.core.story import Present, Story
from cert_completion_plugin.rest.documents.common import OUTCOMES, Day, IssueDocument, Moment
from cert_completion_plugin.rest.documents.plain import Plain
from cert_completion_plugin.rest.documents.undos import RowUndoDocument
from cert_completion_plugin.whys import why


class RowDocument(serializers.Serializer[api.Decision]):
    """A row: its outcome, its names as they stand in the file, its dates, and what is wrong with it.

    `learner_key` and `certification_key` are the LMS's own, empty where it found none.
    """

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    why = serializers.SerializerMethodField(help_text="In words, for a row without problems; may be empty.")
    username = serializers.CharField()
    short_name = serializers.CharField()
    id_number = serializers.CharField()
    learner_key = serializers.CharField()
    certification_key = serializers.CharField()
    completed = Day(allow_null=True)
    due = Day(allow_null=True)
    expires = Day(allow_null=True)
    window_opens = Day(allow_null=True)
    repeats_line = serializers.IntegerField(allow_null=True)
    issues = IssueDocument(many=True)

    def get_why(self, decision: api.Decision) -> str:
        return why(decision)


class LineDocument(serializers.Serializer[api.RowLine]):
    """What everybody may know of a row who may see its import."""

    line = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=OUTCOMES)
    codes = serializers.ListField(child=serializers.CharField())
    repeats_line = serializers.IntegerField(allow_null=True)


class LinesPage(serializers.Serializer[Any]):
    """As a page of rows, without names and cells."""

    rows = LineDocument(many=True)
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)


class RowsPage(serializers.Serializer[Any]):
    """Some rows by line; `previous` and `next` are the addresses of those beside them, null where there are none.

    After a long search a page may have few rows or none, and yet a next one.
    """

    rows = RowDocument(many=True)
    previous = serializers.CharField(allow_null=True)
    next = serializers.CharField(allow_null=True)


class UndoneDocument(serializers.Serializer[Any]):
    """What became, or would become, of the row in one undo of its import."""

    undo = serializers.IntegerField(help_text="The number of the undo.")
    row = RowUndoDocument()


class StepDocument(serializers.Serializer[Any]):
    """One step of a row's story in words, in the language of the request."""

    name = serializers.CharField()
    heading = serializers.CharField()
    texts = serializers.ListField(child=serializers.CharField())


class AccountDocument(serializers.Serializer[Any]):
    """All that is known of one row. What it has not come to is null."""

    story = Plain(Story)
    steps = StepDocument(many=True, help_text="The same in words.")
    as_of = Day(allow_null=True)
    planned = RowDocument(allow_null=True)
    written = RowDocument(allow_null=True)
    undone = RowDocument(allow_null=True)
    undos = UndoneDocument(many=True)
    settled_at = Moment(allow_null=True)
    today = Day()
    present = Plain(Present, allow_null=True)
    could_not_tell = serializers.BooleanField(help_text="Whether the LMS could not say what it holds now.")
