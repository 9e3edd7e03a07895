"""The words for what kept an import from writing its rows."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.store.values import Batch


def held_back_text(batch: Batch) -> str:
    """Why `all_or_nothing` kept the rows of an import unwritten; "" if it did not."""
    reason = batch.held_back
    if reason is None:
        return ""
    if reason["phase"] == "planned":
        return ngettext(
            "Nothing was imported: “all or nothing” was chosen, and %(rows)s row has a problem (line %(line)s). "
            "Correct it and upload the file again.",
            "Nothing was imported: “all or nothing” was chosen, and %(rows)s rows have problems (the first on line "
            "%(line)s). Correct them and upload the file again.",
            reason["rows"],
        ) % {"rows": reason["rows"], "line": reason["line"]}
    if reason["phase"] == "cancelled":
        return _cancelled_text(_still_written(batch))
    if kept := _still_written(batch):
        return ngettext(
            "“All or nothing” was chosen, and the row on line %(line)s could not be written. What had been written was "
            "taken back, except %(kept)s row, which stays written and has to be corrected by hand.",
            "“All or nothing” was chosen, and the row on line %(line)s could not be written. What had been written was "
            "taken back, except %(kept)s rows, which stay written and have to be corrected by hand.",
            kept,
        ) % {"kept": kept, "line": reason["line"]}
    return _(
        "Nothing was imported: “all or nothing” was chosen, and the row on line %(line)s could not be written; what "
        "had been written was taken back. Upload the file again."
    ) % {"line": reason["line"]}


def _cancelled_text(kept: int) -> str:
    if not kept:
        return _("Nothing was imported: “all or nothing” was chosen, and what had been written was taken back.")
    return ngettext(
        "“All or nothing” was chosen, so what had been written was taken back, except %(kept)s row, which stays "
        "written and has to be corrected by hand.",
        "“All or nothing” was chosen, so what had been written was taken back, except %(kept)s rows, which stay "
        "written and have to be corrected by hand.",
        kept,
    ) % {"kept": kept}


def _still_written(batch: Batch) -> int:
    """The rows of a held-back import that the site could not take back."""
    return sum(number for outcome, number in batch.counts.get("outcomes", {}).items() if Outcome(outcome).writes)
