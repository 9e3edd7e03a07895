"""When a worker last gave a sign of life."""

from datetime import datetime

from cert_completion_plugin.models import WorkerSign

_ONLY = 1


def sign(now: datetime) -> None:
    """A worker works just now."""
    if not WorkerSign.objects.filter(pk=_ONLY).update(seen_at=now):
        WorkerSign.objects.bulk_create([WorkerSign(pk=_ONLY, seen_at=now)], ignore_conflicts=True)


def last_sign() -> datetime | None:
    """When a worker last worked; None if none ever did."""
    return WorkerSign.objects.filter(pk=_ONLY).values_list("seen_at", flat=True).first()
