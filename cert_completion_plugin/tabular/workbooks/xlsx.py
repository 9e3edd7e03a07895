"""XLSX: openpyxl reads what the workbook is made of, its sheets, styles and calendar; the cells are streamed.

openpyxl's own streaming keeps something of every row (its height, its place in the tree), forgets numbers that are no
dates, and reads formulas and values one after the other; a sheet can have a million rows.
"""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from openpyxl.cell.read_only import ReadOnlyCell
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from cert_completion_plugin.tabular.workbooks.packages import Package, refuse
from cert_completion_plugin.tabular.workbooks.sheets import Sheet, SheetRow
from cert_completion_plugin.tabular.workbooks.values import Numbers
from cert_completion_plugin.tabular.workbooks.xlsx_rows import XlsxRows
from cert_completion_plugin.tabular.workbooks.xlsx_strings import SharedStrings, read_strings
from cert_completion_plugin.tabular.workbooks.xml_stream import feed

_STRINGS = "xl/sharedStrings.xml"


def sheets(package: Package) -> Sequence[Sheet]:
    return [Sheet(sheet.name, sheet.state == "visible") for sheet, _ in _worksheets(_structure(package))]


def rows(package: Package, sheet: str, first: int) -> Iterator[SheetRow]:
    structure = _structure(package)
    part = next((part for each, part in _worksheets(structure) if each.name == sheet), None)
    if part is None:
        refuse("broken")
    handler = XlsxRows(_strings(package, structure), _numbers(structure.wb), first)
    with package.open(part) as stream:
        for _ in feed(stream, handler):
            yield from handler.take()


def _structure(package: Package) -> Any:
    """openpyxl's reader with the workbook and its styles, but no sheet and no text read."""
    file: Any = package.fp
    reader: Any = ExcelReader(file, read_only=True, data_only=True, keep_links=False)
    reader.archive = package
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(package, reader.wb)
    return reader


def _worksheets(structure: Any) -> Iterator[tuple[Any, str]]:
    """The sheets that hold cells, which those of charts and dialogs do not, each with the name of its part."""
    for sheet, relation in structure.parser.find_sheets():
        if relation.Type.endswith("/worksheet"):
            yield sheet, relation.target


def _strings(package: Package, structure: Any) -> SharedStrings:
    listed = structure.package.find(SHARED_STRINGS)
    part = listed.PartName[1:] if listed else _STRINGS
    return read_strings(package, part) if part in structure.valid_files else SharedStrings()


def _numbers(workbook: Any) -> Numbers:
    sheet: Any = SimpleNamespace(parent=workbook)

    def format_of(style: int) -> str:
        number_format: str = ReadOnlyCell(sheet, 1, 1, 0, "n", style).number_format
        return number_format

    return Numbers(format_of, workbook.epoch)
