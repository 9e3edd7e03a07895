"""Whom and which certification we looked for, and what was found."""

from collections.abc import Collection, Iterator

from cert_completion_hooks.types import LearnerStatus
from django.utils.translation import gettext as _

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story import CertificationStep, LearnerStep, Story
from cert_completion_plugin.telling.story.words import listed, names_text


def learner_texts(story: Story) -> Iterator[str]:
    step = story.learner
    if step is None:
        yield from _nobody_asked(story, _no_username(story))
    elif step.problem is not None:
        yield _learner_problem(step, step.problem)
    else:
        yield _("We looked for the learner “%(name)s” and found one.") % {"name": step.asked}
        if step.status is LearnerStatus.SUSPENDED:
            yield _("The account is suspended. That does not stop a row.")


def _no_username(story: Story) -> str:
    match _first_code(story, Code.USERNAME_BLANK, Code.VALUE_TOO_LONG, Code.VALUE_UNPRINTABLE, column="username"):
        case Code.USERNAME_BLANK:
            return _("The row names no learner, so nobody was looked for.")
        case None:
            return ""
        case _:
            return _("The username cannot be one, so nobody was looked for.")


def _learner_problem(step: LearnerStep, problem: Issue) -> str:
    if problem.code is Code.LEARNER_AMBIGUOUS:
        text = _("We looked for the learner “%(name)s” and found more than one, so we could not tell who is meant.")
    else:
        text = _("We looked for a learner whose username is exactly “%(name)s” and found nobody.")
    return text % {"name": step.asked}


def certification_texts(story: Story, confirmed: Collection[str]) -> Iterator[str]:
    """`confirmed`: the names of which somebody said that they really are other certifications'."""
    step = story.certification
    if step is None:
        yield from _nobody_asked(story, _no_certification(story))
        return
    yield _("We looked for this certification: %(names)s.") % {"names": names_text(step.asked)}
    is_doubted = step.problem is not None and step.problem.code is Code.CERTIFICATION_CLOSE_MATCH
    if not step.key and not is_doubted and (name := next((name for name in step.asked if name in confirmed), "")):
        text = _("Somebody confirmed that “%(name)s” really is another certification than those whose names are close.")
        yield text % {"name": name}
    if step.problem is not None:
        yield _certification_problem(step, step.problem)
    elif step.key:
        yield from _found(step)
    elif story.evidence is not None or _first_code(story, Code.EVIDENCE_FIELD_INVALID):
        yield _("This site has no such certification, and the import was to create evidence for those.")
    else:
        yield _("This site has no such certification.")


def _no_certification(story: Story) -> str:
    if _first_code(story, Code.CERTIFICATION_BLANK):
        return _("The row names no certification, so none was looked for.")
    wrong = Code.VALUE_TOO_LONG, Code.VALUE_UNPRINTABLE
    if any(_first_code(story, *wrong, column=name) for name in ("certificationshortname", "certificationidnumber")):
        return _("What names the certification cannot be a name, so none was looked for.")
    return ""


def _found(step: CertificationStep) -> Iterator[str]:
    if step.found is None:
        yield _("It was found.")
    else:
        yield _("We found this one: %(names)s.") % {"names": names_text(step.found)}
    if step.ignoring_case:
        yield _("It differs by upper and lower case; the import was to ignore that.")
    if not step.is_active:
        yield _("It is no longer offered. That does not stop a row.")


def _certification_problem(step: CertificationStep, problem: Issue) -> str:
    details = problem.details
    match problem.code:
        case Code.CERTIFICATION_AMBIGUOUS:
            text = _("More than one fits: %(found)s. We could not tell which is meant.")
            return text % {"found": listed(details.get("candidates", ()))}
        case Code.CERTIFICATION_MISMATCH:
            return _("The short name and the ID number do not belong to one certification.")
        case Code.CERTIFICATION_NOT_ALLOWED:
            return _("It exists, but whoever uploaded the file may not write it.")
        case Code.CERTIFICATION_CLOSE_MATCH if not details.get("nearest"):
            return _(
                "There is none written like that, but one is so close that we did not want to guess. Whoever uploaded "
                "the file may not write that one."
            )
        case Code.CERTIFICATION_CLOSE_MATCH:
            text = _("There is none written like that, but “%(nearest)s” is so close that we did not want to guess.")
            return text % {"nearest": details.get("nearest", "")}
        case _:
            return _("This site has no such certification, and the import was to ignore those.")


def _nobody_asked(story: Story, reason: str) -> Iterator[str]:
    """Why nobody was asked: `reason` if the row gives one, or else what came before it could be."""
    if reason:
        yield reason
    elif _first_code(story, Code.TOO_FEW_CELLS, Code.TOO_MANY_CELLS):
        yield _("The row has another number of cells than the heading line, so nothing in it was looked up.")
    elif story.outcome is Outcome.CANCELLED:
        yield _("The import was cancelled before anybody looked.")
    elif story.outcome is None:
        yield _("Nobody has looked yet.")
    else:
        yield _("The work on this row failed before anybody looked.")


def _first_code(story: Story, *codes: Code, column: str = "") -> Code | None:
    return next(
        (issue.code for issue in story.issues if issue.code in codes and (not column or issue.column == column)), None
    )
