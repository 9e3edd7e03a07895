"""Finding imports among all of the site: by what they are themselves, and by what rows they have."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet

from cert_completion_plugin.core.outcomes import BatchState, Outcome
from cert_completion_plugin.models import ImportBatch, LedgerEntry, Portion
from cert_completion_plugin.store import usernames
from cert_completion_plugin.store.batches import as_value, imports
from cert_completion_plugin.store.reach import Reach
from cert_completion_plugin.store.values import Batch, column_text

MOST_UPLOADERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFilter:
    """Which imports are asked for; what is empty asks for nothing. All that is given has to fit.

    Uploaded at `since` or later, and before `until`. `uploader` and `learner` are exact names. `certifications`: keys,
    of which rows are about one (none of them: no import fits). `outcomes`: rows have one of these.
    """

    since: datetime | None = None
    until: datetime | None = None
    uploader: str = ""
    state: BatchState | None = None
    certifications: tuple[str, ...] | None = None
    learner: str = ""
    outcomes: tuple[Outcome, ...] = ()


def find(wanted: ImportFilter, reach: Reach, *, before: int | None, limit: int) -> list[Batch]:
    """The newest imports that fit, those with an id below `before` only: one question, whatever is asked for."""
    rows = imports().filter(reach.condition, *_conditions(wanted)).order_by("-id")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [as_value(row) for row in rows[:limit]]


def uploaders(reach: Reach) -> list[str]:
    """Who has uploaded files, by name; at most so many as a list can offer."""
    found = ImportBatch.objects.filter(reach.condition).order_by("uploaded_by_name")
    names = found.values_list("uploaded_by_name", flat=True).distinct()
    return list(names[:MOST_UPLOADERS])


def _conditions(wanted: ImportFilter) -> Iterator[Q | Exists]:
    if wanted.since is not None:
        yield Q(uploaded_at__gte=wanted.since)
    if wanted.until is not None:
        yield Q(uploaded_at__lt=wanted.until)
    if wanted.uploader:
        yield Q(uploaded_by_name=column_text(wanted.uploader, 255))
    if wanted.state is not None:
        yield Q(state=str(wanted.state))
    if wanted.outcomes:
        yield _with_outcomes(wanted.outcomes)
    # The ledger answers by (username, import) and (certification, import): one look for each import.
    if wanted.learner:
        yield Exists(_entries().filter(usernames.exactly(wanted.learner)))
    if wanted.certifications is not None:
        yield Exists(_entries().filter(certification_key__in=wanted.certifications))


def _entries() -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(batch=OuterRef("pk"))


def _with_outcomes(outcomes: Iterable[Outcome]) -> Q:
    """By the counts that are kept: of the import itself once it has ended, of its portions before that."""
    kept = reduce(or_, (Q(counts__contains=f'"{outcome}":') for outcome in outcomes))
    portions = Portion.objects.filter(kept, batch=OuterRef("pk"), plan=OuterRef("plan"))
    return kept | Q(Exists(portions), finished_at__isnull=True)


def references(beginning: str, reach: Reach, limit: int) -> list[str]:
    """The references that begin so, as 32 hexadecimal digits, the newest import's first.

    Databases keep and compare them in ways of their own, so all of them are gone through.
    """
    found = ImportBatch.objects.filter(reach.condition).order_by("-pk").values_list("reference", flat=True)
    return list(islice((each.hex for each in found.iterator() if each.hex.startswith(beginning)), limit))
