"""Reading an uploaded file: its heading first, then its rows, slice by slice (import-rules.md §1)."""

from collections.abc import Iterator

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Options
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.tabular.formats import load_slice
from cert_completion_plugin.tabular.opening import open_text
from cert_completion_plugin.tabular.records import RecordReader
from cert_completion_plugin.tabular.values import ByteSource, Head, ReaderState, Refused, RowSlice, SliceReader
from cert_completion_plugin.tabular.workbooks import WorkbookReader, is_workbook, open_workbook


def read_head(source: ByteSource, options: Options) -> Head:
    """Find out how to read the file, and read its heading: the first record with a cell that is not blank.

    Raises Refused: `file_empty`, `file_unreadable`, and what `read_slices` raises.
    """
    opening = open_workbook(source, options) if is_workbook(source) else open_text(source, options)
    reader = _reader(source, opening.state)
    try:
        heading = reader.take_heading()
    except Refused as refused:
        # That the encoding was guessed is the likeliest reason why the heading cannot be read in it.
        raise Refused(*refused.issues, *opening.issues) from None
    if heading is None:
        raise Refused(Issue(Code.FILE_EMPTY), *opening.issues)
    line, cells = heading
    return Head(headings=cells, heading_line=line, state=reader.state, issues=opening.issues)


def read_slices(source: ByteSource, state: ReaderState, *, rows_per_slice: int = 5000) -> Iterator[RowSlice]:
    """The rows after a place, in slices of at most so many rows and about 4 MiB of the file.

    Rows whose cells are all blank are left out. Raises Refused (`encoding_invalid`, `record_too_long`,
    `quote_unclosed`; of a workbook `file_unreadable`) after the slices that could be read. Rows and refusal do not
    depend on the size of the slices.
    """
    reader = _reader(source, state)
    while not reader.finished:
        dataset = load_slice(reader, state.dialect.kind, rows_per_slice)
        if dataset.height or not reader.finished:
            rows = tuple(map(RawRow, dataset["line"], dataset["cells"]))
            yield RowSlice(rows=rows, state=reader.state)


def _reader(source: ByteSource, state: ReaderState) -> SliceReader:
    return RecordReader(source, state) if state.dialect.kind == "text" else WorkbookReader(source, state)
