"""The stages in order, for one portion of rows: parse, match, read the fields of evidence, decide."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from cert_completion_hooks.types import CompletionState, EvidenceItem, EvidenceKey, EvidenceType, StateKey

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.decide import decide, evidence_key_of, state_key_of
from cert_completion_plugin.core.evidence_fields import with_fields
from cert_completion_plugin.core.headings import COMPLETION_DATE, DUE_DATE, ID_NUMBER, SHORT_NAME, USERNAME, Columns
from cert_completion_plugin.core.issues import Issue
from cert_completion_plugin.core.match import resolve
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.parse import parse_rows
from cert_completion_plugin.core.ports import Host
from cert_completion_plugin.core.rows import Cell, Decision, RawRow, ResolvedRow


def decide_portion(
    rows: Iterable[RawRow],
    columns: Columns,
    date_format: DateFormat | None,
    options: Options,
    as_of: date,
    host: Host,
    confirmed: Collection[str] = (),
    evidence_type: EvidenceType | None = None,
) -> list[Decision]:
    """Decide what should happen to the rows of a portion, by line.

    A portion holds all rows of its learners. `date_format` is None where the file has no dates. `as_of` is the import's
    day. `confirmed`: see `match.resolve`. `evidence_type` is the chosen one; `columns` were made with its field names.
    The host is asked once for each kind of thing, for all rows together, and not at all where there is nothing to ask.
    Raises HostUnavailable where it cannot tell now.
    """
    raw_rows = list(rows)
    resolved = resolve(parse_rows(raw_rows, columns, date_format), host, options, as_of, confirmed)
    if evidence_type is not None:
        resolved = with_fields(resolved, evidence_type, date_format)
    states, evidence = _held(resolved, host, as_of)
    decisions = decide(resolved, states, evidence, options, as_of)
    return _with_raw_values(decisions, raw_rows, columns)


def _held(
    rows: Sequence[ResolvedRow], host: Host, as_of: date
) -> tuple[Mapping[StateKey, CompletionState], Mapping[EvidenceKey, EvidenceItem]]:
    """What the host holds already of that which the rows are about."""
    pairs = list(dict.fromkeys(pair for row in rows if (pair := state_key_of(row)) is not None))
    items = list(dict.fromkeys(item for row in rows if (item := evidence_key_of(row)) is not None))
    states = host.find_completion_states(pairs, as_of) if pairs else {}
    return states, host.find_evidence(items) if items else {}


def _with_raw_values(decisions: list[Decision], rows: Iterable[RawRow], columns: Columns) -> list[Decision]:
    """The decisions, with the cells in their issues as they stand in the file.

    Only names and dates without the blanks around them go through the stages; fields of evidence go as they stand.
    """
    places = {
        USERNAME: columns.username,
        SHORT_NAME: columns.short_name,
        ID_NUMBER: columns.id_number,
        COMPLETION_DATE: columns.completion_date,
        DUE_DATE: columns.due_date,
    }
    lines = {each.line for each in decisions if each.issues and any(issue.column in places for issue in each.issues)}
    if not lines:
        return decisions
    cells = {row.line: row.cells for row in rows if row.line in lines}
    return [
        replace(decision, issues=_as_written(decision.issues, cells[decision.line], places))
        if decision.line in lines
        else decision
        for decision in decisions
    ]


def _as_written(issues: Iterable[Issue], cells: Sequence[Cell], places: Mapping[str, int]) -> tuple[Issue, ...]:
    return tuple(
        replace(issue, value=str(cells[places[issue.column]])) if issue.column in places else issue for issue in issues
    )
