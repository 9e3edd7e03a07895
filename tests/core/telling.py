"""Rows that are decided in a small world, and their stories."""

from datetime import date

from cert_completion_hooks.types import (
    CompletionRecord,
    CompletionState,
)

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.headings import REQUIRED, read_headings
from cert_completion_plugin.core.options import ImportAction, Options
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Decision, RawRow
from cert_completion_plugin.core.story import Story, tell
from cert_completion_plugin.store.decisions import DetailWriter, decision_from_json
from tests.core.builders import FIRE_SAFETY, PAIR, TODAY, World, record

DAY_FIRST = DateFormat.named("DD/MM/YYYY")
ISO = DateFormat.named("YYYY-MM-DD")
NEWER = Options(import_action=ImportAction.CERTIFY_IF_NEWER)
SAVE = Options()
HELD = record(date(2025, 3, 1), date(2026, 3, 1), date(2026, 2, 1))
LAPSED = record(date(2023, 3, 1), date(2024, 3, 1), date(2024, 2, 1))


def columns_of(*extra: str):
    columns, _ = read_headings([*REQUIRED, *extra])
    assert columns is not None
    return columns


def row(line: int, completed: str, due: str = "", *, names=("Fire Safety", ""), username="ana") -> RawRow:
    return RawRow(line, (username, *names, completed, due))


def stories(
    *rows: RawRow, world: World | None = None, chosen: Options = NEWER, date_format: DateFormat = ISO
) -> dict[int, Story]:
    """The stories of rows that were decided in this world, stored and read back."""
    decisions = decide_portion(rows, columns_of(), date_format, chosen, TODAY, world or World())
    raw = {one.line: one for one in rows}
    return {one.line: tell(raw[one.line], columns_of(), date_format, chosen, kept(one)) for one in decisions}


def story(*rows: RawRow, **context) -> Story:
    return stories(*rows, **context)[rows[-1].line]


def holding(current: CompletionRecord | None, *history: CompletionRecord, certification=FIRE_SAFETY) -> World:
    state = CompletionState(current=current, history=history, assigned=True)
    return World(certifications=[certification], states={PAIR: state})


def kept(decision: Decision) -> Decision:
    """The decision as it comes back from the ledger."""
    return decision_from_json(
        DetailWriter().detail_of(decision),
        outcome=str(decision.outcome),
        line=decision.line,
        learner_key=decision.learner_key,
        certification_key=decision.certification_key,
        completed=decision.completed,
        expires=decision.expires,
        window_opens=decision.window_opens,
    )
