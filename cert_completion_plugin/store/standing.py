"""How the work of all imports stands, in few queries, however many imports and rows there are."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, F, Min, Q, Sum

from cert_completion_plugin.core.outcomes import BatchState
from cert_completion_plugin.models import ImportBatch, ImportUndo, Portion, UndoPortion
from cert_completion_plugin.store import batches
from cert_completion_plugin.store.values import dumps

LIVE = tuple(state for state in BatchState if state not in {"finished", "refused", "cancelled", "failed"})
MOST_LISTED = 20

_WORKED_ON = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An import on which nothing happens that should, or that a host keeps waiting.

    `since` is when something last happened on it, or since when a host is in the way; `state` is where it stands.
    `kind` is the word for what is the matter with a host, "" if nothing is; `host` and `hook` say which one and asked
    what, `failure` is the reference in the log.
    """

    id: int
    reference: str
    state: BatchState
    since: datetime
    kind: str = ""
    host: str = ""
    hook: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portions:
    """The open portions of all imports, or undos, under way: how many, their rows, and how many were begun lately."""

    open: int
    rows: int
    begun: int


def imports_by_state() -> dict[str, int]:
    """How many imports stand in each state that is not final."""
    rows = ImportBatch.objects.filter(state__in=LIVE).order_by().values_list("state").annotate(Count("pk"))
    return dict(rows)


def ended_since(moment: datetime) -> dict[str, int]:
    """How many imports have ended since then, by state."""
    ended = [state for state in BatchState if state not in LIVE]
    # What has ended moves no more: the index of states has the moment, too.
    rows = ImportBatch.objects.filter(state__in=ended, progressed_at__gte=moment, finished_at__gte=moment)
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def oldest_in(states: Collection[BatchState]) -> datetime | None:
    """Since when the import that has been longest in one of these states waits there; None if there is none."""
    oldest: datetime | None = ImportBatch.objects.filter(state__in=states).aggregate(oldest=Min("progressed_at"))[
        "oldest"
    ]
    return oldest


def undos_under_way() -> int:
    return ImportUndo.objects.filter(state__in=batches.WORKING_UNDOS).count()


def portions(now: datetime) -> Portions:
    """The open portions of imports that are planned or written."""
    own = Portion.objects.filter(batches.OPEN, plan=F("batch__plan"))
    own = own.filter(batch__state__in=(BatchState.PLANNING, BatchState.WRITING))
    return _counted(own.aggregate(**_numbers(now)))


def undo_portions(now: datetime) -> Portions:
    """The same of undos."""
    own = UndoPortion.objects.filter(batches.OPEN_IN_UNDO)
    return _counted(own.aggregate(**_numbers(now)))


def _numbers(now: datetime) -> dict[str, Count | Sum]:
    begun = Q(claimed_at__gte=now - _WORKED_ON)
    return {"open": Count("pk"), "sum": Sum("rows"), "begun": Count("pk", filter=begun)}


def _counted(numbers: Mapping[str, int | None]) -> Portions:
    return Portions(open=numbers["open"] or 0, rows=numbers["sum"] or 0, begun=numbers["begun"] or 0)


def stalled(ids: Collection[int]) -> list[Waiting]:
    """These imports, the first `MOST_LISTED` of them."""
    return _listed(Q(pk__in=list(ids)[:MOST_LISTED]))


def in_trouble() -> list[Waiting]:
    """The imports with work to do that a host keeps waiting, or that got nonsense from one."""
    troubled = ~Q(trouble=dumps(None)) & Q(state__in=batches.WORKING)
    return _listed(troubled)


def undos_in_trouble() -> list[Waiting]:
    """The imports whose undo is kept waiting."""
    rows = ImportUndo.objects.filter(state__in=batches.WORKING_UNDOS).exclude(trouble=dumps(None))
    rows = rows.select_related("batch").order_by("pk")[:MOST_LISTED]
    return [_waiting(row.batch, row.trouble) for row in rows]


def _listed(wanted: Q) -> list[Waiting]:
    rows = batches.imports().filter(wanted).order_by("pk")[:MOST_LISTED]
    return [_waiting(row, row.trouble) for row in rows]


def _waiting(row: ImportBatch, trouble: str) -> Waiting:
    told = json.loads(trouble) or {}
    return Waiting(
        id=row.pk,
        reference=row.reference.hex,
        state=BatchState(row.state),
        since=datetime.fromisoformat(told["since"]) if told else row.progressed_at,
        kind=told.get("kind", ""),
        host=told.get("host", ""),
        hook=told.get("hook", ""),
        failure=told.get("reference", ""),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """The database that imports are kept in: what it is and its version. Never where it is, or who asks it."""

    vendor: str
    version: str


def database() -> Database:
    connection.ensure_connection()
    version = ".".join(map(str, connection.get_database_version()))
    is_mariadb = connection.vendor == "mysql" and getattr(connection, "mysql_is_mariadb", False)
    return Database(vendor="mariadb" if is_mariadb else connection.vendor, version=version)
