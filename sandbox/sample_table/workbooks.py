"""Workbooks as samples, with nothing in them that depends on when they were made."""

import io
from datetime import date, datetime
from html import escape
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from sandbox.sample_table.sample import HEADINGS

_MADE = datetime(2026, 1, 5, 12, 0)
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.sheet.main+xml"/></Types>'
)
_ODS = "application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)
_ODS_CONTENT = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Completions">{rows}</table:table>'
    "</office:spreadsheet></office:body></office:document-content>"
)


def workbook() -> bytes:
    """Dates as dates, and an ID number that is a number shown with its leading zeros."""
    book = Workbook()
    _fill(_first_sheet(book), 2025)
    return _bytes_of(book)


def workbook_with_cover() -> bytes:
    """The completions of another year are on the second sheet."""
    book = Workbook()
    cover = _first_sheet(book)
    cover.title = "Cover"
    cover.append(["Completions of the agency's people, first half of 2024"])
    _fill(book.create_sheet("Completions"), 2024)
    return _bytes_of(book)


def broken_workbook() -> bytes:
    """A workbook of which one part ends in the middle."""
    return _archive(
        {"[Content_Types].xml": _TYPES.encode(), "xl/workbook.xml": b'<?xml version="1.0"?><workbook><sheets'}
    )


def spreadsheet() -> bytes:
    """The same again for LibreOffice, of a third year."""
    table = (HEADINGS, *_rows(2023))
    rows = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in table)
    return _archive(
        {
            "mimetype": _ODS.encode(),
            "content.xml": _ODS_CONTENT.format(rows=rows).encode(),
            "META-INF/manifest.xml": _ODS_MANIFEST.encode(),
        }
    )


def _rows(year: int) -> list[tuple[str | int | date, ...]]:
    return [
        ("j.smith", "manual_handling", 47, date(year, 5, 31), ""),
        ("zoë.lindström", "", 47, date(year, 6, 4), date(year, 6, 30)),
        ("harrychinn", "manual_handling", "0047", date(year, 6, 5), ""),
    ]


def _first_sheet(book: Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def _fill(sheet: Worksheet, year: int) -> None:
    sheet.append(list(HEADINGS))
    for row in _rows(year):
        sheet.append([None if cell == "" else cell for cell in row])
        sheet.cell(sheet.max_row, 3).number_format = "0000"
        for column in (4, 5):
            sheet.cell(sheet.max_row, column).number_format = "dd/mm/yyyy"


def _bytes_of(book: Workbook) -> bytes:
    book.properties.created = _MADE
    stream = io.BytesIO()
    book.save(stream)
    with ZipFile(stream) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    # Saving writes the present moment into it.
    book.properties.modified = _MADE
    parts["docProps/core.xml"] = tostring(book.properties.to_tree())
    return _archive(parts)


def _archive(parts: dict[str, bytes]) -> bytes:
    """Not compressed, so that the bytes do not depend on the version of zlib."""
    stream = io.BytesIO()
    with ZipFile(stream, "w", ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(ZipInfo(name, _MADE.timetuple()[:6]), content)
    return stream.getvalue()


def _ods_cell(value: str | int | date) -> str:
    if isinstance(value, date):
        return (
            f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}">'
            f"<text:p>{value:%d/%m/%Y}</text:p></table:table-cell>"
        )
    if isinstance(value, int):
        return (
            f'<table:table-cell office:value-type="float" office:value="{value}">'
            f"<text:p>{value:04}</text:p></table:table-cell>"
        )
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
