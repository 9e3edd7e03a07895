"""What became of the rows of an import: one by one with their cells, and counted."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Cell, Decision
from cert_completion_plugin.store import plans, portions, rows
from cert_completion_plugin.store.filtering import EVERYTHING, Filter, Table
from cert_completion_plugin.store.values import Batch


def counts(batch: Batch, phase: Phase, plan: int | None = None) -> Mapping[str, Mapping[str, int]]:
    """Rows by outcome under "outcomes", by code under "issues": of an import that has ended, or of a plan."""
    if phase is Phase.WRITTEN and batch.has_ended:
        return batch.counts
    number = batch.plan if plan is None else plan
    complete = plans.get(batch.id, number)
    return complete.counts if complete else portions.planned_counts(replace(batch, plan=number))


def table(batch: Batch, phase: Phase, plan: int | None = None) -> Table:
    return Table(batch, phase, batch.plan if plan is None else plan)


def rows_with_cells(
    batch: Batch, wanted: Filter = EVERYTHING, *, phase: Phase = Phase.WRITTEN, plan: int | None = None
) -> Iterator[tuple[Decision, tuple[Cell, ...]]]:
    """All rows that fit, by line, each with its cells as read; in constant memory."""
    for some in table(batch, phase, plan).every_row(wanted):
        raw = rows.with_lines(batch.id, [decision.line for decision in some])
        for decision in some:
            yield decision, raw[decision.line].cells if decision.line in raw else ()
