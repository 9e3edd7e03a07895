"""Writing completions: all of one call in one transaction of the registry's, together with the keys of the changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from cert_completion_hooks import (
    Actor,
    BatchInfo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    WriteResult,
    WriteStatus,
)
from django.utils import timezone

from tests.foreign_lms.host.desk import at_the_desk
from tests.foreign_lms.host.keys import Pair, among, delete, pairs_of
from tests.foreign_lms.host.learners import at_work
from tests.foreign_lms.host.licences import barred
from tests.foreign_lms.host.reading import Held, load
from tests.foreign_lms.registry.models import (
    AppliedKey,
    Duty,
    FormerLicence,
    Licence,
    Stamped,
    ValidLicence,
    expiry_columns,
)

S = TypeVar("S", bound=Stamped)
_NOTHING = CompletionState().digest()


@dataclass(frozen=True)
class Stamp:
    """Who writes, and when."""

    by: str
    at: datetime

    def put(self, model: type[S], pair: Pair, record: CompletionRecord) -> S:
        """A new entry of the registry."""
        return model(
            person=pair[0],
            licence_id=pair[1],
            trained_on=record.completed,
            renewal_from=record.window_opens,
            entry=record.row_key,
            entry_line=record.line,
            stamped_by=self.by,
            stamped_at=self.at,
            **expiry_columns(record.expires, record.baseline_expires),
        )


def stamp_of(batch: BatchInfo) -> Stamp:
    return Stamp(batch.actor.username[:254], timezone.now())


@dataclass
class Entries:
    """What one call takes out of the registry and puts in."""

    replaced: list[int] = field(default_factory=list)
    valid: list[ValidLicence] = field(default_factory=list)
    former: list[FormerLicence] = field(default_factory=list)
    duties: list[Duty] = field(default_factory=list)

    def make(self) -> None:
        delete(ValidLicence, self.replaced)
        ValidLicence.objects.bulk_create(self.valid)
        FormerLicence.objects.bulk_create(self.former)
        Duty.objects.bulk_create(self.duties)


def write(batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
    stamp, entries = stamp_of(batch), Entries()
    with at_the_desk():
        pairs = {key: pair for pair, key in pairs_of(change.state_key for change in changes).items()}
        held, open_pairs = load(pairs.values()), writable(pairs.values(), batch.actor)
        known = applied(change.key for change in changes)
        results = []
        for change in changes:
            pair = pairs.get(change.state_key)
            of_pair = held.get(pair, Held()) if pair else Held()
            status = _status(change, of_pair.state(batch.as_of), known, is_open=pair in open_pairs)
            results.append(WriteResult(key=change.key, status=status))
            if pair and status is WriteStatus.WRITTEN:
                _collect(entries, pair, change, of_pair, stamp)
        entries.make()
        keep(result.key for result in results if result.status is WriteStatus.WRITTEN)
    return results


def _status(change: CompletionChange, state: CompletionState, known: set[str], *, is_open: bool) -> WriteStatus:
    if change.key in known:
        return WriteStatus.REPEATED
    return WriteStatus.WRITTEN if is_open and state.digest() == change.expected else WriteStatus.CONFLICT


def _collect(entries: Entries, pair: Pair, change: CompletionChange, held: Held, stamp: Stamp) -> None:
    if change.current:
        entries.replaced += [held.valid.pk] if held.valid else []
        entries.valid.append(stamp.put(ValidLicence, pair, change.current))
    moved = (change.former,) if change.former else ()
    entries.former += [stamp.put(FormerLicence, pair, record) for record in (*moved, *change.history)]
    if change.assign and held.duty is None:
        entries.duties.append(Duty(person=pair[0], licence_id=pair[1], given_by=change.key))


def writable(pairs: Iterable[Pair], actor: Actor) -> set[Pair]:
    """Those of which the person has not left, the licence is there, and the officer may enter it."""
    pairs = list(pairs)
    people = at_work(person for person, _ in pairs)
    asked = {licence for _, licence in pairs}
    licences = {each.pk for each in among(Licence.objects.all(), "pk", asked)} - barred(actor.key)
    return {pair for pair in pairs if pair[0] in people and pair[1] in licences}


def applied(keys: Iterable[str]) -> set[str]:
    """Those of the keys that were applied before."""
    return {row.key for row in among(AppliedKey.objects.all(), "pk", keys)}


def keep(keys: Iterable[str]) -> None:
    """Remember what was applied, in the transaction that applies it."""
    AppliedKey.objects.bulk_create([AppliedKey(key=key) for key in keys], ignore_conflicts=True)
