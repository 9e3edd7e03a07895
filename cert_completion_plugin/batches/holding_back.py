"""`all_or_nothing`: what keeps an import from being written, and taking back what was (import-rules.md §6)."""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from cert_completion_plugin.batches import announcing, clock, counting, outbox
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.core.all_or_nothing import cancelled, holds_back, taken_back
from cert_completion_plugin.core.messages import Silence
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
        reason = {"phase": "written", "rows": len(lines), "line": min(lines)}
        if batches.hold_back(batch.id, reason):
            announcing.held_back(batch.id, reason)


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
        planned, written = _decided(batch, portion, Phase.PLANNED), _decided(batch, portion, Phase.WRITTEN)
        # Where nobody has the right any more in whose name it was written, the site itself takes it back.
        recorder = Recorder(batch, administrator(None, "") if batch.stopped else None)
        # A host with a store of its own may have written what our side lost with its transaction.
        asked = written if recorder.shares_connection else planned
        undone = recorder.take_back(list(asked.values()))
        settled = [taken_back(row, written.get(row.line), undone.get(row.line)) for row in planned.values()]
        _keep(batch, portion, written, settled)


def leave(batch: Batch, portion: PortionWork) -> None:
    """Give up taking back what a portion wrote: its rows stay reported as they are, or as never written."""
    with transaction.atomic():
        if portions.claim(portion, portions.HELD_BACK, clock.now()):
            planned, written = _decided(batch, portion, Phase.PLANNED), _decided(batch, portion, Phase.WRITTEN)
            _keep(batch, portion, written, [*written.values()] or cancelled(planned.values()))


def _decided(batch: Batch, portion: PortionWork, phase: Phase) -> dict[int, Decision]:
    lines = rows.lines_in_slices(batch.id, portion.first_slice, portion.last_slice)
    return {line: decision for line, (decision, _) in ledger.latest(batch, phase, lines).items()}


def _keep(batch: Batch, portion: PortionWork, written: Mapping[int, Decision], settled: Sequence[Decision]) -> None:
    """Keep what became of the rows in the end; a second entry of those of which something else was reported says so.

    Nobody gets a message of an import that was held back, also of rows that could not be taken back.
    """
    again = [decision for decision in settled if decision != written.get(decision.line)]
    ledger.add(batch, Phase.WRITTEN, again, revision=1 if written else 0)
    outbox.drop(batch, written.values(), Silence.HELD_BACK)
    portions.set_counts(portion, counting.counts_of(settled), counting.certifications_of(settled))
