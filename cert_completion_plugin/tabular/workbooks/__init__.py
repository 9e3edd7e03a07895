"""Workbooks: XLSX and ODS as rows, in constant memory but for an XLSX's shared strings (import-rules.md §1)."""

from cert_completion_plugin.tabular.workbooks.opening import is_workbook, open_workbook
from cert_completion_plugin.tabular.workbooks.reader import WorkbookReader

__all__ = ["WorkbookReader", "is_workbook", "open_workbook"]
