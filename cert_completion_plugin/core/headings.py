"""The heading line: which column holds what (import-rules.md §1.1)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from cert_completion_hooks.text import heading_key, normalised

from cert_completion_plugin.core.issues import Code, Issue, IssueDetail

USERNAME = "username"
SHORT_NAME = "certificationshortname"
ID_NUMBER = "certificationidnumber"
COMPLETION_DATE = "completiondate"
DUE_DATE = "duedate"
OWN = "[import report] "
"""What begins the headings of the columns that we add to downloads: a file that comes back is known by them."""
OWN_REFERENCE = f"{OWN}reference"
OWN_MISSING = f"{OWN}missing"
"""Stands in a download for each cell that a row lacked."""
REQUIRED = (USERNAME, SHORT_NAME, ID_NUMBER, COMPLETION_DATE, DUE_DATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where a file keeps what, as indexes of cells.

    `headings` are the heading cells as they stand; `read_headings` makes the same columns of them again. `fields` are
    the evidence type's columns by field name, `extra` the columns with a heading that nobody knows. A column of
    `blank_headed` is ignored while its cells are blank, else it is one more unknown column. `own` are the columns that
    a report added: of a file with `reference` among them, which names the import reported on, cells are guarded.
    """

    headings: tuple[str, ...]
    username: int
    short_name: int
    id_number: int
    completion_date: int
    due_date: int
    fields: Mapping[str, int] = field(default_factory=dict)
    extra: tuple[tuple[int, str], ...] = ()
    blank_headed: tuple[int, ...] = ()
    own: tuple[int, ...] = ()
    reference: int | None = None
    width: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", len(self.headings))


_OWN_KEY, _REFERENCE_KEY = heading_key(OWN), heading_key(OWN_REFERENCE)


def is_own(heading: str) -> bool:
    """Whether a report added the column with this heading."""
    return heading_key(heading).startswith(_OWN_KEY)


def comes_from_report(headings: Iterable[str]) -> bool:
    """Whether a file with these headings was downloaded from a report, so that the guard is on its cells."""
    return _REFERENCE_KEY in map(heading_key, headings)


def read_headings(
    cells: Sequence[str], field_names: Sequence[str] = (), *, line: int | None = None
) -> tuple[Columns | None, tuple[Issue, ...]]:
    """The columns of a file, given its heading cells and the field names of the chosen evidence type.

    Returns no columns if the file is refused, and every `column_missing` (detail `nearest`: the heading that may be
    meant), `column_repeated` (`positions`, counted from 1, and `headings`) and `column_unknown` (`position`). `line` is
    the line to name in them.
    """
    found = _by_key(cells)
    fields = {name: found[key][0] for name in field_names if (key := heading_key(name)) in found}
    unknown = [key for key in found if key not in REQUIRED and found[key][0] not in fields.values()]
    refusals = [
        *(_missing(name, [cells[found[key][0]] for key in unknown], line) for name in REQUIRED if name not in found),
        *(_repeated(key, indexes, cells, line) for key, indexes in found.items() if len(indexes) > 1),
    ]
    warnings = [unknown_column(cells[found[key][0]], found[key][0], line=line) for key in unknown]
    columns = None if refusals else _columns(cells, found, fields, unknown)
    return columns, (*refusals, *warnings)


def unknown_column(heading: str, index: int, *, line: int | None = None) -> Issue:
    """The warning on a column that is ignored, also on one without a heading whose cells are not blank."""
    return Issue(Code.COLUMN_UNKNOWN, heading_key(heading), heading, line, {"position": index + 1})


def _by_key(cells: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, cell in enumerate(cells):
        if normalised(cell) and not is_own(cell):
            found.setdefault(heading_key(cell), []).append(index)
    return found


def _columns(
    cells: Sequence[str], found: Mapping[str, list[int]], fields: Mapping[str, int], unknown: Iterable[str]
) -> Columns:
    return Columns(
        headings=tuple(cells),
        username=found[USERNAME][0],
        short_name=found[SHORT_NAME][0],
        id_number=found[ID_NUMBER][0],
        completion_date=found[COMPLETION_DATE][0],
        due_date=found[DUE_DATE][0],
        fields=fields,
        extra=tuple((found[key][0], cells[found[key][0]]) for key in unknown),
        blank_headed=tuple(index for index, cell in enumerate(cells) if not normalised(cell)),
        own=tuple(index for index, cell in enumerate(cells) if is_own(cell)),
        reference=next((index for index, cell in enumerate(cells) if heading_key(cell) == _REFERENCE_KEY), None),
    )


def _missing(name: str, unknown: Sequence[str], line: int | None) -> Issue:
    headings = {heading_key(heading): heading for heading in unknown}
    nearest = get_close_matches(name, headings, n=1)
    details: dict[str, IssueDetail] = {"nearest": normalised(headings[nearest[0]])} if nearest else {}
    return Issue(Code.COLUMN_MISSING, name, "", line, details)


def _repeated(key: str, indexes: Sequence[int], cells: Sequence[str], line: int | None) -> Issue:
    details: dict[str, IssueDetail] = {
        "positions": tuple(str(index + 1) for index in indexes),
        "headings": tuple(normalised(cells[index]) for index in indexes),
    }
    return Issue(Code.COLUMN_REPEATED, key, cells[indexes[0]], line, details)
