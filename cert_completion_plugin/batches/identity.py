"""How an import introduces itself to the hosts."""

from typing import Any

from cert_completion_hooks.types import Actor, BatchInfo
from django.urls import NoReverseMatch, reverse

from cert_completion_plugin.batches import clock
from cert_completion_plugin.store.values import Batch


def administrator(user_id: Any, username: str) -> Actor:
    """The administrator with this primary key."""
    return Actor(key="" if user_id is None else str(user_id), username=username)


def actor_of(batch: Batch) -> Actor:
    return Actor(key=batch.uploaded_by_key, username=batch.uploaded_by_name)


def acting(batch: Batch) -> Actor:
    """The administrator who acts now: who approved the plan has it written, else it is the uploader."""
    if batch.is_approved:
        return Actor(key=batch.approved_by_key, username=batch.approved_by_name)
    return actor_of(batch)


def info_of(batch: Batch, actor: Actor | None = None) -> BatchInfo:
    """The import's facts for the hosts; `actor` is who acts now, if it is nobody who uploaded or approved it."""
    return BatchInfo(
        batch_id=batch.reference,
        plan=batch.plan,
        file_name=batch.file_name,
        actor=actor or acting(batch),
        uploaded_by=actor_of(batch),
        as_of=batch.as_of or clock.today(),
        uploaded_at=batch.uploaded_at,
        report_url=_path("batch", batch.reference),
        row_url=_row_url(batch),
        site=batch.site,
    )


def _row_url(batch: Batch) -> str:
    """The path of the page of a row, with `{line}` in place of its line."""
    before, _, after = _path("row", batch.reference, 0).rpartition("0")
    return f"{before}{{line}}{after}" if before else ""


def _path(page: str, *args: Any) -> str:
    try:
        return reverse(f"cert_completion_plugin:{page}", args=args)
    except NoReverseMatch:
        return ""
