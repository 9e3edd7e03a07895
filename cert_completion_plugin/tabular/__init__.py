"""Tables to rows: what tablib and the csv module are needed for happens in here (import-rules.md §1)."""

from cert_completion_plugin.tabular.reading import read_head, read_slices
from cert_completion_plugin.tabular.template import csv_template, xlsx_template
from cert_completion_plugin.tabular.values import (
    ByteSource,
    Dialect,
    Head,
    ReaderState,
    Refused,
    RowSlice,
)
from cert_completion_plugin.tabular.workbooks.writing import TooLongForWorkbook
from cert_completion_plugin.tabular.writing import (
    MOST_ROWS_AT_ONCE,
    PUSHED_DIALECT,
    csv_pieces,
    json_document,
    json_pieces,
    pushed_csv,
    xlsx,
)

__all__ = [
    "MOST_ROWS_AT_ONCE",
    "PUSHED_DIALECT",
    "ByteSource",
    "Dialect",
    "Head",
    "ReaderState",
    "Refused",
    "RowSlice",
    "TooLongForWorkbook",
    "csv_pieces",
    "csv_template",
    "json_document",
    "json_pieces",
    "pushed_csv",
    "read_head",
    "read_slices",
    "xlsx",
    "xlsx_template",
]
