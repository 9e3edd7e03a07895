"""ODS: the sheets of an OpenDocument spreadsheet, and the rows of one of them."""

from collections.abc import Iterator, Mapping, Sequence

from cert_completion_plugin.tabular.workbooks.ods_rows import OdsRows
from cert_completion_plugin.tabular.workbooks.packages import Package, refuse
from cert_completion_plugin.tabular.workbooks.sheets import Sheet, SheetRow
from cert_completion_plugin.tabular.workbooks.xml_stream import Handler, feed

_CONTENT = "content.xml"
_MANIFEST = "META-INF/manifest.xml"


def sheets(package: Package) -> Sequence[Sheet]:
    if b"encryption-data" in package.read_if_there(_MANIFEST):
        refuse("encrypted")
    handler = _NamesHandler()
    with package.open(_CONTENT) as stream:
        for _ in feed(stream, handler):
            continue
    return handler.sheets


def rows(package: Package, sheet: str, first: int) -> Iterator[SheetRow]:
    handler = OdsRows(sheet)
    with package.open(_CONTENT) as stream:
        for _ in feed(stream, handler):
            for start, times, cells in handler.take():
                for number in range(max(start, first), start + times):
                    yield number, list(cells)


class _NamesHandler(Handler):
    """The names of all sheets. Whether one can be seen stands in its style."""

    def __init__(self) -> None:
        super().__init__()
        self.sheets: list[Sheet] = []
        self._hidden: set[str] = set()
        self._style = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "table" and "name" in attributes:
            is_visible = attributes.get("style-name", "") not in self._hidden
            self.sheets.append(Sheet(attributes["name"], is_visible))
        elif name == "style":
            self._style = attributes.get("name", "")
        elif name == "table-properties" and attributes.get("display") == "false":
            self._hidden.add(self._style)

    def end(self, name: str) -> None:
        pass
