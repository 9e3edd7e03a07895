"""The world of the in-memory host: built with methods, looked at with properties. No hooks here."""

import threading
from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from cert_completion_hooks.memory.pairs import Pair
from cert_completion_hooks.types import (
    Actor,
    BatchInfo,
    BatchSummary,
    Certification,
    CertificationState,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    EvidenceType,
    Learner,
    LearnerStatus,
    Message,
    StateKey,
)


class World:
    """Learners, certifications, completion states and evidence; one lock guards all of it."""

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self._lock = threading.RLock()
        self._learners: dict[str, Learner] = {}
        self._learners_made = 0
        self._certifications: dict[str, Certification] = {}
        self._pairs: dict[StateKey, Pair] = {}
        self._evidence: list[EvidenceItem] = []
        self._evidence_types: list[EvidenceType] = []
        self._written: dict[str, CompletionChange | EvidenceItem | None] = {}
        self._sent: dict[str, Message] = {}
        self._finished: list[tuple[BatchInfo, BatchSummary]] = []
        self._forbidden: set[tuple[str, str]] = set()
        self._is_away = False

    def add_learner(
        self, username: str, status: LearnerStatus | str = LearnerStatus.ACTIVE, full_name: str = ""
    ) -> Learner:
        """Add a learner; the name is stored as given, also if it equals another one once both are normalised."""
        with self._lock:
            self._learners_made += 1
            key = f"learner-{self._learners_made}"
            learner = Learner(key=key, username=username, status=LearnerStatus(status), full_name=full_name)
            self._learners[key] = learner
            return learner

    def remove_learner(self, username: str) -> None:
        """Remove a learner with all that is held for them. Raises LookupError if there is none of that name."""
        with self._lock:
            key = self._learner(username).key
            del self._learners[key]
            self._pairs = {pair: held for pair, held in self._pairs.items() if pair.learner_key != key}
            self._evidence = [item for item in self._evidence if item.learner_key != key]

    def forget(self, learner_keys: Set[str]) -> int:
        """Delete all that is held for these learners, who stay; returns how many things that was.

        The keys of what was written for them are kept, so that it is not written once more.
        """
        with self._lock:
            before = self._held_things()
            self._pairs = {key: pair for key, pair in self._pairs.items() if key.learner_key not in learner_keys}
            self._evidence = [item for item in self._evidence if item.learner_key not in learner_keys]
            self._sent = {key: each for key, each in self._sent.items() if each.learner_key not in learner_keys}
            for key, each in self._written.items():
                if each is not None and each.learner_key in learner_keys:
                    self._written[key] = None
            return before - self._held_things()

    def _held_things(self) -> int:
        written = sum(each is not None for each in self._written.values())
        return len(self._pairs) + len(self._evidence) + len(self._sent) + written

    def add_certification(self, certification: Certification) -> None:
        """Add a certification. Raises ValueError if its key is taken."""
        with self._lock:
            if certification.key in self._certifications:
                raise ValueError(f"There is a certification with the key {certification.key!r}; change that one.")
            self._certifications[certification.key] = certification

    def change_certification(self, certification: Certification) -> None:
        """Replace the certification that has this one's key. Raises LookupError if there is none."""
        with self._lock:
            if certification.key not in self._certifications:
                raise LookupError(f"There is no certification with the key {certification.key!r}; add it first.")
            self._certifications[certification.key] = certification

    def remove_certification(self, short_name: str) -> None:
        """Remove a certification with all that is held for it. Raises LookupError if there is none of that name."""
        with self._lock:
            key = self._certification(short_name).key
            del self._certifications[key]
            self._pairs = {pair: held for pair, held in self._pairs.items() if pair.certification_key != key}

    def forbid(self, actor: Actor, short_name: str) -> None:
        """From now on this administrator may not write this certification. Raises LookupError if there is none."""
        with self._lock:
            self._forbidden.add((actor.key, self._certification(short_name).key))

    @contextmanager
    def away(self) -> Iterator[None]:
        """A context inside which the host cannot tell anything."""
        self._is_away = True
        try:
            yield
        finally:
            self._is_away = False

    def hold(
        self,
        username: str,
        short_name: str,
        *,
        current: CompletionRecord | None = None,
        history: Iterable[CompletionRecord] = (),
        assigned: bool | None = None,
        state: CertificationState | str | None = None,
        changed_by: str = "",
        changed_at: datetime | None = None,
    ) -> None:
        """Hold exactly this for a learner and certification, in place of what was held.

        `state` None: computed from the dates on the day that is asked for; else told as given until the current record
        changes. `assigned` None: assigned if there is a current record or a given state. Nothing is checked: records
        may contradict themselves.
        """
        word = None if state is None else CertificationState(state)
        pair = Pair(
            assigned=(current is not None or word is not None) if assigned is None else assigned,
            current=current,
            history=tuple(history),
            word=word,
            changed_by=changed_by,
            changed_at=changed_at,
        )
        with self._lock:
            self._pairs[self._state_key(username, short_name)] = pair

    def correct(self, username: str, short_name: str, completed: date, expires: date) -> None:
        """Change by hand the expiry of every record, current or past, that was completed on this day."""

        def corrected(record: CompletionRecord) -> CompletionRecord:
            return replace(record, expires=expires) if record.completed == completed else record

        with self._lock:
            key = self._state_key(username, short_name)
            pair = self._pairs[key]
            current = pair.current and corrected(pair.current)
            self._pairs[key] = replace(pair, current=current, history=tuple(map(corrected, pair.history)))

    def held(self, username: str, short_name: str, as_of: date | None = None) -> CompletionState:
        """What is held now, with the state's word for a day (None: today). Raises LookupError for unknown names."""
        with self._lock:
            pair = self._pairs.get(self._state_key(username, short_name), Pair())
        return pair.state(as_of or date.today())

    def add_evidence(self, item: EvidenceItem) -> None:
        with self._lock:
            self._evidence.append(item)

    def correct_evidence(self, username: str, short_name: str, due: date) -> None:
        """Change by hand the due date of a learner's items with this short name."""
        with self._lock:
            wanted = self._learner(username).key, short_name
            self._evidence = [
                replace(item, due=due) if (item.learner_key, item.short_name) == wanted else item
                for item in self._evidence
            ]

    def add_evidence_type(self, evidence_type: EvidenceType) -> None:
        with self._lock:
            self._evidence_types.append(evidence_type)

    @property
    def evidence(self) -> tuple[EvidenceItem, ...]:
        """All evidence items, in the order in which they came."""
        with self._lock:
            return tuple(self._evidence)

    @property
    def written(self) -> tuple[CompletionChange, ...]:
        """The changes that were written, in that order, also those taken back since."""
        with self._lock:
            return tuple(change for change in self._written.values() if isinstance(change, CompletionChange))

    @property
    def sent(self) -> tuple[Message, ...]:
        """The messages that were sent, in the order in which they were."""
        with self._lock:
            return tuple(self._sent.values())

    @property
    def finished(self) -> tuple[tuple[BatchInfo, BatchSummary], ...]:
        """The imports whose end was announced, in that order; one may be announced again."""
        with self._lock:
            return tuple(self._finished)

    def _learner(self, username: str) -> Learner:
        for learner in self._learners.values():
            if learner.username == username:
                return learner
        raise LookupError(f"There is no learner {username!r}; add them with add_learner() first.")

    def _certification(self, short_name: str) -> Certification:
        for certification in self._certifications.values():
            if certification.short_name == short_name:
                return certification
        raise LookupError(f"There is no certification {short_name!r}; add it with add_certification() first.")

    def _state_key(self, username: str, short_name: str) -> StateKey:
        return StateKey(self._learner(username).key, self._certification(short_name).key)
