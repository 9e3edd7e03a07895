"""What people decide about an import: answers, plans, the end before its time."""

from collections.abc import Collection

from django.db import transaction

from cert_completion_plugin import batches, tasks
from cert_completion_plugin.api.masking import plan_shown_to
from cert_completion_plugin.api.permissions import (
    PERMISSION_APPROVE,
    PERMISSION_UPLOAD,
    PERMISSION_VIEW_PERSONAL_DATA,
    User,
    check,
    check_approve,
    check_cancel,
    check_seen,
)
from cert_completion_plugin.batches import (
    Approval,
)
from cert_completion_plugin.store import connections, log, plans
from cert_completion_plugin.store.log import Logged
from cert_completion_plugin.store.values import Batch, Plan


def answer(user: User, batch: Batch, *, date_format: str) -> bool:
    """Let an import that asked for its date format go on with this one, such as DD/MM/YYYY.

    Says whether it was still asking; somebody may have been faster. Raises OptionsError for a format that there is not,
    and Denied for those who may not upload.
    """
    check(user, PERMISSION_UPLOAD, batch)
    answered = batches.answer(batch.id, date_format)
    if answered:
        connections.after_commit(tasks.send_next, batch.id)
    return answered


def cancel(user: User, batch: Batch) -> bool:
    """Cancel an import between two portions of work; says whether this call did.

    What was written stays written, with `all_or_nothing` it is taken back; the other rows become `cancelled`. An import
    without portions yet ends at once and keeps no rows. One that has ended, or was cancelled before, stays as it is.
    Raises Denied.
    """
    check_cancel(user, batch)
    with transaction.atomic():
        is_cancelled = batches.cancel(batch.id, user.pk, user.get_username())
        if is_cancelled:
            log.add(batch, user.pk, Logged.CANCELLED)
    if is_cancelled:
        connections.after_commit(tasks.send_next, batch.id)
    return is_cancelled


def plan_summary(user: User, batch: Batch, number: int | None = None) -> Plan | None:
    """What a plan that waits, or waited, for approval would do; the present one unless another `number` is given.

    None if there was no such plan, or if it is not complete. Names out of the file are left out for those who may not
    see personal data. Raises Denied for an import that the user may not see.
    """
    check_seen(user, batch)
    plan = plans.get(batch.id, batch.plan if number is None else number)
    return plan and plan_shown_to(user, plan)


def days_since(plan: Plan) -> int:
    """How many days ago a plan was made, in the site's calendar."""
    return batches.days_since(plan.as_of)


def plan_numbers(batch: Batch) -> list[int]:
    """The numbers of the plans of an import that waited for approval, in order."""
    return plans.numbers(batch.id)


def approve(user: User, batch: Batch, *, plan: int, accept_broken: bool = False) -> Approval:
    """Have the plan with this number written exactly as it stands, if it is the present one and waits for approval.

    `accept_broken` says that thresholds of the site that it breaks are known and taken. What no longer is as it was
    becomes `drifted`. If the rule of a certification has changed, nothing is done: the plan has to be made anew. The
    hosts are asked about that here and now, in bulk. Raises Denied.
    """
    check_approve(user, batch)
    approval = batches.approve(batch.id, user.pk, user.get_username(), plan=plan, accept_broken=accept_broken)
    if approval.is_given:
        connections.after_commit(tasks.send_next, batch.id)
    return approval


def discard(user: User, batch: Batch) -> bool:
    """End an import that waits for approval with nothing written; says whether it still waited.

    Rows that would have been written become `cancelled`. Raises Denied.
    """
    check(user, PERMISSION_APPROVE, batch)
    with transaction.atomic():
        is_discarded = batches.discard(batch.id, user.pk, user.get_username())
        if is_discarded:
            log.add(batch, user.pk, Logged.DISCARDED)
    if is_discarded:
        connections.after_commit(tasks.send_next, batch.id)
    return is_discarded


def plan_anew(user: User, batch: Batch, *, confirmed: Collection[str] = ()) -> bool:
    """Plan an import that waits for approval once more, on today; says whether it still waited with the plan it had.

    `confirmed`: short names and ID numbers of close matches of which somebody says "it really is another
    certification", for all rows with that value, beside those confirmed before. The new plan has the next number, and
    the old one stays readable. Raises Denied; names can be confirmed by those alone who may see them.
    """
    check(user, PERMISSION_APPROVE, batch)
    if confirmed:
        check(user, PERMISSION_VIEW_PERSONAL_DATA, batch)
    begins = batches.plan_anew(batch.id, batch.plan, user.get_username(), confirmed)
    if begins:
        connections.after_commit(tasks.send_next, batch.id)
    return begins
