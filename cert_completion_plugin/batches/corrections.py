"""Files that were downloaded from a report, corrected, and uploaded again."""

from collections.abc import Sequence

from cert_completion_plugin.batches.rights import may_see
from cert_completion_plugin.core.guard import unguarded
from cert_completion_plugin.core.headings import OWN_MISSING, comes_from_report
from cert_completion_plugin.core.parse import cell_text
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.store import batches
from cert_completion_plugin.store.values import Batch


def headings_of(cells: Sequence[str]) -> tuple[str, ...]:
    """The heading cells of a file; without the guard if it comes from a report."""
    return tuple(map(unguarded, cells)) if comes_from_report(cells) else tuple(cells)


def without_guard(row: RawRow) -> RawRow:
    """A row of a file that comes from a report, as the first file had it."""
    return RawRow(row.line, tuple(unguarded(cell) if isinstance(cell, str) else cell for cell in row.cells))


def as_short_as_it_was(row: RawRow) -> RawRow:
    """A row that lacked cells and in which nobody has put them yet, without them and what follows."""
    return RawRow(row.line, row.cells[: row.cells.index(OWN_MISSING)]) if OWN_MISSING in row.cells else row


def link(batch: Batch, reference: int, chunk: Sequence[RawRow]) -> None:
    """Keep which import a file corrects: the one that its first row with a reference names, if there is such an import.

    Whoever uploaded may have said so already; that stays. An import that they may not see is not there for them: a
    reference that was guessed, or overheard, tells nothing.
    """
    if batches.corrected_by(batch.id) is not None:
        return
    texts = (cell_text(row.cells[reference]) for row in chunk if reference < len(row.cells))
    named = next(filter(None, texts), "")
    corrected = batches.find(named)
    if corrected is not None and may_see(batch, corrected):
        batches.correct(batch.id, corrected)


def date_format_of(batch_id: int) -> str:
    """The date format of the import that this one corrects, in which its cells are still written; "" if none is known.

    The rows that are left would often be read in another one: those that were rejected cannot be read in it. Only if
    not one date can be read in it, a spreadsheet program has written them all anew.
    """
    corrected = batches.corrected_by(batch_id)
    return corrected.date_format if corrected else ""
