"""The words for approving a plan: what stands in its way, and why it was not approved."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cert_completion_plugin import api
from cert_completion_plugin.telling.numbers import grouped, percent

LIMITS: Mapping[str, Any] = {
    "problem_rows": gettext_lazy("Rows with problems"),
    "unknown_learners": gettext_lazy("Rows of unknown learners"),
    "overwritten": gettext_lazy("Current records overwritten"),
    "expired_at_once": gettext_lazy("Records expired at once"),
}


def blocking_text(plan: api.Plan) -> str:
    """Which rows have `all_or_nothing` hold back all others; "" if none do."""
    if not plan.blocking:
        return ""
    return ngettext(
        "“All or nothing” was chosen, and %(rows)s row has a problem (line %(line)s), so nothing can be recorded. "
        "Correct it, discard this import and upload the file again.",
        "“All or nothing” was chosen, and %(rows)s rows have problems (the first on line %(line)s), so nothing can be "
        "recorded. Correct them, discard this import and upload the file again.",
        plan.blocking["rows"],
    ) % {"rows": grouped(plan.blocking["rows"]), "line": plan.blocking["line"]}


def broken_texts(plan: api.Plan) -> Iterator[str]:
    """The limits of the site that a plan exceeds."""
    for check in plan.broken:
        yield _("A limit of this site is exceeded: %(name)s, %(share)s of at most %(limit)s (%(rows)s rows).") % {
            "name": LIMITS[check.name],
            "share": percent(check.rows / check.of if check.of else 0),
            "limit": percent(check.limit),
            "rows": grouped(check.rows),
        }


OUTDATED = gettext_lazy(
    "The plan was made anew meanwhile. This page shows where the import stands now; look at it before you decide."
)
REFUSALS: Mapping[str, Any] = {
    api.Verdict.BROKEN: gettext_lazy("A limit of this site is exceeded. Tick that you have seen it, or discard."),
    api.Verdict.RULES_CHANGED: gettext_lazy(
        "Nothing was recorded: since the plan was made, the recertification rule of %(names)s has changed, so the "
        "dates of the plan are no longer right. Make the plan anew, and look at it again."
    ),
    api.Verdict.HOST_AWAY: gettext_lazy(
        "Nothing was recorded: the LMS cannot answer just now. Try again in a few minutes; if it lasts, tell the "
        "site's operator the reference %(reference)s."
    ),
}


def refusal_text(approval: api.Approval) -> str:
    """Why a plan was not approved, and what to do."""
    return str(REFUSALS[approval.verdict]) % _particulars(approval)


def _particulars(approval: api.Approval) -> dict[str, str]:
    shown = list(approval.certifications[:5])
    if (more := len(approval.certifications) - len(shown)) > 0:
        shown.append(_("%(number)s more") % {"number": more})
    return {"names": get_text_list(shown, _("and")), "reference": approval.reference}


def not_waiting(batch: api.Batch) -> str:
    if batch.is_approved:
        return _("The plan was approved already, by %(name)s.") % {"name": batch.approved_by_name}
    if batch.cancelled_at:
        return _("The import was discarded or cancelled already, by %(name)s.") % {"name": batch.cancelled_by_name}
    return _("The import does not wait for approval.")
