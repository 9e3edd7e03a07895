"""What is kept of imports, for how long, and what was deleted."""

from collections.abc import Mapping

from cert_completion_plugin.batches import retention
from cert_completion_plugin.batches.retention import Purged, RowsDeleted
from cert_completion_plugin.store.retention import Due, Kept

__all__ = ["Due", "Kept", "Purged", "RowsDeleted", "delete_orphan", "due_for_purge", "orphans", "purge"]


def due_for_purge() -> Mapping[Kept, Due]:
    """What a purge would delete now, by the settings; what is kept for good is absent."""
    return retention.due()


def purge(*, seconds: float | None = None) -> Purged:
    """Delete what is kept no longer by the settings, here and now; with `seconds` for about so long at most.

    Files, the cells of rows, and what became of rows go, each after its time; an import and its numbers stay. It may be
    stopped at any moment, done again, and done by two at once. Imports that work or wait are never touched.
    """
    return retention.purge(seconds=seconds)


def orphans() -> list[str]:
    """The names of files in the site's storage that no import and no form has, stored more than a day ago.

    Raises NotImplementedError if the storage cannot list its files.
    """
    return retention.orphans()


def delete_orphan(name: str) -> None:
    """Delete one of them. Where several sites share a storage, it may be another site's."""
    retention.delete_orphan(name)
