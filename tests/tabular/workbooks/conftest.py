"""Workbooks for tests: through openpyxl where it can write them, else put together part by part."""

import io
import zipfile

import openpyxl
import pytest

HEADINGS = ["username", "certificationshortname", "certificationidnumber", "completiondate", "duedate"]


def saved(workbook):
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def zipped(parts):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def xlsx():
    """A workbook of these rows; cells are values, or (value, number format)."""

    def xlsx(*rows, headings=HEADINGS, title="Completions"):
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        sheet.title = title
        sheet.append(headings)
        for row in rows:
            sheet.append([value[0] if isinstance(value, tuple) else value for value in row])
            for column, value in enumerate(row, 1):
                if isinstance(value, tuple):
                    sheet.cell(sheet.max_row, column).number_format = value[1]
        return saved(workbook)

    return xlsx


@pytest.fixture
def xlsx_of_xml(xlsx):
    """A workbook with this XML as the content of its sheet's `sheetData`, or with other parts in place of its own."""

    def xlsx_of_xml(rows="", before="", **parts):
        heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADINGS)
        namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        data = f'<sheetData><row r="1">{heading}</row>{rows}</sheetData>'
        sheet = f'{before}<worksheet xmlns="{namespace}">{data}</worksheet>'
        return zipped({**parts_of(xlsx()), "xl/worksheets/sheet1.xml": sheet, **parts})

    return xlsx_of_xml


@pytest.fixture
def ods():
    """An OpenDocument spreadsheet with these tables, as XML."""

    def ods(*tables, styles="", before="", **parts):
        spaces = " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
            for name in ("office", "table", "text", "style", "draw")
        )
        content = (
            f"{before}<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
            "</office:document-content>"
        )
        mimetype = "application/vnd.oasis.opendocument.spreadsheet"
        return zipped({"mimetype": mimetype, "content.xml": content, **parts})

    return ods


def cell(text="", kind="string", attributes="", repeat=1):
    paragraphs = "".join(f"<text:p>{line}</text:p>" for line in text.split("\n")) if text else ""
    repeated = f' table:number-columns-repeated="{repeat}"' if repeat > 1 else ""
    return f'<table:table-cell office:value-type="{kind}" {attributes}{repeated}>{paragraphs}</table:table-cell>'


def table_row(*cells, repeat=1):
    repeated = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
    return f"<table:table-row{repeated}>{''.join(cells)}</table:table-row>"


HEADING_ROW = table_row(*map(cell, HEADINGS))


def table(*rows, name="Sheet1", style="", heading=HEADING_ROW):
    return f'<table:table table:name="{name}" table:style-name="{style}">{heading}{"".join(rows)}</table:table>'
