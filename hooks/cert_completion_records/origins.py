"""The imports that wrote here, as rows of our own."""

from collections.abc import Iterable

from cert_completion_hooks import BatchInfo

from cert_completion_records.keys import chunks, origin_of
from cert_completion_records.models import FromImport, ImportSource


def source_of(batch: BatchInfo) -> ImportSource:
    """The row of this import, created at its first write. Workers that create it at once end with the same row."""
    existing = ImportSource.objects.filter(batch_id=batch.batch_id)
    if (source := existing.first()) is not None:
        return source
    new = ImportSource(
        batch_id=batch.batch_id,
        file_name=batch.file_name[:255],
        uploaded_by=batch.uploaded_by.username[:254],
        uploaded_at=batch.uploaded_at,
        report_url=batch.report_url if len(batch.report_url) <= 500 else "",
        row_url=batch.row_url if len(batch.row_url) <= 500 else "",
        site=batch.site if len(batch.site) <= 100 else "",
    )
    ImportSource.objects.bulk_create([new], ignore_conflicts=True)
    # Under MySQL's REPEATABLE READ only a locking read sees what another worker committed meanwhile.
    return existing.first() or existing.select_for_update().get()


class Origins:
    """From row keys to the source and line that stand on a record, for one call: one query."""

    def __init__(self, row_keys: Iterable[str]) -> None:
        batch_ids = {key.rpartition(":")[0] for key in row_keys} - {""}
        self._sources = {
            source.batch_id: source
            for chunk in chunks(sorted(batch_ids))
            for source in ImportSource.objects.filter(batch_id__in=chunk)
        }
        self._keys = {batch_id: source.pk for batch_id, source in self._sources.items()}

    def find(self, row_key: str) -> tuple[ImportSource | None, int | None]:
        """(None, None) for a record that came from no import we know."""
        batch_id, line = origin_of(row_key)
        source = self._sources.get(batch_id)
        return (source, line) if source else (None, None)

    def columns(self, row_key: str) -> tuple[int, int] | None:
        """What stands in the columns `source_id` and `line` of the record with this row key, if we know its import."""
        batch_id, line = origin_of(row_key)
        key = self._keys.get(batch_id)
        return None if key is None or line is None else (key, line)

    def wrote(self, row_key: str, row: FromImport) -> bool:
        """Whether the row is the record with this row key."""
        return row.line is not None and self.columns(row_key) == (row.source_id, row.line)
