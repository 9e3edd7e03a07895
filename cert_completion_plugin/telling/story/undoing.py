"""What became of a row when its import was undone: by whom, when, why, and what was kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api
from cert_completion_plugin.telling.story.words import moment_text

_STATUSES: Mapping[api.UndoStatus, Any] = {
    api.UndoStatus.UNDONE: gettext_lazy("What this row had written was taken back."),
    api.UndoStatus.CHANGED_SINCE: gettext_lazy(
        "What this row had written was kept, since it had been changed meanwhile."
    ),
    api.UndoStatus.CANNOT: gettext_lazy("What this row had written could not be taken back."),
}


def undo_texts(user: api.User, batch: api.Batch, account: api.Account) -> Iterator[str]:
    """Nothing for a row of an import that nobody undid, or that had nothing to undo."""
    if account.written is None or not account.written.outcome.writes:
        return
    for undo, row in api.undo_of_row(user, batch, account.story.line):
        values = {"when": moment_text(undo.finished_at or undo.confirmed_at), "name": undo.confirmed_by_name}
        yield _("On %(when)s %(name)s undid the import.") % values
        yield str(_STATUSES[row.status])
        yield from _particulars(row)
        yield _("The reason given for the undo: “%(reason)s”") % {"reason": undo.reason}


def _particulars(row: api.RowUndo) -> Iterator[str]:
    if row.status is api.UndoStatus.CHANGED_SINCE and row.changed_at is not None:
        values = {"when": moment_text(row.changed_at), "name": row.changed_by}
        text = _("On %(when)s %(name)s had changed it.") if row.changed_by else _("On %(when)s it had been changed.")
        yield text % values
    if row.reason == api.RIGHT_LOST:
        yield _("Whoever had the import undone lost the right to do so before this row was reached.")
    elif row.reason:
        yield _("The LMS said: %(reason)s") % {"reason": row.reason}
    if row.reference:
        yield _("The site's operator finds more under the reference %(reference)s.") % {"reference": row.reference}
    if row.assignment_kept:
        yield _("The learner's assignment to the certification stayed.")
