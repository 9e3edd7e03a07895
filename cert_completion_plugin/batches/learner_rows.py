"""Which rows of imports are a learner's: by what the ledger knows, and by the names that stand in their cells."""

from collections.abc import Callable, Iterable

from cert_completion_plugin.batches.evidence_types import field_names_of
from cert_completion_plugin.core.headings import read_headings
from cert_completion_plugin.core.parse import cell_text
from cert_completion_plugin.core.slices import slice_of_name
from cert_completion_plugin.store import batches, forgetting, rows
from cert_completion_plugin.store.forgetting import Lines

Test = Callable[[str], bool]


def rows_of(name: str, key: str) -> tuple[set[str], Lines]:
    """All usernames that the learner had in imports, and the rows that the ledger knows to be theirs."""
    lines, names = forgetting.lines_of_key(key) if key else ({}, set())
    names |= {name} - {""}
    for each in names:
        for batch_id, found in forgetting.lines_of_name(each, key).items():
            lines.setdefault(batch_id, set()).update(found)
    return names, lines


def named(batch_id: int, slices: Iterable[int], is_named: Test, is_other: Test) -> set[int]:
    """The rows of an import in whose cells such a username stands, whatever became of them.

    Not those of a learner with such another key, who had the name at another time.
    """
    found = {line for slice in set(slices) for line, name in _usernames(batch_id, slice) if is_named(name)}
    if not found:
        return found
    return found - {line for line, key in forgetting.keys_on(batch_id, found) if is_other(key)}


def named_any(batch_id: int, names: Iterable[str], key: str) -> set[int]:
    """The same for one of these usernames and any other key than this one, if it is known."""
    known = set(names)
    return named(batch_id, map(slice_of_name, known), known.__contains__, lambda other: bool(key) and other != key)


def _usernames(batch_id: int, slice: int) -> list[tuple[int, str]]:
    """Line and normalised username of the rows of a slice that still have their cells."""
    kept = [row for row in rows.in_slices(batch_id, slice, slice) if row.cells]
    batch = batches.get(batch_id) if kept else None
    if batch is None:
        return []
    columns, _ = read_headings(batch.headings, field_names_of(batch))
    if columns is None:
        return []
    return [(row.line, cell_text(row.cells[columns.username])) for row in kept if len(row.cells) > columns.username]
