"""What becomes of the rows of an import: rows for those who may view personal data, numbers for all who may see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cert_completion_plugin import batches
from cert_completion_plugin.api.files import note_download
from cert_completion_plugin.api.permissions import PERMISSION_VIEW_PERSONAL_DATA, User, check, check_seen
from cert_completion_plugin.batches import (
    Account,
    Neighbours,
)
from cert_completion_plugin.batches.retention import check_kept
from cert_completion_plugin.core.outcomes import Outcome, Phase
from cert_completion_plugin.core.rows import Cell, Decision
from cert_completion_plugin.core.story import Story
from cert_completion_plugin.store import portions, results
from cert_completion_plugin.store.filtering import EVERYTHING, Filter, Page
from cert_completion_plugin.store.values import Batch


def rows(user: User, batch: Batch, *, after: int = 0, limit: int = 100) -> list[Decision]:
    """What became of the rows of an import, by line: the next `limit` whose line is above `after`. Raises Denied."""
    return list(page(user, batch, after=after, limit=limit).rows)


def page(
    user: User,
    batch: Batch,
    wanted: Filter = EVERYTHING,
    *,
    phase: Phase = Phase.WRITTEN,
    plan: int | None = None,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
) -> Page:
    """The rows that fit a filter, of one phase and plan, by line: the next above `after`, or the last below `before`.

    It takes as long for a million rows as for a thousand. After a long search it may come back with few rows or none,
    and the line from which to go on. Raises Denied.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return results.table(batch, phase, plan).page(wanted, after=after, before=before, limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLine:
    """What everybody may know of a row who may see its import: its line, outcome and codes, and the line it repeats."""

    line: int
    outcome: Outcome
    codes: tuple[str, ...]
    repeats_line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePage:
    """As `Page`, of rows without anything that stands in them."""

    rows: tuple[RowLine, ...]
    earlier: int | None
    later: int | None


def lines(
    user: User,
    batch: Batch,
    wanted: Filter = EVERYTHING,
    *,
    phase: Phase = Phase.WRITTEN,
    plan: int | None = None,
    after: int = 0,
    before: int = 0,
    limit: int = 100,
) -> LinePage:
    """The same rows as `page`, for all who may see the import: without names and cells.

    Raises Denied, also for a filter by learner: it would tell who is in the file.
    """
    check_seen(user, batch)
    if wanted.learner:
        check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    found = results.table(batch, phase, plan).page(wanted, after=after, before=before, limit=limit)
    return LinePage(rows=tuple(map(_line, found.rows)), earlier=found.earlier, later=found.later)


def _line(row: Decision) -> RowLine:
    codes = dict.fromkeys(str(issue.code) for issue in row.issues)
    return RowLine(line=row.line, outcome=row.outcome, codes=tuple(codes), repeats_line=row.repeats_line)


def has_rows(
    user: User, batch: Batch, wanted: Filter, *, phase: Phase = Phase.WRITTEN, plan: int | None = None
) -> bool:
    """Whether any row fits, or may. Raises Denied."""
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return results.table(batch, phase, plan).has(wanted)


def rows_with_cells(
    user: User,
    batch: Batch,
    wanted: Filter = EVERYTHING,
    *,
    phase: Phase = Phase.WRITTEN,
    plan: int | None = None,
) -> Iterator[tuple[Decision, tuple[Cell, ...]]]:
    """All rows that fit, by line, each with its cells as read; in constant memory.

    A row of which the cells are deleted has none. Raises Denied and RowsDeleted, at once. The admin's history of the
    import has who took them.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    check_kept(batch)
    note_download(user, batch, "rows with cells")
    return results.rows_with_cells(batch, wanted, phase=phase, plan=plan)


def row_counts(batch: Batch, phase: Phase, plan: int | None = None) -> Mapping[str, Mapping[str, int]]:
    """Rows by outcome under "outcomes", by code under "issues": of an import that has ended, or of a plan."""
    return results.counts(batch, phase, plan)


def certifications(batch: Batch, plan: int | None = None) -> Mapping[str, list[str]]:
    """Short name and ID number, by key, of the certifications that rows of an import are about."""
    return portions.certifications(batch, batch.plan if plan is None else plan)


def explain(user: User, batch: Batch, line: int) -> Story | None:
    """The story of the row on this line of the file: what was read, asked, found, decided and computed, and why.

    None if no row begins on that line. A row that is not decided yet has only its cells, and one that an older version
    decided lacks what was not kept then; so does one of which the cells are deleted. Raises Denied and RowsDeleted.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    check_kept(batch)
    return batches.explain(batch, line)


def account(user: User, batch: Batch, line: int, *, plan: int | None = None) -> Account | None:
    """All that is known of the row on this line: its story, what was planned and written, and whether it is still so.

    The host is asked on behalf of `user`. With the number of an older `plan`, what that plan said of the row. None if
    no row begins on that line. Raises Denied and RowsDeleted.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    check_kept(batch)
    return batches.account(batch, line, batches.administrator(user.pk, user.get_username()), plan=plan)


def neighbours(user: User, batch: Batch, line: int, *, plan: int | None = None) -> Neighbours:
    """The rows next to one, and the next ones that have problems, in an older `plan` if its number is given.

    Raises Denied.
    """
    check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    return batches.neighbours(batch, line, plan=plan)
