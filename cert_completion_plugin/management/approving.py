"""Approving a plan from the command line."""

from django.contrib.auth.base_user import AbstractBaseUser

from cert_completion_plugin import api
from cert_completion_plugin.telling.approving import REFUSALS, not_waiting, refusal_text


def approved(user: AbstractBaseUser, batch: api.Batch, *, accept_limits: bool, plan: int | None = None) -> str:
    """Approve the plan of an import; "" if that was done, else why it was not and what to do."""
    number = batch.plan if plan is None else plan
    approval = api.approve(user, batch, plan=number, accept_broken=accept_limits)
    if approval.is_given:
        return ""
    if approval.verdict is api.Verdict.BROKEN:
        return "Nothing was recorded: the plan exceeds limits of this site. Look at it; --accept-limits approves it."
    if approval.verdict in REFUSALS:
        return refusal_text(approval)
    if approval.verdict is api.Verdict.OUTDATED:
        return "Nothing was recorded: this is not the present plan, which was made anew. Look at that one first."
    return not_waiting(api.find(user, batch.reference) or batch)
