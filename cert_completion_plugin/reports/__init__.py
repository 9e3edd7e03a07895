"""The files that tell what became of an import; every way in hands out the same."""

from cert_completion_plugin.reports.held_back import held_back_text
from cert_completion_plugin.reports.names import MEDIA_TYPES, REPORT, REPORT_KINDS, file_name
from cert_completion_plugin.reports.report import report_file, report_head, row_value, row_words
from cert_completion_plugin.reports.rows_files import (
    ALL,
    ON_RECORD,
    PLAN,
    PROBLEMS,
    RowsOf,
    TooManyRows,
    kinds_for,
    rows_file,
    rows_in,
)

__all__ = [
    "ALL",
    "MEDIA_TYPES",
    "ON_RECORD",
    "PLAN",
    "PROBLEMS",
    "REPORT",
    "REPORT_KINDS",
    "RowsOf",
    "TooManyRows",
    "file_name",
    "held_back_text",
    "kinds_for",
    "report_file",
    "report_head",
    "row_value",
    "row_words",
    "rows_file",
    "rows_in",
]
