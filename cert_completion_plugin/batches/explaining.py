"""Explaining a row of an import: what became of it and why, and whether it is still so."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from cert_completion_hooks.types import Actor, Capability, CompletionState, EvidenceKey
from django.db import transaction

from cert_completion_plugin import logbook
from cert_completion_plugin.batches import clock
from cert_completion_plugin.batches.deciding import date_format_of
from cert_completion_plugin.batches.evidence_types import field_names_of
from cert_completion_plugin.batches.trouble import reference_of
from cert_completion_plugin.core.changes import key_of, row_key
from cert_completion_plugin.core.headings import read_headings
from cert_completion_plugin.core.outcomes import Outcome, Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.story import (
    Present,
    Story,
    present_evidence,
    present_of,
    tell,
    tell_without_cells,
)
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, ledger, plans, portions, rows
from cert_completion_plugin.store.filtering import Filter, Table
from cert_completion_plugin.store.reach import Reach
from cert_completion_plugin.store.values import Batch

PROBLEMS = (Outcome.REJECTED, Outcome.DRIFTED, Outcome.FAILED, Outcome.CANCELLED)
"""The outcomes of rows that somebody may want to correct and upload again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that is known of one row.

    `as_of` is the day for which it was decided. `planned`, `written` and `undone` are what each phase says of it, None
    where it did not come so far; a row that was undone has its `written` entry as well. `settled_at`: when its portion
    was last worked on. `present` is what the host holds `today`; None where it could not tell, or where there is
    nothing to ask it.
    """

    story: Story
    as_of: date | None
    planned: Decision | None
    written: Decision | None
    undone: Decision | None
    settled_at: datetime | None
    today: date
    present: Present | None
    could_not_tell: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The lines of the rows before and after one, and of those that have problems; None where there are none."""

    before: int | None
    after: int | None
    problem_before: int | None
    problem_after: int | None


def explain(batch: Batch, line: int) -> Story | None:
    """The story of the row on this line, as far as it has come; None if no row begins there."""
    return _story(batch, line, _last(ledger.of_line(batch, line)))


def _last(found: dict[Phase, Decision]) -> Decision | None:
    """What was written for a row, or else planned."""
    return found.get(Phase.WRITTEN) or found.get(Phase.PLANNED)


def _story(batch: Batch, line: int, decision: Decision | None) -> Story | None:
    raw = rows.with_lines(batch.id, [line]).get(line)
    columns, _ = read_headings(batch.headings, field_names_of(batch))
    if raw is None or columns is None:
        return None
    if not raw.cells:
        return tell_without_cells(line, date_format_of(batch), batch.options, decision)
    return tell(raw, columns, date_format_of(batch), batch.options, decision)


def account(batch: Batch, line: int, actor: Actor, *, plan: int | None = None) -> Account | None:
    """All that is known of the row on this line, the host asked on behalf of `actor`; None if no row begins there.

    With the number of an older `plan`, what that plan said of it.
    """
    asked = batch if plan is None else _with_plan(batch, plan)
    found = ledger.of_line(asked, line)
    decision = _last(found)
    story = _story(asked, line, decision)
    if story is None:
        return None
    present, could_not_tell = _present(asked, decision, actor) if decision else (None, False)
    slice = rows.slice_of(batch.id, line)
    return Account(
        story=story,
        as_of=asked.as_of,
        planned=found.get(Phase.PLANNED),
        written=found.get(Phase.WRITTEN),
        undone=found.get(Phase.UNDONE),
        settled_at=None if slice is None else portions.settled_at(asked, slice),
        today=clock.today(),
        present=present,
        could_not_tell=could_not_tell,
    )


def _with_plan(batch: Batch, number: int) -> Batch:
    """The import as it was with an older plan."""
    plan = plans.get(batch.id, number)
    return replace(batch, plan=number, as_of=plan.as_of if plan else batch.as_of)


def _present(batch: Batch, decision: Decision, actor: Actor) -> tuple[Present | None, bool]:
    """What the host holds now, and whether it could not tell: explaining goes on without."""
    if not decision.learner_key or decision.outcome is Outcome.REJECTED:
        return None, False
    try:
        # A host on our connection may break the transaction of the request, which has more to ask.
        with transaction.atomic():
            return _asked(batch, decision, actor), False
    except Exception as error:  # whatever a host raises: the rest of the story is still true
        reference_of(logbook.HOST_CANNOT_TELL, error, question="present_state", batch=batch.id)
        return None, True


def _asked(batch: Batch, decision: Decision, actor: Actor) -> Present:
    host, own = gateway().acting_for(actor), row_key(batch.reference, decision.line)
    key = key_of(decision)
    if isinstance(key, EvidenceKey):
        return present_evidence(decision, own, batch.options.evidence_type, host.find_evidence([key]).get(key))
    state = host.find_completion_states([key], clock.today()).get(key, CompletionState())
    can = gateway().capabilities
    keeps = {"keeps_history": Capability.HISTORY in can, "keeps_expiry": Capability.EXPIRY in can}
    return present_of(decision, own, state, **keeps)


def neighbours(batch: Batch, line: int, *, plan: int | None = None) -> Neighbours:
    """The rows next to one, and the next ones with problems: in what was written, or is planned.

    With the number of an older `plan`, in that one.
    """
    before, after = rows.neighbours(batch.id, line)
    asked = batch if plan is None else _with_plan(batch, plan)
    is_written = plan is None and batch.has_ended
    phase, counts = (Phase.WRITTEN, batch.counts) if is_written else (Phase.PLANNED, portions.planned_counts(asked))
    wanted = Filter(outcomes=tuple(each for each in PROBLEMS if counts.get("outcomes", {}).get(each)))
    table = Table(asked, phase, asked.plan)
    return Neighbours(
        before=before,
        after=after,
        problem_before=table.nearest(wanted, before=line) if wanted.outcomes else None,
        problem_after=table.nearest(wanted, after=line) if wanted.outcomes else None,
    )


def origin(row_key: str, reach: Reach) -> tuple[Batch, int] | None:
    """The import and the line that a row key names, if it is one of this site and within reach."""
    reference, _, line = row_key.rpartition(":")
    batch = batches.find(reference, reach) if line.isascii() and line.isdigit() else None
    return (batch, int(line)) if batch else None
