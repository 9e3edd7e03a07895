"""Taking an import on when its last portion is done: from its plan to approval or writing, and on to its end."""

from cert_completion_hooks.types import BatchSummary

from cert_completion_plugin.batches import announcing, clock, notices, plans
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, portions, rows, site_state
from cert_completion_plugin.store.values import Batch


def advance(batch_id: int) -> bool:
    """Take the import a step on if all its portions are done; says whether this call did. Repeating it is harmless."""
    batch = batches.get(batch_id)
    if batch is None or batch.state not in (BatchState.PLANNING, BatchState.WRITING) or not portions.all_done(batch):
        return False
    if batch.state is BatchState.PLANNING and batch.cancelled_at is None:
        return plans.complete(batch)
    ended = portions.close(batch, clock.now())
    if ended:
        announcing.written(batch)
        tell_hosts(batch_id)
    return ended


def wind_up(batch: Batch) -> None:
    """Do what is left to do for an import that has ended; repeating it is harmless."""
    if batch.state is BatchState.CANCELLED and not batch.rows_read:
        # Cancelled before there were portions: whoever cancelled did not wait until a million rows were deleted.
        rows.delete_all(batch.id)
    tell_hosts(batch.id)


def tell_hosts(batch_id: int) -> None:
    """Let hosts, log and other code hear how the import ended: at least once, what dies in between the sweep finds.

    What the uploader is told is kept before that, and so once.
    """
    batch = batches.get(batch_id)
    assert batch is not None
    if batch.is_told:
        return
    notices.make(batch)
    summary = BatchSummary(state=batch.state, rows=batch.rows_read, outcomes=batch.counts.get("outcomes", {}))
    gateway().batch_finished(info_of(batch), summary)
    announcing.finished(batch, summary)
    site_state.told_of_import(batch, clock.now())
