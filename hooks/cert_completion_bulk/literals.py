"""Rows as the text of MySQL's statements."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from cert_completion_bulk.columns import Row

MOST_CHARACTERS = 256 * 1024
"""Of the rows in one statement; a server takes 1 MiB at the least (`max_allowed_packet`)."""

_SPECIAL = "'\"\\\0\n\r\x1a"
_CONSTANTS = {None: "NULL", True: "1", False: "0"}


def texts_of(connection: BaseDatabaseWrapper, rows: Sequence[Row]) -> list[str] | None:
    """Each row, of values as `columns.prepared` makes them, quoted, with commas between; None where the driver alone
    knows how to write one.

    The driver quotes value by value, and takes as long over that as the server over the row. Here a column is quoted at
    once, and the driver is asked only for texts in which anything has a meaning to the server.
    """
    connection.ensure_connection()
    driver = connection.connection
    if not driver.character_set_name().startswith("utf8"):
        return None
    columns = [_written(column, driver) for column in zip(*rows, strict=True)]
    if None in columns:
        return None
    return list(map(",".join, zip(*columns, strict=True)))


def in_statements(texts: Iterable[str]) -> Iterator[list[str]]:
    """The texts in lists that fit one statement each; one that is longer than that is alone."""
    some: list[str] = []
    length = 0
    for text in texts:
        if some and length + len(text) > MOST_CHARACTERS:
            yield some
            some, length = [], 0
        some.append(text)
        length += len(text)
    if some:
        yield some


def _written(column: Sequence[Any], driver: Any) -> Iterable[str] | None:
    kinds = set(map(type, column))
    if kinds == {int}:
        return map(str, column)
    if kinds <= {int, type(None)}:
        return ["NULL" if value is None else str(value) for value in column]
    if kinds <= {str, type(None)}:
        return _quoted(column, driver)
    return map(_CONSTANTS.__getitem__, column) if kinds <= {bool, type(None)} else None


def _quoted(column: Sequence[str | None], driver: Any) -> list[str]:
    if any(map("".join(filter(None, column)).__contains__, _SPECIAL)):
        return ["NULL" if text is None else driver.string_literal(text).decode() for text in column]
    return ["NULL" if text is None else f"'{text}'" for text in column]
