"""What a kind of workbook has to offer for its rows to be read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from cert_completion_hooks.text import folded, normalised

from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.workbooks.packages import Package, refuse, unreadable

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384

SheetRow: TypeAlias = tuple[int, list[Cell]]
"""A row's number in its sheet, from 1, and its cells from column A to the last that is not empty."""


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    is_visible: bool = True


class Format(Protocol):
    """One kind of workbook."""

    def sheets(self, package: Package) -> Sequence[Sheet]:
        """The sheets that hold cells, in their order."""

    def rows(self, package: Package, sheet: str, first: int) -> Iterator[SheetRow]:
        """The rows of a sheet that are not empty, from row `first` on, in their order."""


def chosen_sheet(sheets: Sequence[Sheet], wish: str) -> str:
    """The name of the sheet to read: the one that is wished for, else the first that can be seen, else the first.

    Names are compared as all names are, and without case if none is equal. Raises Refused: `file_unreadable`, kind
    `sheet`, details `sheet` and `sheets`.
    """
    if not sheets:
        refuse("broken")
    if not normalised(wish):
        return next((sheet.name for sheet in sheets if sheet.is_visible), sheets[0].name)
    for form in (normalised, folded):
        for sheet in sheets:
            if form(sheet.name) == form(wish):
                return sheet.name
    raise unreadable("sheet", sheet=wish, sheets=tuple(sheet.name for sheet in sheets))
