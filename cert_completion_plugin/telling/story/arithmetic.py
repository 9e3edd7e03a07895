"""The dates of a row with their arithmetic, and the branch of the recertification rule that gave them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cert_completion_hooks.types import Period, PeriodUnit, RecertificationRule, RuleKind
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cert_completion_plugin.core.expiry import Branch, Step, StepKind
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.story import DatesStep, Story
from cert_completion_plugin.telling.story.words import day_text, period_text

_RULES: Mapping[RuleKind, Any] = {
    RuleKind.COMPLETION_DATE: gettext_lazy("completion date"),
    RuleKind.EXPIRY_DATE: gettext_lazy("expiry date"),
    RuleKind.FIXED_EXPIRY_DATE: gettext_lazy("fixed expiry date"),
}
_BRANCHES: Mapping[Branch, Any] = {
    Branch.COMPLETION: gettext_lazy("The expiry is counted from the completion date."),
    Branch.AFTER_EXPIRY: gettext_lazy(
        "The completion lies after the expiry of the record that it renews, so the expiry is counted from the "
        "completion date."
    ),
    Branch.BEFORE_WINDOW: gettext_lazy(
        "The completion lies before the recertification window of the record that it renews, so the expiry stays."
    ),
    Branch.IN_WINDOW: gettext_lazy(
        "The completion lies in the recertification window of the record that it renews, so the expiry is counted from "
        "the expiry of that record."
    ),
    Branch.AFTER_DUE: gettext_lazy(
        "The completion lies after its due date, so the expiry is counted from the completion date."
    ),
    Branch.DUE: gettext_lazy("The due date was kept, so the expiry is counted from the due date."),
    Branch.NO_DUE: gettext_lazy("There is no due date, so the expiry is counted from the completion date."),
    Branch.START_FROM_EXPIRY: gettext_lazy("The fixed dates are counted from the expiry of the record that it renews."),
    Branch.START_FROM_DUE: gettext_lazy("The fixed dates are counted from the due date."),
    Branch.START_FROM_COMPLETION: gettext_lazy(
        "There is neither a record that it renews nor a due date, so the fixed dates are counted from the completion "
        "date."
    ),
}
_FROM_THE_RECORD = frozenset({Branch.BEFORE_WINDOW, Branch.IN_WINDOW, Branch.START_FROM_EXPIRY})
_FROM_DUE = frozenset({Branch.DUE, Branch.START_FROM_DUE})
_KINDS: Mapping[StepKind, Any] = {
    StepKind.HELD_WINDOW: gettext_lazy("The window of the record that it renews opens"),
    StepKind.EARLIEST: gettext_lazy("It has to last at least until"),
    StepKind.TOO_EARLY: gettext_lazy("The fixed date before is too early"),
    StepKind.EXPIRES: gettext_lazy("It expires"),
    StepKind.WINDOW_OPENS: gettext_lazy("Its recertification window opens"),
}


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of arithmetic: what it is for, and the sum in words."""

    name: str
    text: str


def date_texts(story: Story) -> Iterator[str]:
    """What the dates follow from; nothing where no dates were computed."""
    step = story.dates
    if step is None:
        return
    if step.rule is None:
        yield _("Rule “never expires”: records of this certification have neither an expiry nor a window.")
        return
    yield _rule_text(step.rule)
    if step.problem:
        yield _no_dates(step)
        return
    if step.branch is not None:
        yield str(_BRANCHES[step.branch])
    if step.rule.kind is RuleKind.FIXED_EXPIRY_DATE:
        yield _("Of these dates, %(period)s apart, the first that leaves it valid for at least %(minimum)s counts.") % {
            "period": period_text(step.rule.active),
            "minimum": period_text(step.rule.minimum_active),
        }
    if step.due is not None and step.rule.kind is RuleKind.COMPLETION_DATE:
        yield _("Under this rule the due date does not count.")
    if story.outcome is not None and not story.outcome.writes:
        yield _not_written(story)


def _rule_text(rule: RecertificationRule) -> str:
    return _("Rule “%(rule)s”: valid for %(active)s, to be renewed from %(window)s before the expiry on.") % {
        "rule": _RULES[rule.kind],
        "active": period_text(rule.active),
        "window": period_text(rule.window),
    }


def _no_dates(step: DatesStep) -> str:
    if step.problem == "out_of_range":
        return _("The dates would lie outside the years 1 to 9999, so there are none.")
    return _("A certification has to be valid for longer than nothing, so no dates could be worked out.")


def _not_written(story: Story) -> str:
    if story.outcome is Outcome.ALREADY_HELD and story.decision is not None:
        days = sorted({day_text(day) or _("never") for day in story.decision.held_expiries})
        return _("These dates were worked out to compare them; held is the expiry: %(days)s.") % {
            "days": ", ".join(days)
        }
    return _("The row was not written; these are the dates that it would have had.")


def sums(story: Story) -> list[Sum]:
    """The arithmetic, one line for each step."""
    step = story.dates
    if step is None:
        return []
    return [Sum(str(_KINDS[one.kind]), _sum_text(step, one)) for one in step.steps]


def _sum_text(dates: DatesStep, step: Step) -> str:
    start = _start_text(dates, step)
    if step.times == 0:
        return _("%(start)s, as it is") % {"start": start}
    values = {"start": start, "period": _periods_text(step.period, step.times), "result": day_text(step.result)}
    text = _("%(start)s + %(period)s = %(result)s") if step.times > 0 else _("%(start)s − %(period)s = %(result)s")
    told = text % values
    return _("%(sum)s (the last day of that month)") % {"sum": told} if _is_clamped(step) else told


def _periods_text(period: Period, times: int) -> str:
    if abs(times) == 1:
        return period_text(period)
    return _("%(times)s × %(period)s") % {"times": abs(times), "period": period_text(period)}


def _is_clamped(step: Step) -> bool:
    """Whether the month of the result has no such day as that from which it was counted."""
    return step.period.unit in (PeriodUnit.MONTH, PeriodUnit.YEAR) and step.result.day < step.start.day


def _start_text(dates: DatesStep, step: Step) -> str:
    match step.kind:
        case StepKind.WINDOW_OPENS:
            name = _("expiry %(day)s")
        case StepKind.EARLIEST:
            name = _("completed %(day)s")
        case _ if dates.branch in _FROM_THE_RECORD:
            name = _("expiry held %(day)s")
        case _ if dates.branch in _FROM_DUE:
            name = _("due %(day)s")
        case _:
            name = _("completed %(day)s")
    return name % {"day": day_text(step.start)}
