"""The words of the progress page: the phase, how far it is, how fast, how long still, and what keeps it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin import api
from cert_completion_plugin.core.options import CommitPolicy
from cert_completion_plugin.telling.messages import counts_text
from cert_completion_plugin.telling.queueing import place_text
from cert_completion_plugin.telling.times import time_text

WAITING_IS_LONG = timedelta(minutes=1)

_STEPS = {
    api.BatchState.RECEIVED: gettext_lazy("Received"),
    api.BatchState.READING: gettext_lazy("Read"),
    api.BatchState.PLANNING: gettext_lazy("Check"),
    api.BatchState.AWAITING_APPROVAL: gettext_lazy("Approve"),
    api.BatchState.WRITING: gettext_lazy("Record"),
}
_MARKS = {"done": gettext_lazy("(done)"), "now": gettext_lazy("(now)"), "later": ""}


def working(batch: api.Batch) -> dict[str, Any]:
    """The progress of an import that is worked on: `percent` or None, the steps, and texts by their place on the page.

    Nothing is said of pace and time left unless something was done lately. One that waits for its turn says so.
    """
    progress = api.progress(batch)
    percent = _percent(batch, progress)
    place = api.place(batch)
    idle = _idle(batch) if place is None or place.comes_next else None
    phase = _phase_text(batch) if place is None else place_text(place)
    steps = _steps(batch)
    return {
        "percent": percent,
        "steps": [{"label": str(_STEPS[state]), "mark": mark, "name": f"step-{state}"} for state, mark in steps],
        "texts": {
            "phase": phase,
            "rows": _rows_text(batch, progress),
            "pace": "" if idle else _pace_text(batch, progress),
            "stalled": _stalled_text(idle) if idle else "",
            "messages": counts_text(api.message_counts(batch)),
            "health": " ".join(_health_texts()) if idle else "",
            **{f"step-{state}": str(_MARKS[mark]) for state, mark in steps},
        },
        "marks": {f"step-{state}": mark for state, mark in steps},
        "aloud": _aloud(phase, percent, idle),
    }


def _percent(batch: api.Batch, progress: api.Progress) -> int | None:
    if batch.state is api.BatchState.READING:
        share = api.share_read(batch)
        return None if share is None else int(100 * share)
    return 100 * progress.rows_done // batch.rows_read if batch.rows_read and progress.portions else None


def _idle(batch: api.Batch) -> timedelta | None:
    """For how long nothing has happened, if that is long and not because a host asked to wait."""
    idle = timezone.now() - api.last_progress(batch)
    return idle if idle >= WAITING_IS_LONG and api.waits_until(batch) is None else None


def _steps(batch: api.Batch) -> list[tuple[api.BatchState, str]]:
    """The steps of this import, each with "done", "now" or "later"."""
    options = batch.options
    left_out = set() if options.review else {api.BatchState.AWAITING_APPROVAL}
    if not options.review and options.commit_policy is not CommitPolicy.ALL_OR_NOTHING:
        left_out.add(api.BatchState.PLANNING)
    states = [state for state in _STEPS if state not in left_out]
    here = states.index(batch.state) if batch.state in states else len(states) - 1
    return [
        (state, "now" if index == here else "done" if index < here else "later") for index, state in enumerate(states)
    ]


def _phase_text(batch: api.Batch) -> str:
    if batch.cancelled_at and batch.state is not api.BatchState.READING:
        return _("The import is being cancelled.")
    if batch.state is api.BatchState.RECEIVED:
        return _("The file was received and waits for a worker.")
    if batch.state is api.BatchState.READING:
        return _("Reading the file.")
    if batch.held_back:
        return _("“All or nothing” was chosen and rows have problems, so nothing of the file is imported.")
    if batch.state is api.BatchState.PLANNING:
        return _("Checking every row before anything is written.")
    return _("Recording the completions.")


def _rows_text(batch: api.Batch, progress: api.Progress) -> str:
    if batch.state is api.BatchState.RECEIVED:
        return ""
    if batch.state is api.BatchState.READING:
        text = ngettext("%(rows)s row so far.", "%(rows)s rows so far.", batch.rows_read)
        return text % {"rows": _grouped(batch.rows_read)}
    done, rows = _grouped(progress.rows_done), _grouped(batch.rows_read)
    return _("%(done)s of %(rows)s rows are done.") % {"done": done, "rows": rows}


def _pace_text(batch: api.Batch, progress: api.Progress) -> str:
    if not progress.portions:
        return ""
    pace = api.pace(batch)
    left = pace.seconds_for(batch.rows_read - progress.rows_done)
    if left is None:
        return ""
    a_minute = _grouped(_about(60 * pace.rows / pace.seconds))
    return _("About %(number)s rows a minute; %(left)s.") % {"number": a_minute, "left": _left_text(left)}


def _about(number: float) -> int:
    """A number of which two digits count."""
    whole = round(number)
    return round(whole, min(0, 2 - len(str(whole))))


def _left_text(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("less than a minute left")
    if minutes < 90:
        return ngettext("about %(number)s minute left", "about %(number)s minutes left", minutes) % {"number": minutes}
    hours = round(minutes / 60)
    return ngettext("about %(number)s hour left", "about %(number)s hours left", hours) % {"number": hours}


def _stalled_text(idle: timedelta) -> str:
    return _(
        "No worker has picked this up for %(time)s. Your file is safe; the import goes on when a worker runs. If this "
        "lasts, tell the site's operator."
    ) % {"time": time_text(idle)}


def _health_texts() -> Iterator[str]:
    """What the site's operator will want to know."""
    health = api.health()
    if health.broker_answers:
        yield _("The message broker can be reached.")
    else:
        yield _("The message broker cannot be reached, so that no worker hears of new work.")
    if health.worker_seen is None:
        yield _("No worker was ever seen.")
    else:
        yield _("A worker was last seen %(time)s ago.") % {"time": time_text(_since(health.worker_seen))}
    if health.waiting_since is not None:
        yield _("The oldest work has waited for %(time)s.") % {"time": time_text(_since(health.waiting_since))}


def _since(moment: datetime) -> timedelta:
    return timezone.now() - moment


def _aloud(phase: str, percent: int | None, idle: timedelta | None) -> str:
    """What a screen reader says when it changes: seldom enough to be borne."""
    if idle:
        return _("Nothing has happened for a while.")
    if percent is None:
        return phase
    return _("%(phase)s About %(percent)s per cent done.") % {"phase": phase, "percent": 10 * (percent // 10)}


def _grouped(number: int) -> str:
    return str(number_format(number, force_grouping=True))
