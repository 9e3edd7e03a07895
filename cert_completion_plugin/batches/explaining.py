"""Explaining a row of an import."""

from cert_completion_plugin.batches.deciding import columns_of, date_format_of
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.story import Story, tell
from cert_completion_plugin.store import ledger, rows
from cert_completion_plugin.store.values import Batch


def explain(batch: Batch, line: int) -> Story | None:
    """The story of the row on this line, as far as it has come; None if no row begins there."""
    raw = rows.with_lines(batch.id, [line]).get(line)
    if raw is None:
        return None
    return tell(raw, columns_of(batch), date_format_of(batch), batch.options, _latest(batch, line))


def _latest(batch: Batch, line: int) -> Decision | None:
    """What was written for a row, or else planned."""
    for phase in (Phase.WRITTEN, Phase.PLANNED):
        if line in (found := ledger.latest(batch, phase, [line])):
            return found[line][0]
    return None
