"""Whether a file is a workbook, of which kind, and which of its sheets is read."""

from cert_completion_plugin.core.options import Options
from cert_completion_plugin.tabular.contents import first_bytes
from cert_completion_plugin.tabular.values import ByteSource, Dialect, Opening, ReaderState
from cert_completion_plugin.tabular.workbooks import ods, xlsx
from cert_completion_plugin.tabular.workbooks.packages import Package, opened, refuse
from cert_completion_plugin.tabular.workbooks.sheets import Format, chosen_sheet

FORMATS: dict[str, Format] = {"xlsx": xlsx, "ods": ods}

_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")

_XLSX = (b"spreadsheetml.sheet.main+xml", b"spreadsheetml.template.main+xml", b".macroEnabled.main+xml")
_XLSB = b"ms-excel.sheet.binary"
_ODS = b"application/vnd.oasis.opendocument.spreadsheet"


def is_workbook(source: ByteSource) -> bool:
    """Whether a file is read, or refused, as a workbook: it is a ZIP archive, or of the kind that came before those."""
    return first_bytes(source, length=len(_OLE)).startswith((*_ZIP, _OLE))


def open_workbook(source: ByteSource, options: Options) -> Opening:
    """The beginning of the sheet to read.

    Raises Refused (`file_unreadable`; detail `kind`: archive, document, workbook for formats that are not read,
    encrypted, broken, bomb, or sheet with the details `sheet` and `sheets`).
    """
    if first_bytes(source, length=len(_OLE)) == _OLE:
        refuse("encrypted" if _holds(source, _ENCRYPTED_STREAM) else "workbook")
    with opened(source) as package:
        kind = _kind(package)
        sheet = chosen_sheet(FORMATS[kind].sheets(package), options.sheet)
    return Opening(state=ReaderState(dialect=Dialect(kind=kind, sheet=sheet), offset=0, line=1))


def _holds(source: ByteSource, wanted: bytes) -> bool:
    before = b""
    for piece in source.read_from(0):
        before = before[-len(wanted) :] + piece
        if wanted in before:
            return True
    return False


def _kind(package: Package) -> str:
    mimetype = package.read_if_there("mimetype")
    if mimetype.startswith(_ODS):
        return "ods"
    # Without zeros, so that UTF-16 looks the same.
    types = package.read_if_there("[Content_Types].xml").replace(b"\0", b"")
    if _XLSB in types:
        refuse("workbook")
    is_spreadsheet = any(name.startswith("xl/") for name in package.namelist())
    if is_spreadsheet and any(each in types for each in _XLSX):
        return "xlsx"
    if is_spreadsheet:
        refuse("broken")
    refuse("document" if types or mimetype else "archive")
