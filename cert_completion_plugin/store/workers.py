"""When a worker last gave a sign of life."""

from datetime import datetime

from django.db.models import Q

from cert_completion_plugin.models import WorkerSign

_ONLY = 1


def sign(now: datetime) -> None:
    """A worker works just now."""
    if not WorkerSign.objects.filter(pk=_ONLY).update(seen_at=now):
        WorkerSign.objects.bulk_create([WorkerSign(pk=_ONLY, seen_at=now)], ignore_conflicts=True)


def last_sign() -> datetime | None:
    """When a worker last worked; None if none ever did."""
    return WorkerSign.objects.filter(pk=_ONLY).values_list("seen_at", flat=True).first()


def claim_purge(before: datetime, now: datetime) -> bool:
    """Take the right to look for what is kept no longer, if nobody has taken it since `before`."""
    unclaimed = WorkerSign.objects.filter(Q(purged_at__isnull=True) | Q(purged_at__lt=before), pk=_ONLY)
    return bool(unclaimed.update(purged_at=now))
