"""The words for what was deleted of an import when its time was over."""

from collections.abc import Iterator
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _

from cert_completion_plugin import api


def notes(batch: api.Batch) -> list[str]:
    """What is gone of an import, since when, and what is left; nothing as long as all is kept."""
    return list(_notes(batch))


def _notes(batch: api.Batch) -> Iterator[str]:
    if batch.ledger_deleted_at is not None:
        yield ledger_text(batch)
    elif batch.rows_deleted_at is not None and batch.rows_read:
        yield cells_text(batch)
    elif batch.rows_deleted_at is not None:
        yield _("What the file said was deleted on %(day)s.") % {"day": _day(batch.rows_deleted_at)}
    elif batch.file_deleted_at is not None:
        yield _("The uploaded file was deleted on %(day)s; its rows are kept.") % {"day": _day(batch.file_deleted_at)}


def ledger_text(batch: api.Batch) -> str:
    day = _day(batch.ledger_deleted_at)
    return _("The rows of this import were deleted on %(day)s; the sums are kept.") % {"day": day}


def cells_text(batch: api.Batch) -> str:
    """For an import of which the cells are gone."""
    return _(
        "The cells of the rows, as they stood in the file, were deleted on %(day)s; what became of each row is kept."
    ) % {"day": _day(batch.rows_deleted_at)}


def deleted_text(deleted: api.RowsDeleted) -> str:
    """What somebody is told who asked for what was deleted."""
    return ledger_text(deleted.batch) if deleted.kept is api.Kept.LEDGER else cells_text(deleted.batch)


def _day(moment: Any) -> str:
    return date_format(localtime(moment) if is_aware(moment) else moment, "DATE_FORMAT")
