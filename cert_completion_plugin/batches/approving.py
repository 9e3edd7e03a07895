"""Approving a plan, which is then written as it stands (import-rules.md §6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cert_completion_hooks.types import Actor, Certification, CertificationRef
from django.db import transaction

from cert_completion_plugin.batches import announcing, clock
from cert_completion_plugin.batches.asking import CannotTell, asking
from cert_completion_plugin.batches.facts import NEVER_EXPIRES
from cert_completion_plugin.batches.identity import administrator
from cert_completion_plugin.batches.plans import holding_back_fields
from cert_completion_plugin.batches.present import certifications
from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.gateway import gateway
from cert_completion_plugin.store import batches, log, plans
from cert_completion_plugin.store.traces import rule_as_text
from cert_completion_plugin.store.values import column_text


class Verdict(StrEnum):
    """What came of approving a plan; only with the first anything was done.

    `not_waiting`: the import waits for no approval, or not any more. `outdated`: another plan was made meanwhile.
    `broken`: a threshold of the site is broken, and nobody said that this is taken. `rules_changed`: the rule of a
    certification is no longer what it was, so that the plan has to be made anew. `host_away`: whether it is cannot be
    told now.
    """

    APPROVED = "approved"
    NOT_WAITING = "not_waiting"
    OUTDATED = "outdated"
    BROKEN = "broken"
    RULES_CHANGED = "rules_changed"
    HOST_AWAY = "host_away"


@dataclass(frozen=True, slots=True)
class Approval:
    """What came of approving. `certifications`: the names of those whose rules changed. `reference`: in the log."""

    verdict: Verdict
    certifications: tuple[str, ...] = ()
    reference: str = ""

    @property
    def is_given(self) -> bool:
        return self.verdict is Verdict.APPROVED


def approve(batch_id: int, user_id: Any, username: str, *, plan: int, accept_broken: bool) -> Approval:
    """Have this plan of an import written, if it is the present one and waits; of several approvals one counts.

    The hosts are asked for the rules of all certifications of the plan, in bulk.
    """
    batch = batches.get(batch_id)
    if batch is None or batch.state is not BatchState.AWAITING_APPROVAL:
        return Approval(Verdict.NOT_WAITING)
    kept = plans.get(batch_id, plan)
    if kept is None or batch.plan != plan:
        return Approval(Verdict.OUTDATED)
    if kept.broken and not accept_broken:
        return Approval(Verdict.BROKEN)
    try:
        with asking("rules", batch=batch_id):
            changed = _changed_rules(administrator(user_id, username), plans.rules(batch_id, plan))
    except CannotTell as problem:
        return Approval(Verdict.HOST_AWAY, reference=problem.reference)
    if changed:
        return Approval(Verdict.RULES_CHANGED, tuple(changed))
    now = clock.now()
    who = {"approved_at": now, "approved_by_id": user_id, "approved_by_name": column_text(username, 255)}
    held_back = holding_back_fields(dict(kept.blocking) if kept.blocking else None)
    seen = {"plan": plan, "cancelled_at": None}
    states = [BatchState.AWAITING_APPROVAL]
    with transaction.atomic():
        is_given = batches.move(batch_id, states, BatchState.WRITING, now=now, seen=seen, **who, **held_back)
        if is_given:
            log.add(batch, user_id, log.Logged.APPROVED)
            announcing.approved(batch, user_id, username)
            if held_back:
                announcing.held_back(batch_id, held_back["held_back"])
    if is_given:
        return Approval(Verdict.APPROVED)
    present = batches.get(batch_id)
    waits = present is not None and present.state in (BatchState.PLANNING, BatchState.AWAITING_APPROVAL)
    return Approval(Verdict.OUTDATED if waits else Verdict.NOT_WAITING)


def _changed_rules(approver: Actor, rules: plans.Rules) -> list[str]:
    """The names of certifications whose rule is no longer what it was; one that is gone is told when it is written."""
    names = {key: CertificationRef(*kept["names"]) for key, kept in rules.items()}
    present = certifications(gateway().acting_for(approver), names)
    return sorted(
        _label(*kept["names"])
        for key, kept in rules.items()
        if key in present and kept["rules"] != [_rule_text(present[key])]
    )


def _rule_text(certification: Certification) -> str:
    return NEVER_EXPIRES if certification.rule is None else rule_as_text(certification.rule)


def _label(short_name: str, id_number: str) -> str:
    return f"{short_name} ({id_number})" if short_name and id_number else short_name or id_number
