"""What the file said, cell by cell, with what cannot be seen made visible, and how each cell was read."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin.core.headings import COMPLETION_DATE, DUE_DATE
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.story import CellStory, Change, ChangeKind, Story
from cert_completion_plugin.telling.story.words import day_text

SHOWN = 1000
"""How much of a cell is shown: it may hold a megabyte."""

_NAMES: Mapping[str, Any] = {
    " ": gettext_lazy("space"),
    "\u00a0": gettext_lazy("no-break space"),
    "\u202f": gettext_lazy("narrow no-break space"),
    "\u3000": gettext_lazy("ideographic space"),
    "\u200b": gettext_lazy("zero-width space"),
    "\u200c": gettext_lazy("zero-width non-joiner"),
    "\u200d": gettext_lazy("zero-width joiner"),
    "\u2060": gettext_lazy("word joiner"),
    "\ufeff": gettext_lazy("byte order mark"),
    "\u00ad": gettext_lazy("soft hyphen"),
    "\u200e": gettext_lazy("left-to-right mark"),
    "\u200f": gettext_lazy("right-to-left mark"),
    "\t": gettext_lazy("tab"),
    "\n": gettext_lazy("line break"),
    "\r": gettext_lazy("carriage return"),
    "\0": gettext_lazy("NUL"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a cell's text: as it stands there, or the name of characters that cannot be seen."""

    text: str
    is_invisible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CellText:
    """One line of the table of cells. `notes` say what was changed, or why the cell was not read."""

    heading: str
    pieces: tuple[Piece, ...]
    read_as: str
    notes: tuple[str, ...]


def cell_texts(story: Story) -> list[CellText]:
    """The cells in their order. Of a row with too many or too few of them none was read."""
    is_ragged = any(issue.code in (Code.TOO_FEW_CELLS, Code.TOO_MANY_CELLS) for issue in story.issues)
    cells = [cell for cell in story.cells if cell.heading or cell.column or cell.raw]
    if is_ragged:
        return [_unread(cell) for cell in cells]
    return [
        CellText(heading=cell.heading, pieces=_raw(cell), read_as=_read_as(cell), notes=tuple(_notes(cell)))
        for cell in cells
    ]


def _unread(cell: CellStory) -> CellText:
    notes = (_("The row ends before this cell."),) if cell.raw is None else ()
    return CellText(heading=cell.heading, pieces=_raw(cell), read_as="", notes=notes)


def pieces_of(text: str) -> tuple[Piece, ...]:
    """A text with a name in place of every character that cannot be seen, blanks at its ends among them."""
    start, end = len(text) - len(text.lstrip(" ")), len(text.rstrip(" "))
    hidden = [not start <= place < end or _is_invisible(letter) for place, letter in enumerate(text)]
    pieces = []
    for (is_hidden, name), group in groupby(zip(hidden, text, strict=True), _piece_key):
        letters = "".join(letter for _, letter in group)
        pieces.append(Piece(_times(_name_of(name), len(letters)) if is_hidden else letters, is_hidden))
    return tuple(pieces)


def _piece_key(letter: tuple[bool, str]) -> tuple[bool, str]:
    """Visible letters stay together, of invisible ones those that are alike."""
    return letter if letter[0] else (False, "")


def _is_invisible(letter: str) -> bool:
    return letter != " " and (not letter.isprintable() or letter.isspace() or unicodedata.category(letter) == "Cf")


def _name_of(letter: str) -> str:
    return str(_NAMES.get(letter) or f"U+{ord(letter):04X}")


def _times(name: str, count: int) -> str:
    return name if count == 1 else _("%(count)s × %(name)s") % {"count": count, "name": name}


def _raw(cell: CellStory) -> tuple[Piece, ...]:
    if cell.raw is None:
        return ()
    if isinstance(cell.raw, date):
        return (Piece(day_text(cell.raw)),)
    return pieces_of(cell.raw[:SHOWN])


def _read_as(cell: CellStory) -> str:
    """What was compared and looked up; "" where nothing was."""
    if cell.raw is None or not cell.column:
        return ""
    if cell.day is not None:
        return day_text(cell.day)
    return cell.text[:SHOWN]


def _notes(cell: CellStory) -> Iterator[str]:
    if cell.raw is None:  # the end of a workbook's row: blank cells are missing there
        return
    if not cell.heading and not cell.column:
        yield _("There is no heading for this cell, so it was not read.")
    elif not cell.column:
        yield _("This column is not known, so it was not read; downloads give it back as it is.")
    elif isinstance(cell.raw, date):
        yield _("The workbook holds a date here, so no date format was needed.")
    elif not cell.text:
        yield _("The cell is empty.")
    elif cell.column in (COMPLETION_DATE, DUE_DATE) and cell.day is None:
        yield _("This was not read as a date.")
    yield from map(_change_text, cell.changes)
    if isinstance(cell.raw, str) and len(cell.raw) > SHOWN:
        text = _("The cell has %(length)s characters; the first %(shown)s are shown.")
        yield text % {"length": len(cell.raw), "shown": SHOWN}


def _change_text(change: Change) -> str:
    if change.kind is ChangeKind.COMPOSED:
        return _("Letters and their accents were put together; that changes nothing you can see.")
    names = ", ".join(_name_of(chr(int(point.removeprefix("U+"), 16))) for point in change.characters)
    return ngettext(
        "%(count)s character at an end of the cell was left out (%(names)s).",
        "%(count)s characters at the ends of the cell were left out (%(names)s).",
        change.count,
    ) % {"count": change.count, "names": names}
