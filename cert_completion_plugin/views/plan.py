"""The plan of an import: what would become of every row, and the decision that is asked for."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from cert_completion_plugin import api
from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.options import UnknownCertification
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.thresholds import ThresholdCheck
from cert_completion_plugin.forms import ApprovalForm, ConfirmForm, describe
from cert_completion_plugin.reports import PROBLEMS
from cert_completion_plugin.telling import gone
from cert_completion_plugin.telling.approving import LIMITS, blocking_text
from cert_completion_plugin.telling.messages import foreseen_texts
from cert_completion_plugin.telling.numbers import grouped, percent
from cert_completion_plugin.telling.sentences import will_do
from cert_completion_plugin.views import downloads, rows_table
from cert_completion_plugin.views.access import ImportPage

MOST_CERTIFICATIONS = 10


class PlanView(ImportPage, TemplateView):
    """One plan of an import at an address of its own, to be read only."""

    template_name = "cert_completion_plugin/old_plan.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.found()
        plan = api.plan_summary(self.request.user, batch, self.kwargs["plan"])
        if plan is None:
            raise Http404(_("There is no such plan."))
        context = super().get_context_data(
            batch=batch,
            fate=_fate(batch, plan),
            deleted_notes=gone.notes(batch),
            **shown(self.request, batch, plan),
        )
        values = {"number": plan.number, "file": batch.file_name}
        context["title"] = _("Plan %(number)s of the import of %(file)s") % values
        return context


def context(request: HttpRequest, batch: api.Batch) -> dict[str, Any]:
    """What `plan.html` is given, for an import that waits for approval."""
    plan = api.plan_summary(request.user, batch)
    if plan is None:
        return {}
    found = shown(request, batch, plan) | {
        "approval_form": ApprovalForm(plan=plan),
        "confirm_form": ConfirmForm(plan=plan),
        "may_decide": api.may(request.user, api.PERMISSION_APPROVE, batch),
        "may_approve": api.may_approve(request.user, batch),
        "days_old": api.days_since(plan),
        "blocking_text": blocking_text(plan),
        "button_text": _button_text(plan),
    }
    describe(found["approval_form"])
    return found


def shown(request: HttpRequest, batch: api.Batch, plan: api.Plan) -> dict[str, Any]:
    """What a plan says, whether it is the present one or not."""
    table = rows_table.table(request, batch, api.Phase.PLANNED, plan.number, counts=plan.counts)
    tiles = [{**tile, "meaning": str(_MEANINGS[tile["outcome"]])} for tile in table["tiles"]]
    return {
        "plan": plan,
        "table": {**table, "tiles": tiles},
        "sentence": will_do(plan.counts["outcomes"]),
        "consequences": _consequences(plan),
        "message_texts": foreseen_texts(batch, plan),
        "certifications": [_certification(each) for each in plan.certifications[:MOST_CERTIFICATIONS]],
        "more_certifications": max(0, plan.certifications_in_all - MOST_CERTIFICATIONS),
        "thresholds": [_threshold(check) for check in plan.thresholds],
        "close_matches": _close_matches(plan),
        "confirming_text": _confirming_text(batch),
        "more_close_matches": plan.close_matches_in_all - len(plan.close_matches),
        "problem_groups": rows_table.problem_groups(plan.counts),
        "warning_groups": rows_table.warning_groups(plan.counts),
        "problem_files": _problem_files(request.user, batch, plan),
        "other_plans": [number for number in api.plan_numbers(batch) if number != plan.number],
    }


_MEANINGS: Mapping[str, Any] = {
    Outcome.CERTIFIED: gettext_lazy("become the learner's current record"),
    Outcome.RENEWED: gettext_lazy("become the current record; the former one goes to history"),
    Outcome.HISTORY: gettext_lazy("are added to the learner's history"),
    Outcome.EVIDENCE: gettext_lazy("become an evidence item"),
    Outcome.ALREADY_HELD: gettext_lazy("are held already; nothing is recorded"),
    Outcome.DUPLICATE: gettext_lazy("are equal to another row of the file; nothing is recorded"),
    Outcome.REJECTED: gettext_lazy("are left out; each row says what to correct"),
    Outcome.FAILED: gettext_lazy("are left out; the plan may be made anew later"),
    Outcome.CANCELLED: gettext_lazy("are left out"),
    Outcome.DRIFTED: gettext_lazy("are left out"),
}


def _consequences(plan: api.Plan) -> list[dict[str, Any]]:
    """What recording would change, beyond adding to histories; each with the address of its rows."""
    outcomes, issues = plan.counts["outcomes"], plan.counts["issues"]
    certified, renewed = outcomes.get(Outcome.CERTIFIED, 0), outcomes.get(Outcome.RENEWED, 0)
    expired = issues.get(Code.EXPIRES_IN_PAST, 0)
    found = []
    if certified:
        text = ngettext(
            "%(rows)s certification of a learner becomes valid.",
            "%(rows)s certifications of learners become valid.",
            certified,
        )
        found.append((text, certified, f"?outcome={Outcome.CERTIFIED}"))
    if renewed:
        text = ngettext(
            "%(rows)s current record is overwritten; the former one goes to the learner's history.",
            "%(rows)s current records are overwritten; the former ones go to the learners' histories.",
            renewed,
        )
        found.append((text, renewed, f"?outcome={Outcome.RENEWED}"))
    if expired:
        text = ngettext(
            "%(rows)s of these records has an expiry date that is past already, so the learner is expired at once.",
            "%(rows)s of these records have an expiry date that is past already, so the learners are expired at once.",
            expired,
        )
        found.append((text, expired, f"?problem={Code.EXPIRES_IN_PAST}"))
    return [
        {"text": text % {"rows": grouped(rows)}, "address": f"{address}#{rows_table.PLACE}"}
        for text, rows, address in found
    ]


def _certification(each: Any) -> dict[str, Any]:
    return {
        "short_name": each.short_name,
        "id_number": each.id_number,
        **{name: grouped(each.outcomes.get(name, 0)) for name in (Outcome.CERTIFIED, Outcome.RENEWED, Outcome.HISTORY)},
    }


def _threshold(check: ThresholdCheck) -> dict[str, Any]:
    return {
        "name": str(LIMITS[check.name]),
        "limit": percent(check.limit),
        "share": percent(check.rows / check.of if check.of else 0),
        "rows": grouped(check.rows),
        "is_broken": check.is_broken,
    }


def _close_matches(plan: api.Plan) -> list[dict[str, Any]]:
    return [
        {
            "value": each.value,
            "rows": grouped(each.rows),
            "line": str(each.line),
            "certification": each.certification or _("one that the uploader may not use"),
        }
        for each in plan.close_matches
    ]


def _confirming_text(batch: api.Batch) -> str:
    """What becomes of rows whose certification is confirmed as another one."""
    if batch.options.unknown_certification is UnknownCertification.CREATE_EVIDENCE:
        return _("Rows of the names that you tick become evidence items, because this site has no such certification.")
    return _(
        "Rows of the names that you tick are then left out as unknown certifications: “Ignore” was chosen for those."
    )


def _problem_files(user: api.User, batch: api.Batch, plan: api.Plan) -> list[dict[str, str]]:
    """Where the rows with problems can be had, to be corrected by themselves; nowhere if the others wait for them."""
    if plan.blocking or batch.rows_deleted_at is not None:
        return []
    rows = sum(plan.counts["outcomes"].get(outcome, 0) for outcome in rows_table.PROBLEM_OUTCOMES)
    if not rows or not api.may(user, api.PERMISSION_VIEW_PERSONAL_DATA, batch):
        return []
    formats = ("xlsx", "csv") if rows <= api.MOST_ROWS_AT_ONCE else ("csv",)
    return [
        {"format": name.upper(), "address": f"{downloads.address(batch, PROBLEMS, name)}?plan={plan.number}"}
        for name in formats
    ]


def _button_text(plan: api.Plan) -> str:
    if not plan.writes:
        return _("Finish: there is nothing to record")
    return ngettext("Record %(rows)s row", "Record %(rows)s rows", plan.writes) % {"rows": grouped(plan.writes)}


def _fate(batch: api.Batch, plan: api.Plan) -> str:
    """What became of a plan that is looked at by itself."""
    if plan.number < batch.plan:
        return _("This plan was replaced by a newer one; nothing of it was recorded.")
    if batch.is_approved:
        return _("This plan was approved by %(name)s. What became of its rows stands in the report.") % {
            "name": batch.approved_by_name
        }
    if batch.state is api.BatchState.AWAITING_APPROVAL:
        return _("This plan waits for approval.")
    return _("This plan was discarded; nothing of it was recorded.")
