"""The rows of an import as a file: as they were sent, with what became of them at the end; or what was recorded."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.utils.translation import get_language, override

from cert_completion_plugin import tabular, texts
from cert_completion_plugin.batches import PROBLEMS as PROBLEM_OUTCOMES
from cert_completion_plugin.batches.retention import check_kept
from cert_completion_plugin.core.headings import OWN, OWN_MISSING, OWN_REFERENCE, REQUIRED, is_own
from cert_completion_plugin.core.outcomes import Outcome, Phase
from cert_completion_plugin.core.rows import Cell, Decision
from cert_completion_plugin.store import results
from cert_completion_plugin.store.filtering import Filter
from cert_completion_plugin.store.values import Batch

ROWS_OWN = tuple(f"{OWN}{name}" for name in ("line", "outcome", "codes", "problems and warnings", "expires"))
"""Before the reference; a file that comes back is known by the two (`core.headings`)."""
RECORDED = (*REQUIRED, "expirydate", "windowopens", "outcome", "line")


class RowsOf(StrEnum):
    """Which rows of an import make a file."""

    ALL = "all"
    PROBLEMS = "problems"
    ON_RECORD = "recorded"
    PLAN = "plan"


ALL, PROBLEMS, ON_RECORD, PLAN = RowsOf
_OUTCOMES: Mapping[RowsOf, tuple[Outcome, ...]] = {
    ALL: (),
    PROBLEMS: PROBLEM_OUTCOMES,
    ON_RECORD: tuple(outcome for outcome in Outcome if outcome.writes),
    PLAN: (),
}


def rows_in(what: RowsOf, counts: Mapping[str, Mapping[str, int]]) -> int:
    """How many rows the file has, by the counts of its import or plan."""
    wanted = _OUTCOMES[what] or tuple(Outcome)
    return sum(rows for outcome, rows in counts.get("outcomes", {}).items() if outcome in wanted)


def _phase_of(batch: Batch, what: RowsOf) -> Phase:
    """Whether the file tells of what was written, or of what is planned."""
    is_plan = what is PLAN or (what is PROBLEMS and not batch.has_ended)
    return Phase.PLANNED if is_plan else Phase.WRITTEN


class TooManyRows(Exception):
    """Workbooks and JSON are made as a whole, so not of that many `rows`; take CSV."""

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows} rows are too many for a workbook or a JSON list.")
        self.rows = rows


def kinds_for(rows: int) -> tuple[str, ...]:
    """The formats in which a file of so many rows can be had."""
    return ("csv", "xlsx", "json") if rows <= tabular.MOST_ROWS_AT_ONCE else ("csv",)


def rows_file(batch: Batch, what: RowsOf, kind: str, *, plan: int | None = None) -> Iterable[bytes]:
    """The pieces of the file in the active language: csv in constant memory, xlsx and json as a whole.

    Raises TooManyRows, TooLongForWorkbook and RowsDeleted.
    """
    check_kept(batch, needs_cells=what is not ON_RECORD)
    source = _source(batch, what, plan)
    rows = rows_in(what, results.counts(batch, source.phase, source.plan))
    if kind not in kinds_for(rows):
        raise TooManyRows(rows)
    lines = _lines(batch, source)
    if kind == "csv":
        separator = batch.detected.get("separator") or ","
        return tabular.csv_pieces(source.headings, lines, separator=separator, date_format=batch.date_format)
    if kind == "json":
        return [tabular.json_document(source.headings, lines)]
    sheet = str(batch.detected.get("sheet") or batch.options.sheet)
    return [tabular.xlsx(source.headings, lines, sheet=sheet, date_format=batch.date_format)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    """Which rows, and how each becomes a line of the file."""

    phase: Phase
    plan: int | None
    wanted: Filter
    headings: tuple[str, ...]
    is_to_be_corrected: bool
    line_of: Callable[[Decision, Sequence[Cell]], Sequence[Cell]]


def _source(batch: Batch, what: RowsOf, plan: int | None) -> _Source:
    common: dict[str, Any] = {
        "phase": _phase_of(batch, what),
        "plan": plan,
        "wanted": Filter(outcomes=_OUTCOMES[what]),
        "is_to_be_corrected": what is PROBLEMS,
    }
    if what is ON_RECORD:
        return _Source(**common, headings=RECORDED, line_of=_recorded)
    kept = [index for index, heading in enumerate(batch.headings) if not is_own(heading)]
    headings = (*(batch.headings[index] for index in kept), *ROWS_OWN, OWN_REFERENCE)

    def line_of(decision: Decision, cells: Sequence[Cell]) -> Sequence[Cell]:
        """A row that is too long goes on behind our columns, one that is too short has marks for what it lacks: so they
        stay wrong until somebody mends them.
        """
        if decision.is_forgotten:
            return [*("" for _ in kept), *_own(decision), batch.reference]
        as_sent = [cells[index] if index < len(cells) else OWN_MISSING for index in kept]
        return [*as_sent, *_own(decision), batch.reference, *cells[len(batch.headings) :]]

    return _Source(**common, headings=headings, line_of=line_of)


def _own(decision: Decision) -> list[str]:
    words = " ".join(texts.row_texts(decision))
    return [str(decision.line), str(decision.outcome), codes_text(decision), words, day_text(decision.expires)]


def codes_text(decision: Decision) -> str:
    """The codes of a row's problems and warnings, each once."""
    return " ".join(dict.fromkeys(str(issue.code) for issue in decision.issues))


def _recorded(decision: Decision, cells: Sequence[Cell]) -> list[str]:
    found = decision.trace.certification if decision.trace else None
    return [
        decision.username,
        found.short_name if found else decision.short_name,
        found.id_number if found else decision.id_number,
        day_text(decision.completed),
        day_text(decision.due),
        day_text(decision.expires),
        day_text(decision.window_opens),
        str(decision.outcome),
        str(decision.line),
    ]


def day_text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _lines(batch: Batch, source: _Source) -> Iterator[Sequence[Cell]]:
    """In the language that is active now: a streamed response is made after its request."""
    language = get_language()

    def lines() -> Iterator[Sequence[Cell]]:
        found = results.rows_with_cells(batch, source.wanted, phase=source.phase, plan=source.plan)
        for decision, cells in found:
            if decision.is_forgotten and source.is_to_be_corrected:
                continue
            with override(language):
                line = source.line_of(decision, cells)
            yield line

    return lines()
