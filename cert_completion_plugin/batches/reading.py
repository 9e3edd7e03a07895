"""Reading a file: bytes become rows, chunk by chunk, each chunk in a transaction that also keeps where to go on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from time import monotonic
from typing import Any

from django.db import transaction

from cert_completion_plugin import conf, logbook, tabular
from cert_completion_plugin.batches import announcing, clock, corrections, plans
from cert_completion_plugin.batches.closing import advance, tell_hosts
from cert_completion_plugin.batches.evidence_types import field_names_of
from cert_completion_plugin.batches.progress import ReadingProgress
from cert_completion_plugin.batches.trouble import TryAgain, pause, reference_of
from cert_completion_plugin.core.dates import DateVotes
from cert_completion_plugin.core.headings import Columns, read_headings, unknown_column
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import AUTO
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.core.parse import cell_text, date_texts
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.core.slices import pack, slice_of
from cert_completion_plugin.store import batches, connections, files, portions, rows
from cert_completion_plugin.store.values import Batch

READING_PORTIONS = 4
"""Reading may take this many times as long as the work on a portion: a workbook is opened anew each time."""


class MoreToRead(Exception):
    """The time for reading was up; what was read is kept, and reading should go on when others had their turn."""


def read(batch_id: int, *, seconds: float | None = None) -> bool:
    """Read the file of an import, from the beginning or from where it was interrupted; says whether this call ended it.

    Afterwards the import is `writing` or `planning` with its portions made (`finished` if the file has no rows), or
    `needs_answer`, or `refused`. Called twice at once, one of the two reads. Raises MoreToRead if a text file takes
    longer than `seconds`, and TryAgain; after the last attempt the import is `failed`.
    """
    settings, now = conf.settings(), clock.now()
    batch = batches.get(batch_id) if batches.count_attempt(batch_id, now, settings.max_attempts) else None
    if batch is None:
        # Whoever is at the last attempt may take as long as reading may take.
        longest = timedelta(seconds=READING_PORTIONS * settings.portion_seconds)
        return batches.is_given_up(batch_id, now - longest, settings.max_attempts) and _give_up(batch_id, None)
    try:
        ended = _Reading(batch, seconds).run()
    except MoreToRead:
        raise
    except Exception as error:
        connections.mend()
        return _after(error, batch)
    if ended:
        _end_without_portions(batch_id)
    return ended


def _after(error: Exception, batch: Batch) -> bool:
    """Give up after the last attempt; else raise TryAgain. What was read since has set the attempts back."""
    attempts = (batches.get(batch.id) or batch).attempts
    if attempts >= conf.settings().max_attempts:
        # Another may have begun, or have read on, since this attempt was counted: then it is left to them.
        seen = {"attempts": batch.attempts, "reader_mark": batch.reader_mark}
        return _give_up(batch.id, error, seen)
    reference_of(logbook.READING_INTERRUPTED, error, batch=batch.id, attempt=attempts)
    seconds = pause(error, max(1, attempts))
    batches.update(batch.id, due_at=clock.after(seconds))
    raise TryAgain(seconds) from error


def _end_without_portions(batch_id: int) -> None:
    """End what no worker on a portion will end: an import without rows; and tell of one that was refused."""
    batch = batches.get(batch_id)
    if batch and batch.state is BatchState.REFUSED:
        tell_hosts(batch_id)
    elif batch and not batch.rows_read:
        while advance(batch_id):
            continue


def _give_up(batch_id: int, error: Exception | None, seen: Mapping[str, Any] | None = None) -> bool:
    reference, now = reference_of(logbook.READING_FAILED, error, batch=batch_id), clock.now()
    ended = {"finished_at": now, "failure": reference}
    with transaction.atomic():
        failed = batches.move(batch_id, [BatchState.READING], BatchState.FAILED, now=now, seen=seen, **ended)
        if failed:
            rows.delete_all(batch_id)
    if failed:
        tell_hosts(batch_id)
    return failed


class _Overtaken(Exception):
    """Another worker reads this file."""


class _Reading:
    """One pass over the file of one batch."""

    def __init__(self, batch: Batch, seconds: float | None) -> None:
        self.batch = batch
        self.began = monotonic()
        self.until = None if seconds is None else self.began + seconds
        self.mark = batch.reader_mark
        self.source = files.StoredFile(batch)
        self.field_names = field_names_of(batch)
        kept = batch.reader_state
        self.progress = ReadingProgress.from_mapping(kept, self.field_names) if kept else None
        self.earlier = self.progress.seconds if self.progress else 0.0

    @property
    def seconds(self) -> float:
        """How long this file was being read, by earlier turns too."""
        return self.earlier + monotonic() - self.began

    def run(self) -> bool:
        try:
            progress = self.progress or self._read_head()
            self._read_rows(progress)
        except tabular.Refused as refused:
            self._refuse(refused.issues, {})
        except _Overtaken:
            return False
        return True

    def _read_head(self) -> ReadingProgress:
        head = tabular.read_head(self.source, self.batch.options)
        headings = corrections.headings_of(head.headings)
        columns, issues = read_headings(headings, self.field_names, line=head.heading_line)
        progress = ReadingProgress(reader=head.state, headings=headings, columns=columns)
        progress.note([*head.issues, *issues])
        with transaction.atomic():
            self._claim()
            self._keep(progress, headings=list(headings))
        return progress

    def _read_rows(self, progress: ReadingProgress) -> None:
        try:
            for chunk in tabular.read_slices(self.source, progress.reader):
                with transaction.atomic():
                    self._claim()
                    self._take(progress, chunk.rows)
                    progress.reader = chunk.state
                    self._keep(progress, rows_read=progress.rows)
                if self.until is not None and monotonic() > self.until and progress.reader.is_cheap:
                    raise MoreToRead
        except tabular.Refused as refused:
            progress.note(refused.issues)
        self._finish(progress)

    def _claim(self) -> None:
        if not batches.claim_reading(self.batch.id, self.mark):
            raise _Overtaken
        self.mark += 1

    def _take(self, progress: ReadingProgress, chunk: Sequence[RawRow]) -> None:
        progress.rows += len(chunk)
        limit = conf.settings().max_rows
        if progress.rows > limit:
            progress.note([Issue(Code.TOO_MANY_ROWS, details={"limit": limit})])
        columns = progress.columns
        if progress.is_refused or columns is None:
            return
        if columns.reference is not None:
            chunk = list(map(corrections.without_guard, chunk))
            corrections.link(self.batch, columns.reference, chunk)
            chunk = list(map(corrections.as_short_as_it_was, chunk))
        rows.insert(self.batch.id, ((row, slice_of(row, columns.username)) for row in chunk))
        _note_cells_without_heading(progress, chunk)
        if self.batch.options.date_format == AUTO:
            _vote(progress.votes, columns, chunk)

    def _keep(self, progress: ReadingProgress, **fields: Any) -> None:
        progress.seconds = self.seconds
        batches.update(
            self.batch.id, reader_state=progress.as_mapping(), progressed_at=clock.now(), attempts=0, **fields
        )

    def _refuse(self, issues: Sequence[Issue], detected: Mapping[str, Any]) -> None:
        now = clock.now()
        with transaction.atomic():
            self._claim()
            announcing.refused(self.batch, issues, self.seconds)
            batches.move(
                self.batch.id,
                [BatchState.READING],
                BatchState.REFUSED,
                now=now,
                finished_at=now,
                file_issues=batches.issues_json(issues),
                detected=detected,
                reader_state={},
                rows_read=0,
            )
            rows.delete_all(self.batch.id)

    def _finish(self, progress: ReadingProgress) -> None:
        if progress.is_refused:
            self._refuse(progress.issues, progress.reader.dialect.as_mapping())
            return
        with transaction.atomic():
            self._claim()
            self._settle_dates(progress)

    def _settle_dates(self, progress: ReadingProgress) -> None:
        chosen = self.batch.answers.get("date_format", self.batch.options.date_format)
        fields: dict[str, Any] = {
            "file_issues": batches.issues_json(progress.issues),
            "detected": progress.reader.dialect.as_mapping(),
        }
        carried = corrections.date_format_of(self.batch.id) if chosen == AUTO else ""
        if carried and not progress.votes.exclude(carried):
            fields["detected"]["carried_date_format"] = chosen = carried
        if chosen == AUTO:
            verdict = progress.votes.verdict()
            if verdict.asks:
                question, now = verdict.as_mapping(), clock.now()
                batches.move(
                    self.batch.id, [BatchState.READING], BatchState.NEEDS_ANSWER, now=now, question=question, **fields
                )
                announcing.asks(self.batch, rows=progress.rows, seconds=self.seconds)
                return
            fields["detected"]["dates"] = verdict.as_mapping()
            chosen = verdict.format_name
        self._begin_work(progress, date_format=chosen, **fields)

    def _begin_work(self, progress: ReadingProgress, **fields: Any) -> None:
        """Make the portions."""
        runs = pack(rows.slice_counts(self.batch.id), conf.settings().portion_rows)
        portions.make(self.batch.id, self.batch.plan, runs)
        batches.move(
            self.batch.id,
            [BatchState.READING],
            BatchState.PLANNING if plans.comes_first(self.batch.options) else BatchState.WRITING,
            now=clock.now(),
            as_of=clock.today(),
            reader_state={},
            **fields,
        )
        announcing.read(self.batch, rows=progress.rows, portions=len(runs), seconds=self.seconds)


def _vote(votes: DateVotes, columns: Columns, chunk: Iterable[RawRow]) -> None:
    for row in chunk:
        for text in date_texts(row, columns):
            votes.add(row.line, text)


def _note_cells_without_heading(progress: ReadingProgress, chunk: Sequence[RawRow]) -> None:
    """A column without a heading is ignored when all its cells are blank, else it is unknown (§1.1)."""
    for index in progress.columns_to_watch():
        found = (row for row in chunk if index < len(row.cells) and cell_text(row.cells[index]))
        progress.note(unknown_column("", index, line=row.line) for row in islice(found, 1))
