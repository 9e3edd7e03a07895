"""Taking an import on when its last portion is done: from its plan to writing, and from writing to its end."""

from typing import Any

from cert_completion_hooks.types import BatchSummary

from cert_completion_plugin.batches import clock
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, portions
from cert_completion_plugin.store.values import Batch


def advance(batch_id: int) -> bool:
    """Take the import a step on if all its portions are done; says whether this call did. Repeating it is harmless."""
    batch = batches.get(batch_id)
    if batch is None or batch.state not in (BatchState.PLANNING, BatchState.WRITING) or not portions.all_done(batch):
        return False
    if batch.state is BatchState.PLANNING:
        return _begin_writing(batch)
    ended = portions.close(batch, clock.now())
    if ended:
        tell_hosts(batch_id)
    return ended


def _begin_writing(batch: Batch) -> bool:
    """The plan is complete: `all_or_nothing` is decided on it (import-rules.md §6)."""
    fields: dict[str, Any] = {}
    if blocking := portions.blocking(batch):
        fields["held_back"] = {"phase": "planned", **blocking}
    return batches.move(batch.id, [BatchState.PLANNING], BatchState.WRITING, now=clock.now(), **fields)


def tell_hosts(batch_id: int) -> None:
    """Let every host hear how the import ended."""
    batch = batches.get(batch_id)
    assert batch is not None
    summary = BatchSummary(state=batch.state, rows=batch.rows_read, outcomes=batch.counts.get("outcomes", {}))
    gateway().batch_finished(info_of(batch), summary)
