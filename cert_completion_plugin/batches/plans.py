"""A plan when all its portions are planned: it waits for approval, or is written; and making it anew."""

from collections.abc import Collection
from typing import Any

from cert_completion_hooks.text import normalised
from django.db import transaction

from cert_completion_plugin import conf
from cert_completion_plugin.batches import announcing, clock, facts
from cert_completion_plugin.core.options import CommitPolicy, Options
from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.core.thresholds import ThresholdCheck, checked
from cert_completion_plugin.store import batches, plans, portions
from cert_completion_plugin.store.values import Batch

MOST_SHOWN = 200
"""How many certifications and close names a plan names to people; what it rests on is kept whole."""


def comes_first(options: Options) -> bool:
    """Whether all rows are planned before one is written: all depend on each other, or on somebody's word."""
    return options.review or _is_whole(options) or conf.settings().thresholds.are_set


def _is_whole(options: Options) -> bool:
    return options.commit_policy is CommitPolicy.ALL_OR_NOTHING


def complete(batch: Batch) -> bool:
    """Take an import on of which every portion is planned; says whether this call did.

    `all_or_nothing` is decided on the complete plan (import-rules.md §6). With review it waits for approval, and
    without if a threshold of the site is broken.
    """
    blocking = portions.blocking(batch) if _is_whole(batch.options) else None
    counts = portions.planned_counts(batch)
    checks = checked(conf.settings().thresholds, counts, batch.rows_read)
    if batch.rows_read and (batch.options.review or (not blocking and any(check.is_broken for check in checks))):
        return _wait(batch, counts, checks, blocking)
    return _go_on(batch, counts, holding_back_fields(blocking))


def _go_on(batch: Batch, counts: portions.Counts, held_back: dict[str, Any]) -> bool:
    moved = _move(batch, BatchState.WRITING, **held_back)
    if moved:
        announcing.planned(batch, counts["outcomes"])
        if held_back:
            announcing.held_back(batch.id, held_back["held_back"])
    return moved


def holding_back_fields(blocking: dict[str, int] | None) -> dict[str, Any]:
    """The columns of an import whose plan has rows that hold all others back."""
    return {"held_back": {"phase": "planned", **blocking}} if blocking else {}


def _move(batch: Batch, target: BatchState, **fields: Any) -> bool:
    """From this plan alone: whoever finds it complete too late may find another one in the making."""
    seen = {"cancelled_at": None, "plan": batch.plan}
    return batches.move(batch.id, [BatchState.PLANNING], target, now=clock.now(), seen=seen, **fields)


def _wait(
    batch: Batch, counts: portions.Counts, checks: tuple[ThresholdCheck, ...], blocking: dict[str, int] | None
) -> bool:
    total = facts.nothing()
    for some in portions.all_facts(batch):
        facts.add(total, some)
    certifications = sorted(total["certifications"].items(), key=lambda item: -sum(item[1]["outcomes"].values()))
    recorded = [
        (key, found) for key, found in certifications if any(Outcome(each).writes for each in found["outcomes"])
    ]
    close = sorted(total["close"].items(), key=lambda item: (-item[1]["rows"], item[1]["line"]))
    summary = plans.summary_of(
        checks,
        rows=batch.rows_read,
        counts=counts,
        confirmed=list(confirmed_of(batch)),
        planned_by=batch.answers.get("planned_by", ""),
        blocking=blocking,
        certifications=[_certification(key, found) for key, found in recorded[:MOST_SHOWN]],
        certifications_in_all=len(recorded),
        close_matches=[{"value": value, **found} for value, found in close[:MOST_SHOWN]],
        close_matches_in_all=len(close),
        messages=total["messages"],
    )
    rules = {key: {"names": found["names"], "rules": found["rules"]} for key, found in certifications}
    with transaction.atomic():
        waits = _move(batch, BatchState.AWAITING_APPROVAL)
        if waits:
            plans.create(batch, clock.now(), summary, rules)
            announcing.planned(batch, counts["outcomes"])
            broken = sum(check.is_broken for check in checks)
            announcing.awaits_approval(batch, counts["outcomes"], broken_limits=broken)
    return waits


def _certification(key: str, found: dict[str, Any]) -> dict[str, Any]:
    short_name, id_number = found["names"]
    return {"key": key, "short_name": short_name, "id_number": id_number, "outcomes": found["outcomes"]}


def confirmed_of(batch: Batch) -> tuple[str, ...]:
    """The names of which somebody said that they really are other certifications'."""
    return tuple(batch.answers.get("confirmed", ()))


def plan_anew(batch_id: int, plan: int, username: str, confirmed: Collection[str]) -> bool:
    """Have the rows of an import that waits for approval planned again, with these names confirmed beside the others.

    Says whether it still waited with this `plan`. The old plan stays readable.
    """
    batch = batches.get(batch_id)
    if batch is None or batch.plan != plan:
        return False
    names = dict.fromkeys([*confirmed_of(batch), *filter(None, map(normalised, confirmed))])
    answers = {**batch.answers, "confirmed": list(names), "planned_by": username}
    seen = {"plan": plan, "cancelled_at": None}
    fields: dict[str, Any] = {"plan": plan + 1, "as_of": clock.today(), "answers": answers}
    with transaction.atomic():
        begins = batches.move(
            batch.id, [BatchState.AWAITING_APPROVAL], BatchState.PLANNING, now=clock.now(), seen=seen, **fields
        )
        if begins:
            portions.make(batch.id, plan + 1, portions.runs(batch.id, plan))
            announcing.planned_anew(batch, plan=plan + 1, confirmed=len(names))
    return begins
