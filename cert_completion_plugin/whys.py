"""Why a row has its outcome, in a few words; the whole story stands on the row's own page."""

from collections.abc import Mapping
from typing import Any

from cert_completion_hooks.types import CertificationState
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision

_AS_CHOSEN = gettext_lazy("Goes to history, as was chosen for this import.")

_WHYS: Mapping[tuple[Ground, Outcome], Any] = {
    (Ground.NONE_OR_EXPIRED, Outcome.CERTIFIED): gettext_lazy("The learner had no valid record."),
    (Ground.NONE_OR_EXPIRED, Outcome.HISTORY): _AS_CHOSEN,
    (Ground.OLDER, Outcome.HISTORY): gettext_lazy("Not newer than the record that was current."),
    (Ground.NEWER, Outcome.RENEWED): gettext_lazy("Newer than the record that was current."),
    (Ground.NEWER, Outcome.HISTORY): _AS_CHOSEN,
    (Ground.CONTRADICTORY, Outcome.RENEWED): gettext_lazy("The current record contradicts itself and is replaced."),
    (Ground.CONTRADICTORY, Outcome.HISTORY): _AS_CHOSEN,
    (Ground.HELD_BY_CURRENT, Outcome.ALREADY_HELD): gettext_lazy("The current record has this completion date."),
    (Ground.HELD_BY_MOVED, Outcome.ALREADY_HELD): gettext_lazy("The record that moves to history has this date."),
    (Ground.HELD_BY_HISTORY, Outcome.ALREADY_HELD): gettext_lazy("The history has this completion date."),
    (Ground.NEW_EVIDENCE, Outcome.EVIDENCE): gettext_lazy("This site has no certification of this name."),
    (Ground.HELD_EVIDENCE, Outcome.ALREADY_HELD): gettext_lazy("The same evidence is there already."),
}


def why(decision: Decision) -> str:
    """Why a row without problems has its outcome; "" where its problems, or the line that it repeats, say it."""
    if decision.is_forgotten:
        return ""
    if decision.outcome is Outcome.DRIFTED:
        return _(
            "The learner's records, or what may be recorded of them, changed after the plan was made, so nothing was "
            "recorded. Look at them, and upload the row again."
        )
    trace = decision.trace
    if trace is None or trace.ground is None:
        return ""
    if trace.ground is Ground.FOLLOWING and decision.outcome is Outcome.HISTORY:
        return _("Line %(line)s has a newer completion of this learner.") % {"line": trace.leading_line}
    if decision.outcome is Outcome.CERTIFIED and trace.state is CertificationState.EXPIRED:
        return _("The learner's certification had expired.")
    return str(_WHYS.get((trace.ground, decision.outcome), ""))
