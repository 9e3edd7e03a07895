"""The words for how a file was read, and how to have it read otherwise."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api, labels
from cert_completion_plugin.core.dates import Verdict, VerdictKind
from cert_completion_plugin.core.options import NO_QUOTE

_SEPARATED = {
    ",": gettext_lazy("Read as %(encoding)s text, cells separated by commas."),
    ";": gettext_lazy("Read as %(encoding)s text, cells separated by semicolons."),
    "\t": gettext_lazy("Read as %(encoding)s text, cells separated by tabs."),
    "|": gettext_lazy("Read as %(encoding)s text, cells separated by vertical bars."),
    ":": gettext_lazy("Read as %(encoding)s text, cells separated by colons."),
}
# Nothing is said of the double quotation mark, which everybody expects.
_QUOTED = {
    "'": gettext_lazy("Cells are quoted by single quotation marks (')."),
    NO_QUOTE: gettext_lazy("Quotation marks were read as part of the text."),
}
_WORKBOOKS = {
    "xlsx": gettext_lazy("Read from the sheet “%(sheet)s” of an Excel workbook."),
    "ods": gettext_lazy("Read from the sheet “%(sheet)s” of an OpenDocument spreadsheet."),
}


def detected_texts(batch: api.Batch) -> list[str]:
    """How the file was read, and what decided its date format, as sentences; none before its heading was read."""
    return [*_dialect_texts(batch), *date_texts(batch)]


def override_text(batch: api.Batch) -> str:
    """How to have the file read otherwise."""
    if batch.detected.get("kind") in _WORKBOOKS:
        return (
            _("Is that wrong? Upload the file again and choose the date format, or the sheet under “%(title)s”.")
            % _TITLE
        )
    return (
        _(
            "Is that wrong? Upload the file again and choose the date format, or under “%(title)s” encoding, separator "
            "and quotation mark."
        )
        % _TITLE
    )


_TITLE = {"title": labels.HOW_IT_IS_READ}


def _dialect_texts(batch: api.Batch) -> list[str]:
    detected = batch.detected
    if workbook := _WORKBOOKS.get(detected.get("kind", "")):
        return [str(workbook) % {"sheet": detected["sheet"]}]
    texts = []
    if separated := _SEPARATED.get(detected.get("separator", "")):
        # Which of its two byte orders it was written in is nobody's choice.
        encoding = "UTF-16" if detected["encoding"].startswith("UTF-16") else detected["encoding"]
        texts.append(str(separated) % {"encoding": encoding})
    if quoted := _QUOTED.get(detected.get("quote", "")):
        texts.append(str(quoted))
    return texts


def date_texts(batch: api.Batch) -> list[str]:
    if carried := batch.detected.get("carried_date_format"):
        text = _("Dates were read as %(format)s, as in the import of which this one corrects rows.")
        return [text % {"format": carried}]
    dates: Any = batch.detected.get("dates")
    verdict = Verdict.from_mapping(dates) if dates else None
    if verdict is None or verdict.kind is VerdictKind.NO_DATES:
        return []
    if verdict.proof_line is None:
        return [_("Dates were read as %(format)s.") % {"format": verdict.format_name}]
    return [
        _("Dates were read as %(format)s: “%(text)s” on line %(line)s can only be read so.")
        % {"format": verdict.format_name, "text": verdict.proof_text, "line": verdict.proof_line}
    ]
