"""The hooks of the in-memory host, one method each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
    HostInfo,
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

    One lock guards the whole world, which also makes each change atomic.
    """

    @hookimpl
    def host_info(self) -> HostInfo:
        return HostInfo(name=self.name, version="1", contract_version=SPEC_VERSION, capabilities=frozenset(Capability))

    @hookimpl
    def find_learners(self, actor: Actor, usernames: Sequence[str]) -> Mapping[str, Sequence[Learner]]:
        found: dict[str, list[Learner]] = {}
        wanted = set(usernames)
        with self._lock:
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
        with self._lock:
            by_short_name = _grouped(self._certifications.values(), lambda each: form(each.short_name))
            by_id_number = _grouped(self._certifications.values(), lambda each: form(each.id_number))
        found = {}
        for reference in references:
            named = by_short_name.get(form(reference.short_name), [])
            numbered = by_id_number.get(form(reference.id_number), [])
            found[reference] = named + [each for each in numbered if each not in named]
        return found

    @hookimpl
    def list_certifications(self, actor: Actor, after: str, limit: int) -> Sequence[Certification]:
        with self._lock:
            keys = sorted(key for key in self._certifications if key > after)
            return [self._certifications[key] for key in keys[:limit]]

    @hookimpl
    def find_completion_states(
        self, actor: Actor, keys: Sequence[StateKey], as_of: date
    ) -> Mapping[StateKey, CompletionState]:
        with self._lock:
            return {key: self._pairs[key].state(as_of) for key in keys if key in self._pairs}

    @hookimpl
    def find_evidence(self, actor: Actor, keys: Sequence[EvidenceKey]) -> Mapping[EvidenceKey, EvidenceItem]:
        with self._lock:
            held = {_evidence_key(item): item for item in self._evidence}
        return {key: held[key] for key in keys if key in held}

    @hookimpl
    def evidence_types(self, actor: Actor) -> Sequence[EvidenceType]:
        with self._lock:
            return tuple(self._evidence_types)

    @hookimpl
    def record_completions(self, batch: BatchInfo, changes: Sequence[CompletionChange]) -> Sequence[WriteResult]:
        in_order = sorted(changes, key=lambda change: change.state_key)
        with self._lock:
            return [self._record(batch, change) for change in in_order]

    @hookimpl
    def record_evidence(self, batch: BatchInfo, items: Sequence[EvidenceItem]) -> Sequence[WriteResult]:
        with self._lock:
            return [self._record_item(item) for item in items]

    @hookimpl
    def undo_changes(
        self, batch: BatchInfo, changes: Sequence[ChangeToUndo], items: Sequence[EvidenceItem], preview: bool
    ) -> Sequence[UndoResult]:
        in_order = sorted(changes, key=lambda undo: undo.change.state_key)
        with self._lock:
            pairs, evidence = dict(self._pairs), list(self._evidence)
            results = [self._undo(batch, undo) for undo in in_order] + [self._undo_item(item) for item in items]
            if preview:
                self._pairs, self._evidence = pairs, evidence
            return results

    @hookimpl
    def send_messages(self, batch: BatchInfo, messages: Sequence[Message]) -> Sequence[MessageResult]:
        with self._lock:
            return [self._send(message) for message in messages]

    @hookimpl
    def batch_finished(self, batch: BatchInfo, summary: BatchSummary) -> None:
        with self._lock:
            self._finished.append((batch, summary))

    def _record(self, batch: BatchInfo, change: CompletionChange) -> WriteResult:
        if change.key in self._written:
            return _result(change.key, WriteStatus.REPEATED)
        barred = self._barred(change.state_key)
        if barred:
            return _result(change.key, WriteStatus.CONFLICT, barred)
        pair = self._pairs.get(change.state_key, Pair())
        if pair.state(batch.as_of).digest() != change.expected:
            return _result(change.key, WriteStatus.CONFLICT, "The records were changed since.")
        self._keep(batch, change.state_key, applied(pair, change))
        self._written[change.key] = change
        return _result(change.key, WriteStatus.WRITTEN)

    def _record_item(self, item: EvidenceItem) -> WriteResult:
        if item.key in self._written:
            return _result(item.key, WriteStatus.REPEATED)
        if self._is_gone(item.learner_key):
            return _result(item.key, WriteStatus.CONFLICT, "The learner is gone.")
        if any(_evidence_key(held) == _evidence_key(item) for held in self._evidence):
            return _result(item.key, WriteStatus.CONFLICT, "There is such an item already.")
        self._evidence.append(item)
        self._written[item.key] = item
        return _result(item.key, WriteStatus.WRITTEN)

    def _undo(self, batch: BatchInfo, undo: ChangeToUndo) -> UndoResult:
        change = undo.change
        barred = self._barred(change.state_key)
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

    def _barred(self, key: StateKey) -> str:
        """Why nobody may write here: the learner, the certification or the right is gone. "" if they may."""
        certification = self._certifications.get(key.certification_key)
        if self._is_gone(key.learner_key):
            return "The learner is gone."
        if certification is None:
            return "The certification is gone."
        return "" if certification.allowed else "This administrator may not write the certification."

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
    certifications: Iterable[Certification], form: Callable[[Certification], str]
) -> dict[str, list[Certification]]:
    """The certifications by one of their names; an empty name is none."""
    groups: dict[str, list[Certification]] = {}
    for certification in certifications:
        name = form(certification)
        if name:
            groups.setdefault(name, []).append(certification)
    return groups
