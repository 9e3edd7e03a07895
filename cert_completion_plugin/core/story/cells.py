"""How each cell of a row was read: what normalising changed, and which date it denotes (import-rules.md §1.2, §2.1)."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from cert_completion_hooks.text import normalised

from cert_completion_plugin.core.headings import COMPLETION_DATE, DUE_DATE, ID_NUMBER, SHORT_NAME, USERNAME, Columns
from cert_completion_plugin.core.parse import cell_text
from cert_completion_plugin.core.rows import Cell, ParsedRow, RawRow


class ChangeKind(StrEnum):
    """What normalising did to a text: it cut something off an end, or composed letters and their accents (NFC)."""

    WHITE_SPACE_CUT = "white_space_cut"
    INVISIBLE_CUT = "invisible_cut"
    CONTROL_CUT = "control_cut"
    COMPOSED = "composed"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that normalising changed: `count` characters at both ends together, `characters` as in U+00A0."""

    kind: ChangeKind
    count: int = 0
    characters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CellStory:
    """One cell. `heading` is as it stands in the file, "" where a cell has none.

    `column` is the normalised heading of the required columns, the name of an evidence type's field, or "" for a cell
    that is not read. `raw` is None where the row is too short. `text` is what is compared and looked up; `day` the date
    that was read, in the two date columns alone.
    """

    heading: str
    column: str
    raw: Cell | None
    text: str = ""
    day: date | None = None
    changes: tuple[Change, ...] = ()


def cell_stories(raw: RawRow, columns: Columns, parsed: ParsedRow) -> tuple[CellStory, ...]:
    """All cells of a row in their order, also those without a heading and those that are missing."""
    names = _names(columns)
    days = {COMPLETION_DATE: parsed.completed, DUE_DATE: parsed.due}
    return tuple(
        _cell_story(
            columns.headings[index] if index < columns.width else "",
            names.get(index, ""),
            raw.cells[index] if index < len(raw.cells) else None,
            days,
        )
        for index in range(max(columns.width, len(raw.cells)))
    )


def _names(columns: Columns) -> dict[int, str]:
    fields = {index: name for name, index in columns.fields.items()}
    return fields | {
        columns.username: USERNAME,
        columns.short_name: SHORT_NAME,
        columns.id_number: ID_NUMBER,
        columns.completion_date: COMPLETION_DATE,
        columns.due_date: DUE_DATE,
    }


def _cell_story(heading: str, column: str, raw: Cell | None, days: dict[str, date | None]) -> CellStory:
    if raw is None or not column:
        return CellStory(heading=heading, column=column, raw=raw)
    return CellStory(
        heading=heading,
        column=column,
        raw=raw,
        text=cell_text(raw),
        day=days.get(column),
        changes=changes(raw) if isinstance(raw, str) else (),
    )


def changes(raw: str) -> tuple[Change, ...]:
    """What normalising changes in a text; nothing if it is normal already."""
    if normalised(raw) == raw:
        return ()
    start, end = _kept(raw)
    found = [*_cuts([*raw[:start], *raw[end:]])]
    if normalised(raw[start:end]) != raw[start:end]:
        found.append(Change(ChangeKind.COMPOSED))
    return tuple(found)


def _kept(raw: str) -> tuple[int, int]:
    start, end = 0, len(raw)
    while start < end and _is_cut(raw[start]):
        start += 1
    while end > start and _is_cut(raw[end - 1]):
        end -= 1
    return start, end


def _is_cut(character: str) -> bool:
    """Whether a character is cut off the ends of a text: alone, it is cut away entirely."""
    return not normalised(character)


def _cuts(cut: Iterable[str]) -> Iterator[Change]:
    by_kind: dict[ChangeKind, list[str]] = {}
    for character in cut:
        by_kind.setdefault(_kind_of(character), []).append(character)
    for kind in ChangeKind:
        if characters := by_kind.get(kind):
            points = dict.fromkeys(f"U+{ord(character):04X}" for character in characters)
            yield Change(kind, len(characters), tuple(points))


def _kind_of(character: str) -> ChangeKind:
    if character.isspace():
        return ChangeKind.WHITE_SPACE_CUT
    return ChangeKind.CONTROL_CUT if unicodedata.category(character) == "Cc" else ChangeKind.INVISIBLE_CUT
