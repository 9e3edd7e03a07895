"""An import: in a list, and by itself."""

from datetime import date
from typing import Any

from rest_framework import serializers

from cert_completion_plugin import api, question
from cert_completion_plugin.conf import SCOPES
from cert_completion_plugin.core.dates import DateFormat, Verdict, VerdictKind
from cert_completion_plugin.reports import held_back_text
from cert_completion_plugin.rest.documents.common import (
    STATES,
    CountsDocument,
    Day,
    IssueDocument,
    Made,
    Moment,
    counts,
    words,
)
from cert_completion_plugin.rest.documents.options import OptionsDocument
from cert_completion_plugin.rest.rendering import address
from cert_completion_plugin.telling import gone
from cert_completion_plugin.telling.cancelling import cancelled_text
from cert_completion_plugin.telling.messages import trouble_text as message_trouble_text
from cert_completion_plugin.telling.trouble import trouble_text


class SampleDocument(serializers.Serializer[Any]):
    """A date of the file, and the day that each of the likely formats reads; null where it reads none."""

    line = serializers.IntegerField()
    text = serializers.CharField()
    read = serializers.DictField(child=serializers.DateField(allow_null=True))


class QuestionDocument(serializers.Serializer[Any]):
    """Why an import stopped to ask for its date format; any format may be the answer, the likely ones first."""

    kind = serializers.ChoiceField(choices=words(VerdictKind))
    text = serializers.CharField()
    likely_formats = serializers.ListField(child=serializers.CharField())
    samples = SampleDocument(many=True)


class ProgressDocument(serializers.Serializer[Any]):
    """How far an import is that is worked on; `share_read` of its file, from 0 to 1, while it is read."""

    portions = serializers.IntegerField()
    portions_done = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    share_read = serializers.FloatField(allow_null=True)
    last_progress_at = Moment()


class TroubleDocument(serializers.Serializer[Any]):
    """What keeps an import waiting, or kept rows of it from being written; `reference` is for the site's operator."""

    kind = serializers.CharField()
    since = serializers.CharField()
    reference = serializers.CharField()
    next_try_at = Moment(allow_null=True)


class HeldBackDocument(serializers.Serializer[Any]):
    """Why all_or_nothing kept everything unwritten, or had it taken back: so many rows, and the line of the first."""

    phase = serializers.ChoiceField(choices=words(("planned", "written", "cancelled")))
    rows = serializers.IntegerField(allow_null=True)
    line = serializers.IntegerField(allow_null=True)


class TurnDocument(serializers.Serializer[Any]):
    """Of an import that waits for its turn: so many wait before it, of the site or of its user; one may be at work."""

    scope = serializers.ChoiceField(choices=words(SCOPES))
    ahead = serializers.IntegerField()
    is_taken = serializers.BooleanField()


class ImportInList(serializers.Serializer[api.Batch]):
    """An import, as far as a list tells of it."""

    reference = serializers.CharField(help_text="32 hexadecimal digits.")
    url = serializers.SerializerMethodField()
    state = serializers.ChoiceField(choices=STATES)
    file_name = serializers.CharField()
    file_size = serializers.IntegerField(help_text="In bytes.")
    uploaded_by = serializers.CharField(source="uploaded_by_name")
    uploaded_at = Moment()
    rows_read = serializers.IntegerField()
    counts = Made(CountsDocument)
    finished_at = Moment(allow_null=True)
    is_undone = serializers.SerializerMethodField(help_text="Whether rows of it were undone.")

    def get_is_undone(self, batch: api.Batch) -> bool:
        return batch.id in self.context["undone"]

    def get_url(self, batch: api.Batch) -> str:
        return address("import", batch.reference)

    def get_counts(self, batch: api.Batch) -> Any:
        return CountsDocument(counts(batch.counts)).data


class ImportDocument(ImportInList):
    """An import: where it stands, how its file was read, and what became of its rows so far."""

    file_sha256 = serializers.CharField()
    options = Made(OptionsDocument)
    read_as = serializers.SerializerMethodField(help_text="How the file was read: kind, encoding, separator, sheet.")
    headings = serializers.ListField(child=serializers.CharField())
    date_format = serializers.CharField(help_text="In which dates are read; empty before that is known.")
    file_issues = IssueDocument(many=True)
    question = Made(QuestionDocument, may_be_none=True)
    plan = serializers.SerializerMethodField(help_text="The number of the plan that waits, or waited, for approval.")
    as_of = Day(allow_null=True, help_text="The day on which the rows were, or are to be, decided.")
    progress = Made(ProgressDocument, may_be_none=True)
    trouble = Made(TroubleDocument, may_be_none=True)
    held_back = Made(HeldBackDocument, may_be_none=True)
    turn = Made(TurnDocument, may_be_none=True)
    messages = serializers.SerializerMethodField(help_text="To learners, by their state.")
    notes = serializers.SerializerMethodField(help_text="What is to be said of it, in the language of the request.")
    cancelled_by = serializers.CharField(source="cancelled_by_name")
    cancelled_at = Moment(allow_null=True)
    approved_by = serializers.CharField(source="approved_by_name")
    approved_at = Moment(allow_null=True)
    file_deleted_at = Moment(allow_null=True)
    rows_deleted_at = Moment(allow_null=True, help_text="Since when the cells of its rows are gone.")
    ledger_deleted_at = Moment(allow_null=True, help_text="Since when all is gone but its numbers.")
    corrects = serializers.SerializerMethodField(help_text="The import of which this one corrects rows.")
    corrections = serializers.SerializerMethodField(help_text="The imports that correct rows of this one.")

    @property
    def _user(self) -> Any:
        return self.context["user"]

    def get_counts(self, batch: api.Batch) -> Any:
        found = api.progress(batch).counts if batch.state.is_working else batch.counts
        return CountsDocument(counts(found)).data

    def get_options(self, batch: api.Batch) -> Any:
        return batch.options.as_mapping()

    def get_read_as(self, batch: api.Batch) -> dict[str, str]:
        return {name: str(batch.detected[name]) for name in _READ_AS if batch.detected.get(name)}

    def get_question(self, batch: api.Batch) -> Any:
        if batch.question is None or batch.state is not api.BatchState.NEEDS_ANSWER:
            return None
        return _question(Verdict.from_mapping(batch.question))

    def get_plan(self, batch: api.Batch) -> int | None:
        return batch.plan if api.plan_summary(self._user, batch) else None

    def get_progress(self, batch: api.Batch) -> Any:
        if not batch.state.is_working:
            return None
        progress = api.progress(batch)
        shown: dict[str, Any] = {name: getattr(progress, name) for name in ("portions", "portions_done", "rows_done")}
        is_read = batch.state is api.BatchState.READING
        shown |= {"share_read": api.share_read(batch) if is_read else None}
        return ProgressDocument({**shown, "last_progress_at": api.last_progress(batch)}).data

    def get_trouble(self, batch: api.Batch) -> Any:
        if batch.trouble is None:
            return None
        return TroubleDocument({**batch.trouble, "next_try_at": api.waits_until(batch)}).data

    def get_held_back(self, batch: api.Batch) -> Any:
        if batch.held_back is None:
            return None
        return {name: batch.held_back.get(name) for name in ("phase", "rows", "line")}

    def get_turn(self, batch: api.Batch) -> Any:
        place = api.place(batch) if batch.state.is_working else None
        return None if place is None else TurnDocument(place).data

    def get_messages(self, batch: api.Batch) -> dict[str, int]:
        return {str(state): number for state, number in api.message_counts(batch).items()}

    def get_notes(self, batch: api.Batch) -> list[str]:
        told = [
            cancelled_text(batch),
            held_back_text(batch),
            trouble_text(batch, api.waits_until(batch), with_names=False),
            message_trouble_text(api.delivery(batch), with_names=False),
            *gone.notes(batch),
        ]
        return [text for text in told if text]

    def get_corrects(self, batch: api.Batch) -> str | None:
        corrected = api.corrected_by(self._user, batch)
        return None if corrected is None else corrected.reference

    def get_corrections(self, batch: api.Batch) -> list[str]:
        return [each.reference for each in api.corrections_of(self._user, batch)]


_READ_AS = ("kind", "encoding", "separator", "quote", "sheet")


def _question(verdict: Verdict) -> dict[str, Any]:
    formats = question.likely_formats(verdict)
    samples = [
        {"line": sample.line, "text": sample.text, "read": {name: _day(name, sample.text) for name in formats}}
        for sample in verdict.samples
    ]
    return {
        "kind": str(verdict.kind),
        "text": question.question_texts(verdict)["question_text"],
        "likely_formats": formats,
        "samples": samples,
    }


def _day(name: str, text: str) -> date | None:
    return DateFormat.named(name).read(text)


class ImportsPage(serializers.Serializer[Any]):
    """Some imports, the newest first; `next` is the address of those before them, null at the end."""

    imports = ImportInList(many=True)
    next = serializers.CharField(allow_null=True)
