"""Whether it is still so today."""

from collections.abc import Iterator, Mapping
from typing import Any

from cert_completion_hooks.types import CertificationState
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin import api
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story import Present, Standing
from cert_completion_plugin.telling.story.words import day_text, moment_text, record_text

_STANDINGS: Mapping[Standing, Any] = {
    Standing.CURRENT: gettext_lazy("Yes: the record is as it was written, and it is the learner's current one."),
    Standing.IN_HISTORY: gettext_lazy("Yes: the record is as it was written, in the learner's history."),
    Standing.EVIDENCE: gettext_lazy("Yes: the evidence item is as it was written."),
    Standing.REPLACED: gettext_lazy(
        "Not quite: the record is as it was written, but it is in the learner's history now. Another one is current."
    ),
    Standing.CHANGED: gettext_lazy("No: what this row wrote has been changed since."),
    Standing.GONE: gettext_lazy("No: what this row wrote is not there any more."),
    Standing.NOT_KEPT: gettext_lazy("This site keeps no history of completions, so it cannot tell."),
    Standing.HELD: gettext_lazy("Yes: the completion is still on record."),
    Standing.NOT_HELD: gettext_lazy(
        "No: the completion is not on record any more. Uploading the row again would write it."
    ),
    Standing.NOTHING_WRITTEN: gettext_lazy(
        "This row wrote nothing. What the learner holds today does not come from it."
    ),
}
_UNDONE: Mapping[Standing, Any] = {
    Standing.GONE: gettext_lazy("The import was undone: what this row wrote is not there any more."),
    Standing.NOT_KEPT: gettext_lazy("The import was undone."),
}
_STATES: Mapping[CertificationState, Any] = {
    CertificationState.NONE: gettext_lazy("Today, %(day)s, the learner is not certified."),
    CertificationState.CERTIFIED: gettext_lazy("Today, %(day)s, the learner is certified."),
    CertificationState.WINDOW_OPEN: gettext_lazy(
        "Today, %(day)s, the learner is certified, and the recertification window is open."
    ),
    CertificationState.EXPIRED: gettext_lazy("Today, %(day)s, the learner's certification has expired."),
}


def heading_of(account: api.Account) -> str:
    decision = account.written
    if decision is not None and (decision.outcome.writes or decision.outcome is Outcome.ALREADY_HELD):
        return _("Is it still so today?")
    return _("What the learner holds today")


def today_texts(account: api.Account) -> Iterator[str]:
    """How it stands today; nothing where the host has nothing to say about the row."""
    if account.could_not_tell:
        yield _("The LMS cannot tell just now. Come back later: nothing of the above depends on it.")
    elif account.present is not None:
        yield from _present(account, account.present)


def _present(account: api.Account, present: Present) -> Iterator[str]:
    if account.written is None:
        yield _("This is what the learner holds today; nothing of it comes from this row yet.")
    else:
        undone = _UNDONE.get(present.standing) if account.undone is not None else None
        yield str(undone or _STANDINGS[present.standing])
    if present.state is not None:
        yield str(_STATES[present.state]) % {"day": day_text(account.today)}
    if present.standing is Standing.CHANGED and present.record is not None:
        yield _("The record of this row now: %(record)s.") % {"record": record_text(present.record)}
    if _is_another(present):
        assert present.current is not None
        yield _("The learner's current record: %(record)s.") % {"record": record_text(present.current)}
    if _tells_who(account, present):
        yield _changed(present)


def current_origin(user: api.User, account: api.Account) -> tuple[api.Batch, int] | None:
    """The import and line from which the learner's current record comes, if it is told and is another row's."""
    present = account.present
    if present is None or present.current is None or not _is_another(present):
        return None
    return api.origin(user, present.current.row_key) if present.current.row_key else None


def _is_another(present: Present) -> bool:
    """Whether the learner has a current record that is not the row's own."""
    return present.current is not None and present.current != present.record


def _tells_who(account: api.Account, present: Present) -> bool:
    """Somebody changed something that the story did not tell of yet."""
    if account.written is None or present.changed_at is None:
        return False
    differs = (Standing.CHANGED, Standing.GONE, Standing.REPLACED, Standing.NOT_HELD)
    return present.standing in differs or account.written.outcome is Outcome.DRIFTED


def _changed(present: Present) -> str:
    values = {"when": moment_text(present.changed_at), "name": present.changed_by}
    if present.changed_by:
        return _("On %(when)s %(name)s changed the learner's records of this certification last.") % values
    return _("On %(when)s the learner's records of this certification were changed last.") % values
