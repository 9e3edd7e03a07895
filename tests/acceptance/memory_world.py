"""The world of a case in the in-memory host."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from cert_completion_hooks import Certification, CompletionState, EvidenceField, EvidenceType, FieldKind
from cert_completion_hooks.memory import MemoryHost

from tests.acceptance.worlds import World, current_of, history_of, is_assigned, rule_of


class MemoryWorld(World):
    hosts = ("tests.acceptance.memory_world:MemoryWorld.active",)
    active: ClassVar[MemoryHost]
    """The host of the world that was made last; the setting `HOSTS` leads here."""

    def __init__(self) -> None:
        self.host = MemoryWorld.active = MemoryHost()
        self._usernames: dict[str, str] = {}
        self._short_names: dict[str, str] = {}

    def build(self, case: Mapping[str, Any], today: date) -> None:
        for learner in case.get("learners", ()):
            added = self.host.add_learner(learner["username"], learner.get("status", "active"))
            self._usernames[added.key] = added.username
        for number, certification in enumerate(case.get("certifications", ()), 1):
            self._add_certification(f"certification-{number}", certification)
        for evidence_type in case.get("evidence_types", ()):
            self.host.add_evidence_type(_evidence_type(evidence_type))
        for held in case.get("held", ()):
            self._hold(held, today)

    def change(self, between: Mapping[str, Any], today: date) -> None:
        for held in between.get("held", ()):
            self._hold(held, today)
        for username in between.get("remove_learners", ()):
            self.host.remove_learner(username)
        keys = {short_name: key for key, short_name in self._short_names.items()}
        for certification in between.get("certifications", ()):
            self.host.change_certification(_certification(keys[certification["short_name"]], certification))

    def _add_certification(self, key: str, given: Mapping[str, Any]) -> None:
        self._short_names[key] = given.get("short_name", "")
        self.host.add_certification(_certification(key, given))

    def _hold(self, held: Mapping[str, Any], today: date) -> None:
        learner, certification, state = held["learner"], held["certification"], held.get("state")
        facts: dict[str, Any] = {
            "current": current_of(held),
            "history": history_of(held),
            "assigned": is_assigned(held),
        }
        self.host.hold(learner, certification, **facts)
        # A state that the dates give by themselves has to move on with the day, where a case goes on later.
        if state is not None and state != self.host.held(learner, certification, today).state:
            self.host.hold(learner, certification, state=state, **facts)

    def held(self, learner: str, certification: str) -> CompletionState:
        return self.host.held(learner, certification)

    def evidence(self) -> list[dict[str, Any]]:
        names = ("name", "short_name", "id_number", "completed", "due", "fields")
        return [
            {"learner": self._usernames[item.learner_key]} | {name: getattr(item, name) for name in names}
            for item in self.host.evidence
        ]

    def messages(self) -> list[dict[str, Any]]:
        return [
            {
                "learner": self._usernames[message.learner_key],
                "certification": self._short_names[message.certification_key],
                "trigger": str(message.trigger),
            }
            for message in self.host.sent
        ]


def _evidence_type(given: Mapping[str, Any]) -> EvidenceType:
    fields = given.get("fields", {}).items()
    return EvidenceType(
        name=given["name"], fields=tuple(EvidenceField(name=name, kind=FieldKind(kind)) for name, kind in fields)
    )


def _certification(key: str, given: Mapping[str, Any]) -> Certification:
    return Certification(
        key=key,
        short_name=given.get("short_name", ""),
        id_number=given.get("id_number", ""),
        rule=rule_of(given),
        active=given.get("active_flag", True),
        allowed=given.get("allowed", True),
    )
