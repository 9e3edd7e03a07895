"""The hooks of the in-memory host, one method each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

from cert_completion_hooks.memory.pairs import Pair, applied, records_of, taken_back
from cert_completion_hooks.memory.world import World
from cert_completion_hooks.spec import SPEC_VERSION, hookimpl
from cert_completion_hooks.text import folded, normalised
from cert_completion_hooks.types import (
    Actor,
    BatchInfo,
    BatchSummary,
    Capability,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    CompletionState,
    EvidenceItem,
    EvidenceKey,
    EvidenceType,
    FollowUp,
    HostInfo,
    HostUnavailable,
    Learner,
    LearnerStatus,
    Message,
    MessageResult,
    MessageStatus,
    StateKey,
    UndoResult,
    UndoStatus,
    WriteResult,
    WriteStatus,
)


class MemoryHost(World):
    """A host that keeps everything in memory and answers every hook, with all capabilities.

    One lock guards the whole world. What a request has changed when an error comes up is taken back, as a transaction
    would take it back.
    """

    @hookimpl
    def host_info(self) -> HostInfo:
        return HostInfo(name=self.name, version="1", contract_version=SPEC_VERSION, capabilities=frozenset(Capability))

    @hookimpl
    def find_learners(self, actor: Actor, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
        found: dict[str, list[Learner]] = {}
        wanted = set(usernames)
        with self._open():
            for learner in self._learners.values():
                name = normalised(learner.username)
                if name in wanted:
                    found.setdefault(name, []).append(learner)
        return found

    @hookimpl
    def find_certifications(
        self, actor: Actor, references: Sequence[CertificationRef], ignore_case: bool
    ) -> Mapping[CertificationRef, Sequence[Certification]]:
        form = folded if ignore_case else normalised
        with self._open():
            told = [self._told(certification, actor) for certification in self._certifications.values()]
        by_short_name = _grouped(told, lambda each: [form(name) for name in (each.short_name, *each.other_names)])
        by_id_number = _grouped(told, lambda each: [form(name) for name in (each.id_number, *each.other_names)])
        found = {}
        for reference in references:
            named = by_short_name.get(form(reference.short_name), [])
            numbered = by_id_number.get(form(reference.id_number), [])
            found[reference] = named + [each for each in numbered if each not in named]
        return found

    @hookimpl
    def list_certifications(self, actor: Actor, after: str, limit: int) -> Sequence[Certification]:
        with self._open():
            keys = sorted(key for key in self._certifications if key > after)
            return [self._told(self._certifications[key], actor) for key in keys[:limit]]

    @hookimpl
    def find_completion_states(
        self, actor: Actor, keys: Sequence[StateKey], as_of: date
    ) -> Mapping[StateKey, CompletionState]:
        with self._open():
            return {key: self._pairs[key].state(as_of) for key in keys if key in self._pairs}

    @hookimpl
    def find_evidence(self, actor: Actor, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
        with self._open():
            held = {_evidence_key(item): item for item in self._evidence}
        return {key: held[key] for key in keys if key in held}

    @hookimpl
    def evidence_types(self, actor: Actor) -> Sequence[EvidenceType]:
        with self._open():
            return tuple(self._evidence_types)

    @hookimpl
    def record_completions(self, batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
        in_order = sorted(changes, key=lambda change: change.state_key)
        with self._transaction():
            return [self._record(batch, change) for change in in_order]

    @hookimpl
    def record_evidence(self, batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
        with self._transaction():
            held = {_evidence_key(item) for item in self._evidence}
            return [self._record_item(item, held) for item in items]

    @hookimpl
    def undo_changes(
        self, batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
    ) -> Sequence[UndoResult]:
        in_order = sorted(changes, key=lambda undo: undo.change.state_key)
        with self._transaction():
            pairs, evidence = dict(self._pairs), list(self._evidence)
            results = [self._undo(batch, undo) for undo in in_order] + [self._undo_item(item) for item in items]
            if preview:
                self._pairs, self._evidence = pairs, evidence
            return results

    @hookimpl
    def send_messages(self, batch: BatchInfo, messages: Sequence[Message]) -> Sequence[MessageResult]:
        with self._transaction():
            return [self._send(message) for message in messages]

    @hookimpl
    def forget_learner(self, actor: Actor, learner_keys: Sequence[str]) -> int:
        return self.forget(set(learner_keys))

    @hookimpl
    def batch_finished(self, batch: BatchInfo, summary: BatchSummary) -> None:
        with self._open():
            self._finished.append((batch, summary))

    @hookimpl
    def follow_ups(self, actor: Actor, batch_id: str) -> Sequence[FollowUp]:
        """Nothing follows here: all that a record leads to is written with it."""
        return ()

    @contextmanager
    def _open(self) -> Iterator[None]:
        """The world, locked. Raises HostUnavailable while the host is away."""
        with self._lock:
            if self._is_away:
                raise HostUnavailable("The in-memory host is away.")
            yield

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """The same; what is changed inside is taken back if an error comes up."""
        with self._open():
            kept = dict(self._pairs), list(self._evidence), dict(self._written), dict(self._sent)
            try:
                yield
            except BaseException:
                self._pairs, self._evidence, self._written, self._sent = kept
                raise

    def _told(self, certification: Certification, actor: Actor) -> Certification:
        """A certification as this administrator sees it."""
        is_forbidden = (actor.key, certification.key) in self._forbidden
        return replace(certification, allowed=False) if is_forbidden else certification

    def _record(self, batch: BatchInfo, change: CompletionChange) -> WriteResult:
        if change.key in self._written:
            return _result(change.key, WriteStatus.REPEATED)
        barred = self._barred(change.state_key, batch.actor)
        if barred:
            return _result(change.key, WriteStatus.CONFLICT, barred)
        pair = self._pairs.get(change.state_key, Pair())
        if pair.state(batch.as_of).digest() != change.expected:
            return _result(change.key, WriteStatus.CONFLICT, "The records were changed since.")
        self._keep(batch, change.state_key, applied(pair, change))
        self._written[change.key] = change
        return _result(change.key, WriteStatus.WRITTEN)

    def _record_item(self, item: EvidenceItem, held: set[EvidenceKey]) -> WriteResult:
        if item.key in self._written:
            return _result(item.key, WriteStatus.REPEATED)
        if self._is_gone(item.learner_key):
            return _result(item.key, WriteStatus.CONFLICT, "The learner is gone.")
        if _evidence_key(item) in held:
            return _result(item.key, WriteStatus.CONFLICT, "There is such an item already.")
        held.add(_evidence_key(item))
        self._evidence.append(item)
        self._written[item.key] = item
        return _result(item.key, WriteStatus.WRITTEN)

    def _undo(self, batch: BatchInfo, undo: ChangeToUndo) -> UndoResult:
        change = undo.change
        barred = self._barred(change.state_key, batch.actor)
        if barred:
            return UndoResult(key=change.key, status=UndoStatus.CANNOT, reason=barred)
        held = self._pairs.get(change.state_key, Pair())
        pair, kept = taken_back(held, undo)
        if pair != held:
            self._keep(batch, change.state_key, pair)
        assignment_kept = pair.assigned and pair.assigned_by == change.key
        if not kept:
            return UndoResult(key=change.key, status=UndoStatus.UNDONE, assignment_kept=assignment_kept)
        return UndoResult(
            key=change.key,
            status=UndoStatus.CHANGED_SINCE if len(kept) == len(records_of(change)) else UndoStatus.UNDONE,
            kept=kept,
            assignment_kept=assignment_kept,
            changed_by=held.changed_by,
            changed_at=held.changed_at,
        )

    def _undo_item(self, item: EvidenceItem) -> UndoResult:
        held = next((each for each in self._evidence if each.key == item.key), None)
        if held is not None and held != item:
            return UndoResult(key=item.key, status=UndoStatus.CHANGED_SINCE, kept=(item.key,))
        if held is not None:
            self._evidence.remove(held)
        return UndoResult(key=item.key, status=UndoStatus.UNDONE)

    def _send(self, message: Message) -> MessageResult:
        learner = self._learners.get(message.learner_key)
        if message.key not in self._sent:
            if learner is None or learner.status is not LearnerStatus.ACTIVE:
                reason = "The learner is suspended or gone."
                return MessageResult(key=message.key, status=MessageStatus.NEVER, reason=reason)
            self._sent[message.key] = message
        return MessageResult(key=message.key, status=MessageStatus.SENT)

    def _keep(self, batch: BatchInfo, key: StateKey, pair: Pair) -> None:
        self._pairs[key] = replace(pair, changed_by=batch.actor.username, changed_at=datetime.now(UTC))

    def _barred(self, key: StateKey, actor: Actor) -> str:
        """Why nobody may write here: the learner, the certification or the right is gone. "" if they may."""
        certification = self._certifications.get(key.certification_key)
        if self._is_gone(key.learner_key):
            return "The learner is gone."
        if certification is None:
            return "The certification is gone."
        is_allowed = self._told(certification, actor).allowed
        return "" if is_allowed else "This administrator may not write the certification."

    def _is_gone(self, learner_key: str) -> bool:
        learner = self._learners.get(learner_key)
        return learner is None or learner.status is LearnerStatus.DELETED


def _evidence_key(item: EvidenceItem | EvidenceKey) -> EvidenceKey:
    return EvidenceKey(
        learner_key=item.learner_key,
        short_name=normalised(item.short_name),
        id_number=normalised(item.id_number),
        completed=item.completed,
    )


def _result(key: str, status: WriteStatus, reason: str = "") -> WriteResult:
    return WriteResult(key=key, status=status, reason=reason)


def _grouped(
    certifications: Iterable[Certification], names: Callable[[Certification], Iterable[str]]
) -> dict[str, list[Certification]]:
    """The certifications by each of the names that may stand in one place; an empty name is none."""
    groups: dict[str, list[Certification]] = {}
    for certification in certifications:
        for name in {*names(certification)} - {""}:
            groups.setdefault(name, []).append(certification)
    return groups
