from collections.abc import Callable
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from cert_completion_hooks import Actor, BatchInfo, CompletionChange, CompletionRecord, CompletionState, StateKey
from cert_completion_records import host
from cert_completion_records.models import Certification, LearnerCertification, PastCompletion
from django.contrib.auth import get_user_model

TODAY = date(2026, 3, 15)


@pytest.fixture
def learner(db: None) -> Any:
    return get_user_model().objects.create_user("ana", "ana@example.org", first_name="Ana", last_name="Lima")


@pytest.fixture
def certification(db: None) -> Certification:
    return Certification.objects.create(short_name="Fire", id_number="F-1", full_name="Fire Safety")


@pytest.fixture
def key(learner: Any, certification: Certification) -> StateKey:
    return StateKey(str(learner.pk), str(certification.pk))


def batch_info(batch_id: str = "batch-1", **changes: Any) -> BatchInfo:
    """The facts of an import; its administrator need not exist."""
    given: dict[str, Any] = {
        "batch_id": batch_id,
        "plan": 1,
        "file_name": f"{batch_id}.csv",
        "actor": Actor(key="0", username="admin"),
        "as_of": TODAY,
        "uploaded_at": datetime(2026, 3, 15, 8, tzinfo=UTC),
        "report_url": f"/imports/{batch_id}/",
    }
    given |= changes
    return BatchInfo(**{"uploaded_by": given["actor"], **given})


@pytest.fixture
def batch(db: None) -> Callable[..., BatchInfo]:
    """Makes the facts of an import."""
    return batch_info


def a_record(completed: str, expires: str = "", window_opens: str = "", row_key: str = "") -> CompletionRecord:
    """A record by its dates; `row_key` such as "batch-1:2"."""
    days = [date.fromisoformat(day) if day else None for day in (completed, expires, window_opens)]
    line = int(row_key.rpartition(":")[2]) if row_key else None
    return CompletionRecord(completed=days[0], expires=days[1], window_opens=days[2], row_key=row_key, line=line)


@pytest.fixture
def record() -> Callable[..., CompletionRecord]:
    return a_record


@pytest.fixture
def state_of() -> Callable[[StateKey], CompletionState]:
    """What the host tells of one pair."""

    def ask(key: StateKey) -> CompletionState:
        return host.find_completion_states([key], TODAY).get(key, CompletionState())

    return ask


@pytest.fixture
def change(state_of: Callable[[StateKey], CompletionState]) -> Callable[..., CompletionChange]:
    """Makes a change that fits what the host holds now."""

    def make(key: StateKey, **given: Any) -> CompletionChange:
        records = [record for record in (given.get("current"), *given.get("history", ())) if record]
        values = {"key": records[0].row_key, "expected": state_of(key).digest(), **given}
        return CompletionChange(learner_key=key.learner_key, certification_key=key.certification_key, **values)

    return make


@pytest.fixture
def hold(learner: Any, certification: Certification) -> Callable[..., LearnerCertification]:
    """Enters what a learner holds, as somebody would by hand."""

    def enter(
        current: CompletionRecord | None = None,
        history: tuple[CompletionRecord, ...] = (),
        assigned: bool = True,
        **pair: Any,
    ) -> LearnerCertification:
        days = {"learner": learner, "certification": certification, **pair, "assigned": assigned}
        row = LearnerCertification.objects.create(**days, **(_days(current) if current else {}))
        for record in history:
            PastCompletion.objects.create(learner_certification=row, **_days(record))
        return row

    return enter


def _days(record: CompletionRecord) -> dict[str, Any]:
    return {
        "completed": record.completed,
        "expires": record.expires,
        "window_opens": record.window_opens,
        "baseline_expires": record.baseline_expires,
    }


@pytest.fixture
def dates() -> Callable[[CompletionState], SimpleNamespace]:
    """The dates of a state, without where its records came from."""

    def of(state: CompletionState) -> SimpleNamespace:
        history = sorted((str(past.completed), str(past.expires)) for past in state.history)
        current = state.current and (str(state.current.completed), str(state.current.expires))
        return SimpleNamespace(current=current, history=history, assigned=state.assigned)

    return of
