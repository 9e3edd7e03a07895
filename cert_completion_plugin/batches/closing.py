"""Closing an import whose last portion is done."""

from cert_completion_hooks.types import BatchSummary

from cert_completion_plugin.batches import clock
from cert_completion_plugin.batches.identity import info_of
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, portions


def close(batch_id: int) -> bool:
    """End the import if all its portions are written; says whether this call did. Repeating it is harmless."""
    batch = batches.get(batch_id)
    if batch is None or batch.state is not BatchState.WRITING:
        return False
    closed = portions.close(batch, clock.now())
    if closed:
        tell_hosts(batch_id)
    return closed


def tell_hosts(batch_id: int) -> None:
    """Let every host hear how the import ended."""
    batch = batches.get(batch_id)
    assert batch is not None
    summary = BatchSummary(state=batch.state, rows=batch.rows_read, outcomes=batch.counts.get("outcomes", {}))
    gateway().batch_finished(info_of(batch), summary)
