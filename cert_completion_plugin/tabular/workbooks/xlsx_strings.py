"""The texts that the cells of an XLSX share: the one thing that is held in memory as a whole."""

import re
from array import array
from collections.abc import Mapping

from cert_completion_plugin.tabular.workbooks.packages import Package, refuse
from cert_completion_plugin.tabular.workbooks.xml_stream import Handler, feed

_MAX_STRINGS = 512 * 1024**2
# Halves of a surrogate pair, which are no characters, stay as they are written.
_ESCAPED = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")


class SharedStrings:
    """Texts by number, in a few bytes more than they have in UTF-8."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I")

    def append(self, text: str) -> None:
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))

    def __getitem__(self, number: int) -> str:
        start = self._ends[number - 1] if number else 0
        return self._bytes[start : self._ends[number]].decode()


def read_strings(package: Package, part: str) -> SharedStrings:
    """The texts in a part of a workbook. Raises Refused."""
    if package.getinfo(part).file_size > _MAX_STRINGS:
        refuse("bomb")
    handler = _StringsHandler()
    with package.open(part) as stream:
        for _ in feed(stream, handler):
            continue
    return handler.strings


def unescaped(text: str) -> str:
    """A text with the characters that XML cannot hold, which are written as _x000D_ and the like."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


class _StringsHandler(Handler):
    """Each string's runs are joined; how it is pronounced (rPh) is no part of it."""

    def __init__(self) -> None:
        super().__init__()
        self.strings = SharedStrings()
        self._is_pronunciation = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "si":
            self.begin_row(None)
        elif name == "t" and not self._is_pronunciation:
            self.begin_text()
        elif name == "rPh":
            self._is_pronunciation = True

    def end(self, name: str) -> None:
        if name == "t":
            self.pause_text()
        elif name == "rPh":
            self._is_pronunciation = False
        elif name == "si":
            self.strings.append(unescaped(self.end_text()))
