"""The in-memory host as a world of the conformance kit."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date

from cert_completion_hooks import (
    Actor,
    Certification,
    CompletionRecord,
    EvidenceField,
    EvidenceType,
    FieldKind,
    LearnerStatus,
    RecertificationRule,
)
from cert_completion_hooks.conformance import World
from cert_completion_hooks.memory import MemoryHost

FIELDS = (
    EvidenceField(name="place", kind=FieldKind.TEXT, required=True),
    EvidenceField(name="day", kind=FieldKind.DATE),
    EvidenceField(name="hours", kind=FieldKind.NUMBER),
    EvidenceField(name="passed", kind=FieldKind.YES_NO),
    EvidenceField(name="page", kind=FieldKind.URL),
    EvidenceField(name="level", kind=FieldKind.CHOICE, choices=("one", "two")),
)


class MemoryWorld(World):
    def __init__(self, host: MemoryHost) -> None:
        self.memory = host
        self.host: object = host
        self.memory.add_evidence_type(EvidenceType(name="licence", fields=FIELDS))

    def add_learner(self, username: str, status: LearnerStatus = LearnerStatus.ACTIVE) -> None:
        self.memory.add_learner(username, status)

    def add_certification(
        self, short_name: str, id_number: str = "", *, rule: RecertificationRule | None = None, active: bool = True
    ) -> None:
        key = f"c{len(self.memory._certifications)}"
        self.memory.add_certification(
            Certification(key=key, short_name=short_name, id_number=id_number, rule=rule, active=active)
        )

    def hold(
        self,
        username: str,
        short_name: str,
        *,
        current: CompletionRecord | None = None,
        history: Sequence[CompletionRecord] = (),
        assigned: bool = False,
    ) -> None:
        self.memory.hold(username, short_name, current=current, history=history, assigned=assigned)

    def remove_learner(self, username: str) -> None:
        self.memory.remove_learner(username)

    def remove_certification(self, short_name: str) -> None:
        self.memory.remove_certification(short_name)

    def correct(self, username: str, short_name: str, completed: date, expires: date) -> None:
        self.memory.correct(username, short_name, completed, expires)

    def correct_evidence(self, username: str, short_name: str, due: date) -> None:
        self.memory.correct_evidence(username, short_name, due)

    def forbid(self, actor: Actor, short_name: str) -> None:
        self.memory.forbid(actor, short_name)

    def messages_sent(self) -> int:
        return len(self.memory.sent)

    def away(self) -> AbstractContextManager[None]:
        return self.memory.away()
