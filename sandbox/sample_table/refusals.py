"""Files of which no row is kept, and files that come with a warning (import-rules.md §1.1)."""

from collections.abc import Callable, Iterator

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from sandbox.sample_table.sample import HEADINGS, Row, Sample, Section, Shown, csv_file, of_rows
from sandbox.sample_table.workbooks import broken_workbook

TOO_MANY = 15_001
"""One row more than the sandbox takes."""
MEGABYTE = 1024 * 1024

_GOOD: Row = ("j.smith", "site_induction", "si1", "2025-09-01", "")
# A picture of one pixel.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8cfc0f01f0005000"
    "1ff56c72f0d0000000049454e44ae426082"
)


def _too_large() -> bytes:
    note = "The certificate is in the personnel file. " * 20
    return csv_file([(*_GOOD, note)] * 2400, headings=(*HEADINGS, "note"))


def _too_many() -> bytes:
    return csv_file([("m.ali", "", "si1", "2020-01-01", "")] * TOO_MANY)


def _one_long_record() -> Iterator[Row]:
    yield _GOOD
    yield "m.brown", "site_induction", "si1, says the page copied into this cell: " * (MEGABYTE // 40), "2025-09-01", ""
    yield "k.adeyemi", *_GOOD[1:]


def _with_a_broken_character() -> bytes:
    text = csv_file([(name, *_GOOD[1:]) for name in ("zoë.lindström", "jürgen.groß", "j.kim")])
    # The last byte of the last ß is gone, as in a file that was cut and put together again.
    return text.replace("groß".encode(), "groß".encode()[:-1])


def _refusal(name: str, *shows: Shown, content: Callable[[], bytes], holds: str, see: str) -> Sample:
    return Sample(name=name, content=content, shows=shows, state=BatchState.REFUSED, holds=holds, see=see)


REFUSALS = Section(
    "Files that are refused as a whole",
    (
        _refusal(
            "file-empty.csv",
            Code.FILE_EMPTY,
            content=lambda: b"\n\n,,,,\n\n",
            holds="Blank lines and nothing else. (The page does not even take a file without any byte.)",
            see="The file has no heading line.",
        ),
        _refusal(
            "file-too-large.csv",
            Code.FILE_TOO_LARGE,
            content=_too_large,
            holds="A little more than the 2 MB that the sandbox takes.",
            see="The file is refused at once, with the limit; the upload page states it before.",
        ),
        _refusal(
            "too-many-rows.csv",
            Code.TOO_MANY_ROWS,
            content=_too_many,
            holds="15,001 rows, one more than the sandbox takes.",
            see="The limit, and that nothing was imported.",
        ),
        _refusal(
            "file-unreadable-picture.csv",
            Code.FILE_UNREADABLE,
            content=lambda: _PNG,
            holds="A picture that somebody named `.csv`.",
            see="That it is a picture.",
        ),
        _refusal(
            "file-unreadable-workbook.xlsx",
            Code.FILE_UNREADABLE,
            content=broken_workbook,
            holds="A workbook that broke off while it was copied.",
            see="That the workbook cannot be read.",
        ),
        _refusal(
            "encoding-invalid.csv",
            Code.ENCODING_INVALID,
            content=_with_a_broken_character,
            holds="UTF-8 in which half of a letter is missing.",
            see="The line and the byte at which it is. Nothing is dropped in silence.",
        ),
        _refusal(
            "record-too-long.csv",
            Code.RECORD_TOO_LONG,
            content=lambda: csv_file(_one_long_record()),
            holds="On line 3 a cell of more than a megabyte.",
            see="The line, and how long a record may be.",
        ),
        _refusal(
            "quote-unclosed.csv",
            Code.QUOTE_UNCLOSED,
            content=lambda: (
                csv_file([_GOOD]) + b'm.brown,"site_induction,si1,2025-09-02,\nk.adeyemi,,si1,2025-09-03,\n'
            ),
            holds="On line 3 a quotation mark opens a cell that is never closed.",
            see="The line of the quotation mark, not the end of the file.",
        ),
        _refusal(
            "column-missing.csv",
            Code.COLUMN_MISSING,
            Code.COLUMN_UNKNOWN,
            content=of_rows(
                _GOOD[:4], headings=("username", "certificationshortname", "certificationidnumber", "completondate")
            ),
            holds="`completiondate` is misspelt, and `duedate` is not there at all.",
            see="Both at once, the first one with the heading that may be meant.",
        ),
        _refusal(
            "column-repeated.csv",
            Code.COLUMN_REPEATED,
            content=of_rows((*_GOOD, ""), headings=(*HEADINGS, "Due Date")),
            holds="`duedate` and `Due Date`, which are the same heading.",
            see="Where the two are.",
        ),
    ),
)

FILE_WARNINGS = Section(
    "Files that come with a warning",
    (
        Sample(
            name="column-unknown.csv",
            content=of_rows(
                (*_GOOD, "Sales", ""),
                ("m.brown", *_GOOD[1:], "Sales", "left in May"),
                headings=(*HEADINGS, "department", ""),
            ),
            shows=(Code.COLUMN_UNKNOWN, Outcome.HISTORY),
            holds="A column `department`, and one without a heading in which something stands on line 3.",
            see="Both columns are named as ignored; the rows are imported.",
        ),
        Sample(
            name="encoding-guessed-windows-1252.csv",
            content=of_rows(("jürgen.groß", *_GOOD[1:]), ("zoë.lindström", *_GOOD[1:]), encoding="cp1252"),
            shows=(Code.ENCODING_GUESSED, Outcome.HISTORY),
            holds="Names with accents, saved in windows-1252 as older spreadsheet programs do.",
            see="The rows are imported, with the warning that the encoding was guessed.",
        ),
    ),
)
