"""Signs of life of workers, and of commands that do their work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max

from cert_completion_plugin.models import WorkerSign
from cert_completion_plugin.store.values import column_text, dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """A worker as it was last heard of.

    `started_at` is None, and `queues` and `versions` are empty, where it has not said so itself: a worker process that
    works, and whose main process did not get to the database yet. `processes` is how many portions it works on at a
    time, 0 if that is not known. `is_command`: a command that does the work where no worker runs.
    """

    name: str
    started_at: datetime | None
    seen_at: datetime
    queues: tuple[str, ...]
    processes: int
    versions: Mapping[str, str]
    is_command: bool


def sign(name: str, now: datetime) -> None:
    """A worker works just now."""
    name = column_text(name, 150)
    if not WorkerSign.objects.filter(name=name).update(seen_at=now):
        WorkerSign.objects.bulk_create([WorkerSign(name=name, seen_at=now)], ignore_conflicts=True)


def introduce(name: str, now: datetime, *, started_at: datetime, about: Mapping[str, Any]) -> None:
    """A worker runs, and says what it is."""
    sign(name, now)
    rows = WorkerSign.objects.filter(name=column_text(name, 150))
    rows.update(seen_at=now, started_at=started_at, about=dumps(about))


def forget(name: str) -> None:
    """A worker has stopped."""
    WorkerSign.objects.filter(name=column_text(name, 150)).delete()


def forget_before(moment: datetime) -> None:
    """Forget the workers that were not heard of since then."""
    WorkerSign.objects.filter(seen_at__lt=moment).delete()


def last_sign() -> datetime | None:
    """When a worker last worked; None if none ever did."""
    seen: datetime | None = WorkerSign.objects.aggregate(seen=Max("seen_at"))["seen"]
    return seen


def all_workers() -> list[Worker]:
    """Every worker that was heard of lately, by name."""
    return [_value(row) for row in WorkerSign.objects.order_by("name")]


def _value(row: WorkerSign) -> Worker:
    about = json.loads(row.about)
    return Worker(
        name=row.name,
        started_at=row.started_at,
        seen_at=row.seen_at,
        queues=tuple(about.get("queues", ())),
        processes=about.get("processes", 0),
        versions=about.get("versions", {}),
        is_command=about.get("is_command", False),
    )
