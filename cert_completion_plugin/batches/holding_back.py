"""`all_or_nothing`: what keeps an import from being written, and taking back what was (import-rules.md §6)."""

from collections.abc import Iterable

from django.db import transaction

from cert_completion_plugin.batches import clock, counting
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.core.all_or_nothing import cancelled, holds_back, taken_back
from cert_completion_plugin.core.options import CommitPolicy
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.store import batches, ledger, portions, rows
from cert_completion_plugin.store.values import Batch, PortionWork


def is_asked_for(batch: Batch) -> bool:
    return batch.options.commit_policy is CommitPolicy.ALL_OR_NOTHING


def begin(batch: Batch, decisions: Iterable[Decision]) -> None:
    """Hold the import back if one of these rows could not be written; what was written is taken back by and by."""
    if lines := [decision.line for decision in decisions if holds_back(decision)]:
        batches.hold_back(batch.id, {"phase": "written", "rows": len(lines), "line": min(lines)})


def began_since(batch: Batch) -> bool:
    """Whether the import has been held back since it was looked up."""
    if batch.held_back is not None or not is_asked_for(batch):
        return False
    present = batches.get(batch.id)
    return present is not None and present.held_back is not None


def hold_back(batch: Batch, portion: PortionWork) -> None:
    """Cancel what a portion would write, or did."""
    with transaction.atomic():
        if not portions.claim(portion, portions.HELD_BACK, clock.now()):
            return
        lines = rows.lines_in_slices(batch.id, portion.first_slice, portion.last_slice)
        if portion.state == portions.WRITTEN:
            decisions = _take_back(batch, lines)
        else:
            decisions = cancelled(decision for decision, _ in ledger.latest(batch, Phase.PLANNED, lines).values())
            ledger.add(batch, Phase.WRITTEN, decisions)
        portions.set_counts(portion.id, counting.counts_of(decisions))


def _take_back(batch: Batch, lines: list[int]) -> list[Decision]:
    """Have the host undo what was written for these rows; a second entry of each that is undone says so."""
    found = {line: decision for line, (decision, _) in ledger.latest(batch, Phase.WRITTEN, lines).items()}
    kept = Recorder(batch).take_back(list(found.values()))
    again = taken_back(found.values(), kept, batch.reference)
    ledger.add(batch, Phase.WRITTEN, again, revision=1)
    return list((found | {decision.line: decision for decision in again}).values())


def leave(portion: PortionWork) -> None:
    """Give up taking back what a portion wrote; its rows stay reported as they are."""
    portions.claim(portion, portions.HELD_BACK, clock.now())
