"""Which rule decided, and which branch of it, by name (import-rules.md §4)."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cert_completion_hooks.types import CertificationRef, CertificationState
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin import labels
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.issues import PROBLEMS, Code
from cert_completion_plugin.core.options import ImportAction
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story import DecisionStep, EvidenceStep, Story
from cert_completion_plugin.telling.story.words import day_text, names_text, record_text

_BRANCHES: Mapping[Ground, Any] = {
    Ground.NONE_OR_EXPIRED: gettext_lazy("the learner has no valid record"),
    Ground.OLDER: gettext_lazy("the learner is certified, and the row is older"),
    Ground.NEWER: gettext_lazy("the learner is certified, and the row is newer"),
    Ground.CONTRADICTORY: gettext_lazy("the learner's record contradicts itself"),
    Ground.FOLLOWING: gettext_lazy("another row of the file is newer"),
    Ground.HELD_BY_CURRENT: gettext_lazy("the completion is on record already"),
    Ground.HELD_BY_MOVED: gettext_lazy("the completion is on record already"),
    Ground.HELD_BY_HISTORY: gettext_lazy("the completion is on record already"),
    Ground.DUPLICATE: gettext_lazy("the same completion stands on another line"),
    Ground.NEW_EVIDENCE: gettext_lazy("no such evidence is on record yet"),
    Ground.HELD_EVIDENCE: gettext_lazy("the evidence is on record already"),
}
_WHY: Mapping[Ground, Any] = {
    Ground.HELD_BY_CURRENT: gettext_lazy("The learner's current record has this completion date."),
    Ground.HELD_BY_MOVED: gettext_lazy(
        "The record that this import moves to the learner's history has this completion date."
    ),
    Ground.HELD_BY_HISTORY: gettext_lazy("A record in the learner's history has this completion date."),
    Ground.CONTRADICTORY: gettext_lazy(
        "The dates of the learner's current record cannot be true together, so the row was not compared with it."
    ),
    Ground.OLDER: gettext_lazy("The row's completion date is not later than that of the current record."),
    Ground.NEWER: gettext_lazy("The row's completion date is later than that of the current record."),
}
_THEREFORE: Mapping[Outcome, Any] = {
    Outcome.CERTIFIED: gettext_lazy("So the row becomes the learner's current record."),
    Outcome.RENEWED: gettext_lazy("So the row becomes the current record, and the former one goes to history."),
    Outcome.HISTORY: gettext_lazy("So the row goes to the learner's history; the current record stays as it is."),
    Outcome.EVIDENCE: gettext_lazy("So the row becomes an evidence item."),
    Outcome.ALREADY_HELD: gettext_lazy("So there is nothing to write."),
    Outcome.DUPLICATE: gettext_lazy("So there is nothing to write for this line."),
}


def decision_texts(story: Story, as_of: date | None) -> Iterator[str]:
    if story.decision is not None:
        yield from _of_certification(story.decision, as_of)
    elif story.evidence is not None:
        yield from _of_evidence(story.evidence)
    else:
        yield _undecided(story)


def _undecided(story: Story) -> str:
    if problems := sum(issue.code in PROBLEMS for issue in story.issues):
        return ngettext(
            "Rule “A row with a problem is not imported”: it has %(count)s problem, which is told above.",
            "Rule “A row with a problem is not imported”: it has %(count)s problems, which are told above.",
            problems,
        ) % {"count": problems}
    if any(issue.code is Code.CERTIFICATION_MISCONFIGURED for issue in story.issues):
        return _(
            "Rule “No dates, no record”: the certification's own rule gives no dates, so none of its rows is written."
        )
    if story.outcome is None:
        return _("The row has not been decided yet.")
    nobody_looked = story.learner is None
    if nobody_looked and story.outcome is Outcome.CANCELLED:
        return _("Nothing was decided: the import was cancelled first.")
    if nobody_looked and story.outcome is Outcome.FAILED:
        return _("Nothing could be decided: the work on this row failed.")
    return _("An older version of this site decided the row, and did not keep which rule it followed.")


def _of_certification(step: DecisionStep, as_of: date | None) -> Iterator[str]:
    yield _rule(labels.value_text("import_action", step.action), _BRANCHES[step.ground])
    yield _held(step, as_of)
    if step.leading_line is not None and step.ground is not Ground.DUPLICATE:
        text = _("Line %(line)s leads: it has the newest completion of this learner and certification in the file.")
        yield text % {"line": step.leading_line}
    elif step.ground in (Ground.NONE_OR_EXPIRED, Ground.OLDER, Ground.NEWER, Ground.CONTRADICTORY):
        yield _("The row is the newest of this learner and certification in the file, so it leads.")
    if step.ground is Ground.DUPLICATE:
        yield _repeats(step.repeats_line)
    elif why := _WHY.get(step.ground):
        yield str(why)
    if _is_spent(step, as_of):
        yield _("That record has expired, and a completion that has expired does not certify again.")
    yield from _because_of_action(step)
    yield _therefore(step)


def _rule(rule: Any, branch: Any) -> str:
    return _("Rule “%(rule)s”, branch “%(branch)s”.") % {"rule": rule, "branch": branch}


def _held(step: DecisionStep, as_of: date | None) -> str:
    day = day_text(as_of)
    if step.current is None:
        return _("On %(day)s, when the row was decided, the learner had no current record of the certification.") % {
            "day": day
        }
    return _("On %(day)s, when the row was decided, the learner's current record was: %(record)s. %(state)s") % {
        "day": day,
        "record": record_text(step.current),
        "state": _STATES[step.state],
    }


def _is_spent(step: DecisionStep, as_of: date | None) -> bool:
    """Whether a leading row would have certified if a record of the history that has expired did not bar it."""
    if step.ground is not Ground.HELD_BY_HISTORY or step.leading_line is not None or as_of is None:
        return False
    certifies = step.action is not ImportAction.SAVE_TO_HISTORY
    holds_nothing = step.state in (CertificationState.NONE, CertificationState.EXPIRED)
    return certifies and holds_nothing and any(day and day <= as_of for day in step.held_expiries)


_STATES: Mapping[CertificationState, Any] = {
    CertificationState.NONE: gettext_lazy("By it the learner was not certified."),
    CertificationState.CERTIFIED: gettext_lazy("By it the learner was certified."),
    CertificationState.WINDOW_OPEN: gettext_lazy(
        "By it the learner was certified, and the recertification window was open."
    ),
    CertificationState.EXPIRED: gettext_lazy("It had expired."),
}


def _because_of_action(step: DecisionStep) -> Iterator[str]:
    """What the action says where another one would have decided otherwise."""
    leads = step.ground in (Ground.NONE_OR_EXPIRED, Ground.NEWER, Ground.CONTRADICTORY)
    if leads and step.decided is Outcome.HISTORY:
        if step.action is ImportAction.SAVE_TO_HISTORY:
            yield _("The import was to save to history only; nobody's current record changes.")
        else:
            yield _("The import was to certify only learners who are not certified.")


def _therefore(step: DecisionStep) -> str:
    if step.decided is Outcome.RENEWED and step.former is None:
        return _("So the row becomes the learner's current record, in place of the former one.")
    return str(_THEREFORE[step.decided])


def _repeats(line: int | None) -> str:
    if line is None:
        return _("Another line has the same learner, certification and completion date, and comes first.")
    return _("Line %(line)s has the same learner, certification and completion date, and comes first.") % {"line": line}


def _of_evidence(step: EvidenceStep) -> Iterator[str]:
    yield _rule(labels.value_text("unknown_certification", "create_evidence"), _BRANCHES[step.ground])
    key = step.key
    names = names_text(CertificationRef(key.short_name, key.id_number))
    if step.ground is Ground.DUPLICATE:
        yield _repeats(step.repeats_line)
    elif step.ground is Ground.HELD_EVIDENCE:
        yield _("The learner has evidence of %(names)s, completed %(day)s, already.") % {
            "names": names,
            "day": day_text(key.completed),
        }
    else:
        yield _("The learner has no evidence of %(names)s, completed %(day)s, yet.") % {
            "names": names,
            "day": day_text(key.completed),
        }
    yield str(_THEREFORE[step.decided])
