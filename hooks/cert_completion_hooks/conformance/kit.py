"""What the checks work with: a world to fill, things to ask of the host, and words for what is wrong."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from cert_completion_hooks.conformance.asking import TODAY
from cert_completion_hooks.conformance.comparing import difference, state_as_kept
from cert_completion_hooks.conformance.requesting import Requesting
from cert_completion_hooks.conformance.store import Store
from cert_completion_hooks.conformance.world import World
from cert_completion_hooks.types import (
    BatchInfo,
    BeforeImage,
    Certification,
    CertificationRef,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    LearnerStatus,
    Period,
    PeriodUnit,
    RecertificationRule,
    RuleKind,
    StateKey,
    WriteStatus,
)

KIM, FIRE = "kim", "Fire"
LASTING = RecertificationRule(RuleKind.COMPLETION_DATE, Period(365, PeriodUnit.DAY), Period(30, PeriodUnit.DAY))

WHOLE = "Write all of a change or nothing: current record, former record to history, history, assignment; no more."


class Kit(Requesting):
    """One host in one world. Every answer is examined; what is wrong fails the test in words."""

    def __init__(self, world: World, store: Store | None) -> None:
        super().__init__(world)
        self.store = store
        self.batch = self.new_batch()
        self.added: set[object] = set()

    def learner(self, username: str = KIM, status: LearnerStatus = LearnerStatus.ACTIVE) -> str:
        """The key of a learner, who is added unless they were before."""
        if username not in self.added:
            self.world.add_learner(username, status)
            self.added.add(username)
        found = self.find_learners(username).get(username)
        if not found:
            what = f"It does not find the learner {username!r}, whom the world's add_learner() has added."
            self.wrong("find_learners", what, "Answer with every learner whose normalised user name is asked for.")
        return found[0].key

    def certification(
        self,
        short_name: str = FIRE,
        id_number: str = "",
        rule: RecertificationRule | None = LASTING,
        *,
        active: bool = True,
    ) -> Certification:
        """A certification as the host tells it, which is added unless it was before."""
        reference = CertificationRef(short_name, id_number)
        if reference not in self.added:
            self.world.add_certification(short_name, id_number, rule=rule, active=active)
            self.added.add(reference)
        found = self.find_certifications(reference).get(reference)
        if not found:
            what = f"It does not find {reference}, which the world's add_certification() has added."
            self.wrong("find_certifications", what, "Answer with every certification that has one of the two names.")
        return found[0]

    def pair(self, username: str = KIM, short_name: str = FIRE) -> StateKey:
        """The key of a learner and a certification, which are added unless they were before."""
        return StateKey(self.learner(username), self.certification(short_name).key)

    def holding(
        self,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        *,
        assigned: bool = False,
    ) -> StateKey:
        """The key of Kim and Fire, of whom this is held from no import."""
        key = self.pair()
        self.world.hold(KIM, FIRE, current=current, history=history, assigned=assigned)
        return key

    def new_batch(self, username: str = "importer") -> BatchInfo:
        """An import of this administrator."""
        batch_id, actor = uuid4().hex, self.world.administrator(username)
        return BatchInfo(
            batch_id=batch_id,
            plan=1,
            file_name="completions.csv",
            actor=actor,
            uploaded_by=actor,
            as_of=TODAY,
            uploaded_at=datetime(2026, 3, 15, 9, tzinfo=UTC),
            report_url=f"/imports/{batch_id}/",
            row_url=f"/imports/{batch_id}/rows/{{line}}/",
        )

    def record(
        self, line: int = 2, completed: date = date(2026, 3, 1), *, batch: BatchInfo | None = None
    ) -> CompletionRecord:
        """A record that the row on this line of an import writes, with the dates that `LASTING` gives."""
        expires = completed + timedelta(days=365)
        return self.dated(line, completed, expires, expires - timedelta(days=30), batch=batch)

    def dated(
        self,
        line: int,
        completed: date,
        expires: date | None,
        window_opens: date | None,
        *,
        batch: BatchInfo | None = None,
    ) -> CompletionRecord:
        """The same with any dates."""
        row_key = f"{(batch or self.batch).batch_id}:{line}"
        return CompletionRecord(
            completed=completed, expires=expires, window_opens=window_opens, row_key=row_key, line=line
        )

    def change(
        self,
        key: StateKey,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        *,
        former: CompletionRecord | None = None,
        assign: bool = False,
    ) -> CompletionChange:
        """A change that fits what is held now."""
        return change_of(key, self.state(key), current, history, former=former, assign=assign)

    def item(
        self,
        line: int = 2,
        short_name: str = "Canoe",
        id_number: str = "",
        *,
        completed: date = date(2025, 5, 5),
        learner_key: str = "",
        **others: Any,
    ) -> EvidenceItem:
        """An item of evidence that the row on this line of the import creates; for Kim, if nobody else is named."""
        return EvidenceItem(
            key=f"{self.batch.batch_id}:{line}",
            line=line,
            learner_key=learner_key or self.learner(),
            name=short_name or id_number,
            short_name=short_name,
            id_number=id_number,
            completed=completed,
            **others,
        )

    def do(self, *changes: CompletionChange, batch: BatchInfo | None = None) -> None:
        """Have changes written that fit what is held."""
        mend = (
            "`expected` is the digest() of what find_completion_states told just now: compare it with that very state."
        )
        for key, result in self.write(*changes, batch=batch).items():
            if result.status is not WriteStatus.WRITTEN:
                what = f"It answered {str(result.status)!r} ({result.reason}) to a change that fits what is held."
                self.wrong("record_completions", what, mend, key)

    def expect_status(self, hook: str, key: str, found: object, expected: object, when: str, mend: str) -> None:
        """Fail unless the status of a result is this one."""
        if found != expected:
            self.wrong(hook, f"{when} It answered {str(found)!r} in place of {str(expected)!r}.", mend, key)

    def expect_state(self, key: StateKey, expected: CompletionState, hook: str, when: str, mend: str = WHOLE) -> None:
        """Fail unless this is held, as far as the host's capabilities go; the word of the day is left out."""
        what = difference(self.state(key), state_as_kept(expected, self.capabilities))
        if what:
            self.wrong(hook, f"{when} {what}", mend, key)


def to_undo(change: CompletionChange, before: CompletionState) -> ChangeToUndo:
    """A change to be taken back, with what was held before it."""
    return ChangeToUndo(change=change, before=BeforeImage(assigned=before.assigned, current=before.current))


def change_of(
    key: StateKey,
    held: CompletionState,
    current: CompletionRecord | None = None,
    history: Sequence[CompletionRecord] = (),
    *,
    former: CompletionRecord | None = None,
    assign: bool = False,
) -> CompletionChange:
    """A change that fits what is held. Its key is that of one of the records that it writes."""
    return CompletionChange(
        key=(current or history[0]).row_key,
        learner_key=key.learner_key,
        certification_key=key.certification_key,
        expected=held.digest(),
        current=current,
        former=former,
        history=tuple(history),
        assign=assign,
    )
