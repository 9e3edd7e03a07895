"""The rows of a file as read."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import cert_completion_bulk as bulk
from cert_completion_bulk import Among
from django.db.models import Count, QuerySet

from cert_completion_plugin.core.rows import Cell, RawRow
from cert_completion_plugin.models import ImportRow
from cert_completion_plugin.store.values import dumps, quoted

_COLUMNS = ("batch_id", "line", "slice", "cells")


def insert(batch_id: int, rows: Iterable[tuple[RawRow, int]]) -> None:
    """Add rows, each with its slice."""
    bulk.insert(ImportRow, _COLUMNS, ((batch_id, row.line, slice, _written(row.cells)) for row, slice in rows))


def delete_all(batch_id: int) -> None:
    ImportRow.objects.filter(batch_id=batch_id).delete()


def slice_counts(batch_id: int) -> list[tuple[int, int]]:
    """(slice, number of its rows) in ascending order."""
    slices = ImportRow.objects.filter(batch_id=batch_id).values_list("slice").annotate(Count("pk")).order_by("slice")
    return list(slices)


def in_slices(batch_id: int, first: int, last: int) -> list[RawRow]:
    """The rows of a run of slices, both ends included, by line."""
    rows = ImportRow.objects.filter(batch_id=batch_id, slice__gte=first, slice__lte=last).order_by("line")
    return _read(rows)


def lines_in_slices(batch_id: int, first: int, last: int) -> list[int]:
    """The lines of the rows of a run of slices, both ends included, in order."""
    found = ImportRow.objects.filter(batch_id=batch_id, slice__gte=first, slice__lte=last)
    return list(found.order_by("line").values_list("line", flat=True))


def with_lines(batch_id: int, lines: Sequence[int]) -> dict[int, RawRow]:
    rows = ImportRow.objects.filter(Among("line", lines), batch_id=batch_id)
    return {row.line: row for row in _read(rows)}


def slice_of(batch_id: int, line: int) -> int | None:
    """The slice of the row on this line; None if no row begins there."""
    return ImportRow.objects.filter(batch_id=batch_id, line=line).values_list("slice", flat=True).first()


def neighbours(batch_id: int, line: int) -> tuple[int | None, int | None]:
    """The lines of the rows before and after a line, where there are such rows."""
    lines = ImportRow.objects.filter(batch_id=batch_id).values_list("line", flat=True)
    before, after = lines.filter(line__lt=line).order_by("-line"), lines.filter(line__gt=line).order_by("line")
    return before.first(), after.first()


def _written(cells: Sequence[Cell]) -> str:
    try:
        return f"[{','.join(map(quoted, cells))}]"  # type: ignore[arg-type]
    except TypeError:  # a native date among them
        return dumps(cells)


def _read(rows: QuerySet[ImportRow]) -> list[RawRow]:
    """The rows, whose cells are read as one document: a call of the reader takes as long as reading a row."""
    found = list(rows.values_list("line", "cells"))
    text = f"[{','.join(cells for _, cells in found)}]"
    read: list[list[Any]] = json.loads(text)
    cell_of = _cell if "{" in text else None
    return [
        RawRow(line, tuple(map(cell_of, cells) if cell_of else cells))
        for (line, _), cells in zip(found, read, strict=True)
    ]


def _cell(plain: Any) -> Cell:
    return plain if isinstance(plain, str) else date.fromisoformat(plain["date"])
