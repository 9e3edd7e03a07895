"""What a cell of an ODS holds: its value as it is shown, or a native date (import-rules.md §1.2 and §2.1)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from cert_completion_plugin.core.rows import Cell
from cert_completion_plugin.tabular.workbooks.number_formats import digits
from cert_completion_plugin.tabular.workbooks.values import date_of

_NUMBERS = frozenset({"float", "percentage", "currency"})
# A number as a power of ten, and the sign that its column is too narrow for it.
_SHORTENED = re.compile(r"\d[Ee][+-]?\d|^#+$")


def content(attributes: Mapping[str, str], paragraphs: Sequence[str]) -> Cell:
    """The content of a cell with these attributes that shows these paragraphs."""
    text = "\n".join(paragraphs)
    kind = attributes.get("value-type", "")
    if kind in _NUMBERS:
        return _number(attributes.get("value", ""), text)
    if kind == "date":
        return date_of(attributes.get("date-value", text))
    if kind == "boolean":
        return "TRUE" if attributes.get("boolean-value") == "true" else "FALSE"
    if not kind and not paragraphs and "formula" in attributes:
        # Never calculated; a formula that gives "" has an empty paragraph.
        return "=" + attributes["formula"].partition("=")[2]
    return text or attributes.get("string-value", "") or attributes.get("time-value", "")


def _number(value: str, text: str) -> str:
    """The number as it is shown; all its digits where it is shown shortened, or not at all."""
    if text and not _SHORTENED.search(text):
        return text
    try:
        return digits(Decimal(value))
    except InvalidOperation:
        return text or value
