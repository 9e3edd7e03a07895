"""Whether what a row wrote is still so."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cert_completion_hooks.types import CertificationState, CompletionState, EvidenceItem

from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision
from cert_completion_plugin.core.story import Standing, present_evidence, present_of
from tests.core.builders import record

OWN, OTHER = "b1:7", "b2:3"
DAYS = date(2025, 5, 1), date(2026, 5, 1), date(2026, 4, 1)
WRITTEN = replace(record(*DAYS), row_key=OWN, line=7)
UNNAMED = record(*DAYS)
NEWER = replace(record(date(2026, 2, 1), date(2027, 2, 1), date(2027, 1, 1)), row_key=OTHER, line=3)


def decision(outcome=Outcome.CERTIFIED, **changes):
    given = {
        "line": 7,
        "outcome": outcome,
        "username": "ana",
        "short_name": "Fire Safety",
        "id_number": "",
        "learner_key": "l1",
        "certification_key": "c1",
        "completed": DAYS[0],
        "expires": DAYS[1],
        "window_opens": DAYS[2],
    }
    return Decision(**{**given, **changes})


def standing(decision, current=None, *history, **keeps):
    return present_of(decision, OWN, CompletionState(current=current, history=history), **keeps).standing


@pytest.mark.parametrize(
    ("outcome", "current", "history", "expected"),
    [
        (Outcome.CERTIFIED, WRITTEN, (), Standing.CURRENT),
        (Outcome.RENEWED, WRITTEN, (NEWER,), Standing.CURRENT),
        (Outcome.CERTIFIED, UNNAMED, (), Standing.CURRENT),
        (Outcome.CERTIFIED, NEWER, (WRITTEN,), Standing.REPLACED),
        (Outcome.CERTIFIED, replace(WRITTEN, expires=date(2026, 6, 1)), (), Standing.CHANGED),
        (Outcome.CERTIFIED, replace(WRITTEN, baseline_expires=date(2026, 3, 1)), (), Standing.CHANGED),
        (Outcome.CERTIFIED, replace(WRITTEN, baseline_expires=DAYS[1]), (), Standing.CURRENT),
        (Outcome.CERTIFIED, NEWER, (), Standing.GONE),
        (Outcome.CERTIFIED, None, (), Standing.GONE),
        (Outcome.HISTORY, NEWER, (WRITTEN,), Standing.IN_HISTORY),
        (Outcome.HISTORY, NEWER, (UNNAMED,), Standing.IN_HISTORY),
        (Outcome.HISTORY, NEWER, (replace(WRITTEN, completed=date(2025, 5, 2)),), Standing.CHANGED),
        (Outcome.HISTORY, WRITTEN, (), Standing.CURRENT),
        (Outcome.HISTORY, NEWER, (), Standing.GONE),
        (Outcome.ALREADY_HELD, NEWER, (replace(UNNAMED, row_key=OTHER),), Standing.HELD),
        (Outcome.ALREADY_HELD, NEWER, (), Standing.NOT_HELD),
        (Outcome.DRIFTED, WRITTEN, (), Standing.NOTHING_WRITTEN),
        (Outcome.DUPLICATE, None, (), Standing.NOTHING_WRITTEN),
    ],
)
def test_how_a_row_stands(outcome, current, history, expected):
    assert standing(decision(outcome), current, *history) is expected


def test_a_record_that_another_row_wrote_is_not_taken_for_its_own():
    assert standing(decision(), replace(WRITTEN, row_key=OTHER)) is Standing.GONE


def test_a_host_that_keeps_no_history_or_no_expiry_is_not_blamed_for_it():
    assert standing(decision(Outcome.HISTORY), NEWER, keeps_history=False) is Standing.NOT_KEPT
    assert standing(decision(), NEWER, keeps_history=False) is Standing.GONE
    bare = replace(record(DAYS[0]), row_key=OWN)
    assert standing(decision(), bare, keeps_expiry=False) is Standing.CURRENT
    assert standing(decision(), bare) is Standing.CHANGED


def test_what_is_held_is_told_with_who_changed_it():
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    state = CompletionState(
        state=CertificationState.EXPIRED, current=NEWER, history=(WRITTEN,), changed_by="eva", changed_at=moment
    )
    present = present_of(decision(), OWN, state)
    assert (present.state, present.current, present.record) == (CertificationState.EXPIRED, NEWER, WRITTEN)
    assert (present.changed_by, present.changed_at) == ("eva", moment)


ITEM = EvidenceItem(
    key=OWN,
    learner_key="l1",
    name="Canoe",
    short_name="Canoe",
    id_number="",
    completed=DAYS[0],
    due=DAYS[1],
    evidence_type="course",
    fields={"hours": "3"},
)


@pytest.mark.parametrize(
    ("outcome", "item", "expected"),
    [
        (Outcome.EVIDENCE, ITEM, Standing.EVIDENCE),
        (Outcome.EVIDENCE, replace(ITEM, key=""), Standing.EVIDENCE),
        (Outcome.EVIDENCE, replace(ITEM, key=OTHER), Standing.GONE),
        (Outcome.EVIDENCE, replace(ITEM, due=None), Standing.CHANGED),
        (Outcome.EVIDENCE, replace(ITEM, fields={"hours": "4"}), Standing.CHANGED),
        (Outcome.EVIDENCE, None, Standing.GONE),
        (Outcome.ALREADY_HELD, replace(ITEM, key=OTHER), Standing.HELD),
        (Outcome.ALREADY_HELD, None, Standing.NOT_HELD),
        (Outcome.DUPLICATE, ITEM, Standing.NOTHING_WRITTEN),
    ],
)
def test_how_evidence_stands(outcome, item, expected):
    row = decision(outcome, certification_key="", due=DAYS[1], fields={"hours": "3"})
    assert present_evidence(row, OWN, "course", item).standing is expected
