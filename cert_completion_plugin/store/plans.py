"""Complete plans that wait, or waited, for approval."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from cert_completion_plugin.core.thresholds import ThresholdCheck
from cert_completion_plugin.models import Plan as PlanRow
from cert_completion_plugin.store.values import Batch, CloseMatches, Plan, PlannedCertification, dumps

Rules = dict[str, dict[str, Any]]
"""By the key of each certification its "names" and the "rules", as texts, on which the plan rests."""


def create(batch: Batch, now: datetime, summary: Mapping[str, Any], rules: Rules) -> None:
    """Keep the present plan of an import, of which all portions are planned. `summary`: see `summary_of`."""
    assert batch.as_of is not None
    texts = {"summary": dumps(summary), "rules": dumps(rules)}
    PlanRow.objects.create(batch_id=batch.id, number=batch.plan, as_of=batch.as_of, made_at=now, **texts)


def summary_of(checks: tuple[ThresholdCheck, ...], **facts: Any) -> dict[str, Any]:
    """What `get` reads back, as plain values."""
    return {"thresholds": [asdict(check) for check in checks], **facts}


def get(batch_id: int, number: int) -> Plan | None:
    row = PlanRow.objects.filter(batch_id=batch_id, number=number).defer("rules").first()
    if row is None:
        return None
    plain = json.loads(row.summary)
    return Plan(
        batch_id=row.batch_id,
        number=row.number,
        as_of=row.as_of,
        made_at=row.made_at,
        rows=plain["rows"],
        counts=plain["counts"],
        thresholds=tuple(ThresholdCheck(**check) for check in plain["thresholds"]),
        confirmed=tuple(plain["confirmed"]),
        planned_by=plain["planned_by"],
        blocking=plain["blocking"],
        certifications=tuple(PlannedCertification(**each) for each in plain["certifications"]),
        certifications_in_all=plain["certifications_in_all"],
        close_matches=tuple(CloseMatches(**each) for each in plain["close_matches"]),
        close_matches_in_all=plain["close_matches_in_all"],
        messages=plain.get("messages", {}),
    )


def exists(batch_id: int, number: int) -> bool:
    return PlanRow.objects.filter(batch_id=batch_id, number=number).exists()


def numbers(batch_id: int) -> list[int]:
    """The numbers of the plans of an import that were complete, in order."""
    return list(PlanRow.objects.filter(batch_id=batch_id).order_by("number").values_list("number", flat=True))


def rules(batch_id: int, number: int) -> Rules:
    text = PlanRow.objects.filter(batch_id=batch_id, number=number).values_list("rules", flat=True).first()
    found: Rules = json.loads(text) if text else {}
    return found
