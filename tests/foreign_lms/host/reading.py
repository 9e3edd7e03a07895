"""What the registry holds, in the contract's words."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from cert_completion_hooks import CertificationState, CompletionRecord, CompletionState, StateKey
from django.db.models import Model

from tests.foreign_lms.host.keys import Pair, pairs_of, some
from tests.foreign_lms.registry.models import Duty, FormerLicence, Stamped, ValidLicence

M = TypeVar("M", bound=Model)


@dataclass(slots=True)
class Held:
    """The rows of one person and licence."""

    valid: ValidLicence | None = None
    former: list[FormerLicence] = field(default_factory=list)
    duty: Duty | None = None

    @property
    def entries(self) -> list[Stamped]:
        return [*([self.valid] if self.valid else []), *self.former]

    def state(self, day: date) -> CompletionState:
        last = max(self.entries, key=lambda entry: str(entry.stamped_at or ""), default=None)
        current = record_of(self.valid) if self.valid else None
        return CompletionState(
            state=_word(current, day),
            current=current,
            history=tuple(map(record_of, self.former)),
            assigned=self.duty is not None,
            changed_by=last.stamped_by if last else "",
            changed_at=last.stamped_at if last else None,
        )


def states(keys: Sequence[StateKey], day: date) -> Mapping[StateKey, CompletionState]:
    pairs = pairs_of(keys)
    return {pairs[pair]: held.state(day) for pair, held in load(pairs).items()}


def load(pairs: Collection[Pair]) -> dict[Pair, Held]:
    """What is held of those of these pairs of which anything is."""
    found: dict[Pair, Held] = {}
    for valid in _of(ValidLicence, pairs):
        found.setdefault((valid.person, valid.licence_id), Held()).valid = valid
    for former in _of(FormerLicence, pairs):
        found.setdefault((former.person, former.licence_id), Held()).former.append(former)
    for duty in _of(Duty, pairs):
        found.setdefault((duty.person, duty.licence_id), Held()).duty = duty
    return {pair: held for pair, held in found.items() if pair in pairs}


def _of(model: type[M], pairs: Collection[Pair]) -> Iterable[M]:
    """The rows of these people and licences; of pairs that nobody asked for as well."""
    licences = {licence for _, licence in pairs}
    for people in some(person for person, _ in pairs):
        yield from model._default_manager.filter(person__in=people, licence__in=licences).order_by("pk")


def record_of(entry: Stamped) -> CompletionRecord:
    return CompletionRecord(
        completed=entry.trained_on,
        expires=entry.expires,
        window_opens=entry.renewal_from,
        baseline_expires=entry.expires_unextended,
        row_key=entry.entry,
        line=entry.entry_line,
    )


def is_as_written(entry: Stamped | None, written: CompletionRecord | None) -> bool:
    """Whether an entry still is what somebody wrote: its dates, and where it came from."""
    if entry is None or written is None:
        return entry is None and written is None
    return _identity(record_of(entry)) == _identity(written)


def _identity(record: CompletionRecord) -> tuple[str, date | None, date | None, date | None, date | None]:
    unextended = record.baseline_expires or record.expires
    return record.row_key, record.completed, record.expires, record.window_opens, unextended


def _word(current: CompletionRecord | None, day: date) -> CertificationState:
    if current is None:
        return CertificationState.NONE
    if current.expires and current.expires <= day:
        return CertificationState.EXPIRED
    if current.window_opens and current.window_opens <= day:
        return CertificationState.WINDOW_OPEN
    return CertificationState.CERTIFIED
