"""The rows of a ledger that fit a filter, page by page by line. Nothing is ever counted or skipped over."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from cert_completion_bulk import Among
from django.db import connection
from django.db.models import Count, Max, Min, Q, QuerySet

from cert_completion_plugin.core.outcomes import Outcome, Phase
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.models import LedgerEntry, RowIssue
from cert_completion_plugin.store.ledger import as_decision, entries, has_revisions
from cert_completion_plugin.store.usernames import beginning_with, exactly
from cert_completion_plugin.store.values import Batch

MOST_LOOKED_AT = 10_000
"""How many rows with a code are looked through for one page, where they have to fit other filters, too."""

_LOOKED_AT_ONCE = 1000
_MOST_GAPS = 5
"""How many stretches of other learners' lines are passed over for one page."""
_FEW_ROWS = 20_000
"""Of an import: to go through so many is no trouble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which rows are asked for; what is empty asks for nothing. All that is given has to fit.

    `outcomes` any of these. `code` of a problem, warning or reason. `certifications` keys of which one fits. `learner`
    an exact username, or with `is_beginning` how usernames begin. `line` of the file.
    """

    outcomes: tuple[Outcome, ...] = ()
    code: str = ""
    certifications: tuple[str, ...] | None = None
    learner: str = ""
    is_beginning: bool = False
    line: int | None = None


EVERYTHING = Filter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows by line. `earlier` and `later`: the lines before and after which there may be more; None: there are none."""

    rows: tuple[Decision, ...] = ()
    earlier: int | None = None
    later: int | None = None


@dataclass(frozen=True, slots=True)
class _Direction:
    """Which way the lines are gone through, and from where."""

    start: int
    is_backwards: bool = False

    @property
    def order(self) -> str:
        return "-line" if self.is_backwards else "line"

    @property
    def beyond(self) -> Q:
        return Q(line__lt=self.start) if self.is_backwards else Q(line__gt=self.start)

    def within(self, lines: int) -> Q:
        return Q(line__gte=self.start - lines) if self.is_backwards else Q(line__lte=self.start + lines)

    def at(self, line: int) -> "_Direction":
        return _Direction(line, self.is_backwards)

    def after(self, lines: int) -> "_Direction":
        """Behind what is `within` so many lines."""
        return self.at(self.start - lines if self.is_backwards else self.start + lines)

    def just_before(self, line: int) -> "_Direction":
        return self.at(line + 1 if self.is_backwards else line - 1)


@dataclass(frozen=True, slots=True)
class _Found:
    """The entries found, in the direction, and the line up to which was looked if there may be more behind it."""

    entries: list[LedgerEntry]
    looked_up_to: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one phase of an import, of one of its plans (that which the import has, unless told otherwise)."""

    batch: Batch
    phase: Phase
    plan: int

    def page(self, wanted: Filter = EVERYTHING, *, after: int = 0, before: int = 0, limit: int) -> Page:
        """The next `limit` rows with a line above `after`, or the last with a line below `before` if that is given."""
        way = _Direction(before, is_backwards=True) if before else _Direction(after)
        found = self._find(wanted, way, limit)
        rows = [as_decision(entry) for entry in (reversed(found.entries) if way.is_backwards else found.entries)]
        if way.is_backwards:
            last = rows[-1].line if rows else before - 1
            later = last if self._is_more(wanted, last) else None
            return Page(rows=tuple(rows), earlier=found.looked_up_to, later=later)
        first = rows[0].line if rows else after + 1
        earlier = first if after and self._is_more(wanted, first, is_backwards=True) else None
        return Page(rows=tuple(rows), earlier=earlier, later=found.looked_up_to)

    def every_row(self, wanted: Filter = EVERYTHING, *, at_once: int = 1000) -> Iterator[list[Decision]]:
        """All rows that fit, by line, some at a time."""
        after: int | None = 0
        while after is not None:
            page = self._find(wanted, _Direction(after), at_once)
            if page.entries:
                yield list(map(as_decision, page.entries))
            after = page.looked_up_to

    def nearest(self, wanted: Filter, *, after: int = 0, before: int = 0) -> int | None:
        """The line of the next row that fits after a line, or of the last one before a line; None if there is none."""
        while True:
            page = self.page(wanted, after=after, before=before, limit=1)
            if page.rows:
                return page.rows[0].line
            further = page.earlier if before else page.later
            if further is None:
                return None
            after, before = (0, further) if before else (further, 0)

    def has(self, wanted: Filter) -> bool:
        return self._is_more(wanted, 0)

    def _is_more(self, wanted: Filter, start: int, *, is_backwards: bool = False) -> bool:
        found = self._find(wanted, _Direction(start, is_backwards), 1)
        return bool(found.entries) or found.looked_up_to is not None

    def _find(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        if not has_revisions(self.batch, self.phase):
            return self._look(wanted, way, limit)
        rows: list[LedgerEntry] = []
        while len(rows) < limit:
            found = self._look(wanted, way, limit)
            rows += self._as_they_are_now(found.entries, wanted) if found.entries else []
            if found.looked_up_to is None or not found.entries:
                return _cut(rows, limit) if len(rows) > limit else _Found(rows, found.looked_up_to)
            way = way.at(found.looked_up_to)
        return _Found(rows[:limit], rows[limit - 1].line)

    def _as_they_are_now(self, found: Sequence[LedgerEntry], wanted: Filter) -> list[LedgerEntry]:
        """One entry of each line: the last one, if that still fits.

        Asked apart, for a handful of lines: as a part of the first query, databases look it up for all.
        """
        lines = list(dict.fromkeys(entry.line for entry in found))
        revised = entries(self.batch, self.phase, self.plan).filter(Among("line", lines), revision__gt=0)
        last = {entry.line: entry for entry in found if entry.revision == 0}
        last |= {entry.line: entry for entry in sorted(revised, key=lambda entry: entry.revision)}
        return [last[line] for line in lines if line in last and _fits(last[line], wanted)]

    def _look(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        if wanted.line is not None:
            return self._on_line(wanted, wanted.line, way)
        if wanted.code:
            return self._with_code(wanted, way, limit)
        if wanted.is_beginning and wanted.learner:
            return self._of_names(wanted, way, limit)
        if len(wanted.outcomes) > 1:
            return self._of_outcomes(wanted, way, limit)
        return _cut(self._first(self._entries(wanted, way), way, limit + 1), limit)

    def _entries(self, wanted: Filter, way: _Direction) -> QuerySet[LedgerEntry]:
        found = entries(self.batch, self.phase, self.plan)
        return found.filter(way.beyond, *_conditions(wanted)).order_by(way.order)

    def _on_line(self, wanted: Filter, line: int, way: _Direction) -> _Found:
        if wanted.code and not self._lines_with(wanted.code).filter(line=line).exists():
            return _Found([], None)
        return _Found(list(self._entries(wanted, way).filter(line=line)), None)

    def _first(self, found: Any, way: _Direction, number: int) -> list[Any]:
        """So many of what was found beyond a line.

        MariaDB goes through all lines before that one, where it finds so many behind it that it prefers an index's
        beginning. With an end to the lines, further and further off, it begins at the line.
        """
        if connection.vendor == "mysql" and way.start and self.batch.rows_read > _FEW_ROWS:
            for lines in (8 * number, 128 * number, 2048 * number, 32768 * number):
                some = list(found.filter(way.within(lines))[:number])
                if len(some) == number:
                    return some
        return list(found[:number])

    def _lines_with(self, code: str) -> QuerySet[RowIssue, int]:
        issues = RowIssue.objects.filter(batch_id=self.batch.id, plan=self.plan, phase=self.phase, code=code)
        return issues.values_list("line", flat=True)

    def _with_code(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        def lines(way: _Direction, number: int) -> Sequence[int]:
            return self._first(self._lines_with(wanted.code).filter(way.beyond).order_by(way.order), way, number)

        others = any((wanted.outcomes, wanted.certifications is not None, wanted.learner))
        return self._among(lines, wanted, way, limit, _LOOKED_AT_ONCE if others else limit + 1)

    def _of_names(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        """Few learners are found by their names; where many begin alike, the rows are gone through by line."""
        of_import = LedgerEntry.objects.filter(*_conditions(wanted), batch_id=self.batch.id)
        some = list(of_import.values_list("line", flat=True)[: _LOOKED_AT_ONCE + 1])
        if len(some) > _LOOKED_AT_ONCE:
            return self._of_many_names(wanted, way, limit)
        return _cut(self._entries(wanted, way).filter(Among("line", sorted(set(some))))[: limit + 1], limit)

    def _of_many_names(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        """By line, but over the lines of other learners at one go: in a file that is sorted by name they are many."""
        found: list[LedgerEntry] = []
        for _ in range(_MOST_GAPS):
            within = self._entries(wanted, way).filter(way.within(_FEW_ROWS))
            found += within[: limit + 1 - len(found)]
            if len(found) > limit:
                return _cut(found, limit)
            next_line = self._next_line(wanted, way.after(_FEW_ROWS))
            if next_line is None:
                return _Found(found, None)
            way = way.just_before(next_line)
        return _Found(found, way.start)

    def _next_line(self, wanted: Filter, way: _Direction) -> int | None:
        """The first line that fits, or one before it that does in another plan or phase: names are looked up for all.

        Counting as well keeps a database from going through the lines in their order.
        """
        nearest = Max("line") if way.is_backwards else Min("line")
        fitting = LedgerEntry.objects.filter(way.beyond, *_conditions(wanted), batch_id=self.batch.id)
        line: int | None = fitting.aggregate(line=nearest, number=Count("pk"))["line"]
        return line

    def _of_outcomes(self, wanted: Filter, way: _Direction, limit: int) -> _Found:
        """One query for each outcome: each has its rows by line in the index, several together have not."""
        by_outcome = [
            self._first(self._entries(wanted, way).filter(outcome=outcome), way, limit + 1)
            for outcome in wanted.outcomes
        ]
        merged = merge(*by_outcome, key=lambda entry: entry.line, reverse=way.is_backwards)
        return _cut(islice(merged, limit + 1), limit)

    def _among(
        self,
        lines_of: Callable[[_Direction, int], Sequence[int]],
        wanted: Filter,
        way: _Direction,
        limit: int,
        at_once: int,
    ) -> _Found:
        """The entries of lines that another index finds, of which not all may fit the rest of the filter."""
        found: list[LedgerEntry] = []
        looked_at = 0
        while looked_at < MOST_LOOKED_AT:
            lines = lines_of(way, at_once)
            looked_at += len(lines)
            if lines:
                found += self._entries(wanted, way).filter(Among("line", lines))
            if len(found) > limit:
                return _cut(found, limit)
            if len(lines) < at_once:
                return _Found(found, None)
            way = way.at(lines[-1])
        return _Found(found, way.start)


def _fits(entry: LedgerEntry, wanted: Filter) -> bool:
    """What a later entry of the same line may have otherwise."""
    if wanted.outcomes and entry.outcome not in wanted.outcomes:
        return False
    return wanted.certifications is None or entry.certification_key in wanted.certifications


def _cut(found: Iterable[LedgerEntry], limit: int) -> _Found:
    """One entry more than asked for tells that there are more."""
    some = list(found)
    return _Found(some[:limit], some[limit - 1].line if len(some) > limit else None)


def _conditions(wanted: Filter) -> Iterator[Q]:
    """What an entry has to fit by its own columns."""
    if wanted.outcomes:
        # One of them is asked for by name, or each in a query of its own.
        yield Q(outcome=wanted.outcomes[0]) if len(wanted.outcomes) == 1 else Q(outcome__in=wanted.outcomes)
    if wanted.certifications is not None:
        keys = wanted.certifications
        yield Q(certification_key=keys[0]) if len(keys) == 1 else Q(certification_key__in=keys)
    if wanted.learner:
        yield beginning_with(wanted.learner) if wanted.is_beginning else exactly(wanted.learner)
