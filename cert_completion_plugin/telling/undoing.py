"""The words for an undo: why there is none, what it would do or did, and what becomes of each row."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin import api
from cert_completion_plugin.telling.queueing import place_text
from cert_completion_plugin.telling.trouble import moment_text, undo_trouble_text

WAITING_IS_LONG = timedelta(minutes=1)

GROUPS = {
    api.UndoStatus.UNDONE: (gettext_lazy("Will be taken back"), gettext_lazy("Taken back")),
    api.UndoStatus.CHANGED_SINCE: (gettext_lazy("Kept: changed since"), gettext_lazy("Kept: changed since")),
    api.UndoStatus.CANNOT: (gettext_lazy("Cannot be undone"), gettext_lazy("Could not be undone")),
}
"""The names of the three groups: in the preview, and once it is done."""

OBSTACLES = {
    api.Obstacle.NOT_OFFERED: gettext_lazy(
        "Imports of this site cannot be undone: the system that keeps its records does not offer it. Correct the "
        "records by hand; the report says which they are."
    ),
    api.Obstacle.NOT_ENDED: gettext_lazy("This import has not ended yet. Cancel it or wait, then come back."),
    api.Obstacle.NOTHING_RECORDED: gettext_lazy("This import recorded nothing, so there is nothing to undo."),
    api.Obstacle.ROWS_DELETED: gettext_lazy(
        "This import can no longer be undone: its rows were deleted when the time was over for which this site keeps "
        "them. Correct the records by hand."
    ),
}


def working(undo: api.Undo, *, with_names: bool) -> dict[str, Any]:
    """What changes from moment to moment, in words; `with_names` of hosts, for those who look after the site."""
    progress, next_try = api.undo_progress(undo), api.undo_waits_until(undo)
    percent = 100 * progress.rows_done // progress.rows if progress.rows else 0
    is_preview = undo.state is api.UndoState.PREVIEWING
    rows = _("%(done)s of %(rows)s rows are looked at.") if is_preview else _("%(done)s of %(rows)s rows are done.")
    place = api.undo_place(undo)
    is_stalled = next_try is None and (place is None or place.comes_next)
    return {
        "percent": percent,
        "texts": {
            "rows": place_text(place) if place else rows % {"done": progress.rows_done, "rows": progress.rows},
            "trouble": undo_trouble_text(undo, next_try, with_names=with_names),
            "stalled": _stalled_text(undo) if is_stalled else "",
        },
        "aloud": _("%(percent)s percent are done.") % {"percent": 25 * (percent // 25)},
    }


def _stalled_text(undo: api.Undo) -> str:
    idle = timezone.now() - api.undo_last_progress(undo)
    if idle < WAITING_IS_LONG:
        return ""
    minutes = int(idle.total_seconds() // 60)
    return ngettext(
        "No worker has picked this up for %(minutes)s minute. Nothing is lost; the undo goes on when a worker runs. If "
        "this lasts, tell the site's operator.",
        "No worker has picked this up for %(minutes)s minutes. Nothing is lost; the undo goes on when a worker runs. "
        "If this lasts, tell the site's operator.",
        minutes,
    ) % {"minutes": minutes}


def summary(counts: Mapping[str, int], *, is_done: bool) -> str:
    """All counts in a few words."""
    found = [(status, counts[status]) for status in GROUPS if counts.get(status)]
    if not found:
        return _("Nothing was left to undo.") if is_done else _("Nothing of this import is left to undo.")
    return " ".join(_counted(status, rows, is_done) for status, rows in found)


def _counted(status: api.UndoStatus, rows: int, is_done: bool) -> str:
    match status, is_done:
        case api.UndoStatus.UNDONE, False:
            text = ngettext("%(rows)s row will be taken back.", "%(rows)s rows will be taken back.", rows)
        case api.UndoStatus.UNDONE, True:
            text = ngettext("%(rows)s row was taken back.", "%(rows)s rows were taken back.", rows)
        case api.UndoStatus.CHANGED_SINCE, False:
            text = ngettext(
                "%(rows)s row was changed since and will be kept.",
                "%(rows)s rows were changed since and will be kept.",
                rows,
            )
        case api.UndoStatus.CHANGED_SINCE, True:
            text = ngettext(
                "%(rows)s row was changed since and was kept.", "%(rows)s rows were changed since and were kept.", rows
            )
        case api.UndoStatus.CANNOT, False:
            text = ngettext("%(rows)s row cannot be undone.", "%(rows)s rows cannot be undone.", rows)
        case _:
            text = ngettext("%(rows)s row could not be undone.", "%(rows)s rows could not be undone.", rows)
    return text % {"rows": rows}


_NEW_RECORD = (
    gettext_lazy("The record is taken away; the learner had none before."),
    gettext_lazy("The record was taken away; the learner had none before."),
)
_FORMER_RECORD = (
    gettext_lazy("The record is taken away, and the former one becomes current again."),
    gettext_lazy("The record was taken away, and the former one became current again."),
)
_HISTORY = (
    gettext_lazy("The completion is taken out of the learner's history."),
    gettext_lazy("The completion was taken out of the learner's history."),
)
_EVIDENCE = (gettext_lazy("The evidence item is taken away."), gettext_lazy("The evidence item was taken away."))
_ASSIGNMENT = (
    gettext_lazy("The assignment that the import made goes with it."),
    gettext_lazy("The assignment that the import made went with it."),
)


def reasons(undo: api.RowUndo, decision: api.Decision, *, is_done: bool) -> list[str]:
    match undo.status:
        case api.UndoStatus.CHANGED_SINCE:
            return [_changed_text(undo)]
        case api.UndoStatus.CANNOT:
            return [_cannot_text(undo)]
    told = [str(_restored(decision)[is_done])]
    if undo.assignment_kept:
        told.append(
            _("The learner stays assigned, because another record stands. Undo that one first, then look again.")
        )
    elif decision.basis is not None and decision.basis.assign and not decision.basis.assigned_before:
        told.append(str(_ASSIGNMENT[is_done]))
    return told


def _restored(decision: api.Decision) -> tuple[Any, Any]:
    """What taking a row back means."""
    if decision.outcome is api.Outcome.EVIDENCE:
        return _EVIDENCE
    if not decision.outcome.becomes_current:
        return _HISTORY
    had_one = decision.basis is not None and decision.basis.current_before is not None
    return _FORMER_RECORD if had_one else _NEW_RECORD


def _changed_text(undo: api.RowUndo) -> str:
    if undo.changed_at is None:
        if undo.changed_by:
            return _("Changed since by %(name)s.") % {"name": undo.changed_by}
        return _("Changed since; the site does not know by whom.")
    values = {"name": undo.changed_by, "time": moment_text(undo.changed_at)}
    if undo.changed_by:
        return _("Changed since by %(name)s (%(time)s).") % values
    return _("Changed since (%(time)s).") % values


def _cannot_text(undo: api.RowUndo) -> str:
    if undo.reason == api.RIGHT_LOST:
        return _("Whoever had the import undone lost the right to do so before this row was reached.")
    if undo.reason:
        return undo.reason
    if undo.reference:
        return _(
            "Something went wrong while this row was worked on. Tell the site's operator the reference %(reference)s."
        ) % {"reference": undo.reference}
    return _("The site cannot take this row back and gave no reason.")
