"""The files that tell what became of an import."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cert_completion_plugin import reports
from cert_completion_plugin.api.permissions import PERMISSION_VIEW_PERSONAL_DATA, User, check
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.reports import RowsOf
from cert_completion_plugin.store import log
from cert_completion_plugin.store.values import Batch


def report_file(user: User, batch: Batch, kind: str) -> Iterator[bytes]:
    """The pieces of the report as "csv" or "json": state, options, sums, problems of the file, and every row.

    It speaks the site's language and holds no reference, id, user or moment: imports of the same file that came to the
    same end have equal reports, whichever way they came in. It is made in constant memory.
    It is for those who may view personal data: its words quote cells. Raises Denied at once. The admin's history of the
    import has who took it.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    note_download(user, batch, f"{reports.REPORT}.{kind}")
    return reports.report_file(batch, kind)


def rows_file(user: User, batch: Batch, what: RowsOf, kind: str, *, plan: int | None = None) -> Iterable[bytes]:
    """The pieces of a file of rows as "csv" (in constant memory), "xlsx" or "json", in the active language.

    `plan`: the number of an older plan, of whose rows it is made. Raises TooLongForWorkbook, and TooManyRows for a
    workbook or a JSON list of more than `MOST_ROWS_AT_ONCE` rows. Raises Denied at once, and RowsDeleted if its rows,
    or the cells that it needs, are kept no longer. The admin's history of the import has who took it.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    pieces = reports.rows_file(batch, what, kind, plan=plan)
    note_download(user, batch, f"{what}.{kind}")
    return pieces


def note_download(user: User, batch: Batch, what: str) -> None:
    """Keep in the admin's history of an import that a user took rows of it, and in which file: such as `all.csv`."""
    log.add(batch, user.pk, log.Logged.DOWNLOADED, what)


def report_head(batch: Batch) -> dict[str, Any]:
    """All that the report has but its rows, as plain values: state, options, sums, problems of the file."""
    return reports.report_head(batch)


def row_value(decision: Decision) -> dict[str, Any]:
    """A row as the report has it, as plain values; in the active language, which is the site's in the report."""
    return reports.row_value(decision)


def rows_in(what: RowsOf, counts: Mapping[str, Mapping[str, int]]) -> int:
    """How many rows such a file has, by the counts of its import or plan."""
    return reports.rows_in(what, counts)


def file_name(batch: Batch, what: str, kind: str) -> str:
    """What such a file is called: after the uploaded file, with no path and nothing that could end a header."""
    return reports.file_name(batch, what, kind)
