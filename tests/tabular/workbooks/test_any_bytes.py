"""No bytes whatsoever make the reader raise anything but its own refusals."""

import io
import zipfile
from datetime import date
from functools import cache

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from tests.tabular.workbooks.conftest import HEADINGS, parts_of, saved, zipped


@cache
def workbook():
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for number in range(5):
        book.active.append([f"u{number}", "C", number, date(2026, 1, 1), "=1+1"])
    return saved(book)


@given(st.data())
def test_a_workbook_with_some_bytes_changed(read, data):
    content = bytearray(workbook())
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read(bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content))


@given(st.data())
def test_a_workbook_with_a_part_changed(read, data):
    parts = parts_of(workbook())
    name = data.draw(st.sampled_from(sorted(parts)))
    part = parts[name]
    start = data.draw(st.integers(0, len(part)))
    end = data.draw(st.integers(start, min(len(part), start + 40)))
    inserted = data.draw(
        st.one_of(st.binary(max_size=20), st.sampled_from([b"<row>", b"</c>", b'r="9"', b"<v>1e999</v>"]))
    )
    read(zipped({**parts, name: part[:start] + inserted + part[end:]}))


@given(
    st.dictionaries(
        st.sampled_from(["mimetype", "content.xml", "[Content_Types].xml", "xl/workbook.xml", "x"]), st.binary()
    )
)
def test_an_archive_of_anything(read, parts):
    types = b"application/vnd.oasis.opendocument.spreadsheet"
    read(zipped({**parts, "mimetype": types}))
    read(zipped(parts))


def test_a_wrong_checksum_is_a_refusal(read):
    content = bytearray(workbook())
    with zipfile.ZipFile(io.BytesIO(bytes(content))) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content[part.header_offset + 14] ^= 1
    at = bytes(content).rfind(part.CRC.to_bytes(4, "little"))
    content[at] ^= 1
    [issue] = read(bytes(content)).refused
    assert issue.details["kind"] == "broken"
