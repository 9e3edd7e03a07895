"""From decisions to changes, and back from the host's answers."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from cert_completion_hooks.types import (
    CertificationState,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    Learner,
    StateKey,
    WriteResult,
    WriteStatus,
)

from cert_completion_plugin.core.changes import (
    Settled,
    as_drifted,
    as_failed,
    changes_of,
    in_conflict,
    items_of,
    key_of,
    row_key,
    settle,
)
from cert_completion_plugin.core.decide import decide
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import ImportAction, Messages, Options
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import Decision, ResolvedRow
from tests.core.builders import PAIR, TODAY, by_line, codes, record, resolved

BEA = Learner(key="l0", username="bea")
HELD = record(date(2025, 3, 1), date(2026, 3, 1), date(2026, 2, 1))
STATE = CompletionState(state=CertificationState.CERTIFIED, current=HELD)
OPTIONS = Options(import_action=ImportAction.CERTIFY_IF_NEWER, messages=Messages.SEND)

RENEWED = resolved(3, date(2025, 8, 1))
OLD = resolved(2, date(2024, 1, 1))
REPEATED = resolved(5, date(2024, 1, 1))
KNOWN = resolved(4, HELD.completed)
OF_BEA = resolved(6, learner=BEA)
REJECTED = resolved(7, issues=(Issue(Code.LEARNER_NOT_FOUND),))
EVIDENCE = resolved(8, date(2025, 5, 1), date(2025, 6, 1), certification=None)
EVIDENCE_AGAIN = resolved(9, date(2025, 5, 1), certification=None)
ALL = (RENEWED, OLD, REPEATED, KNOWN, OF_BEA, REJECTED, EVIDENCE, EVIDENCE_AGAIN)


def decided(*rows: ResolvedRow) -> list[Decision]:
    return decide(rows, {PAIR: STATE}, {}, OPTIONS, TODAY)


def answered(decisions: list[Decision], **statuses: WriteStatus) -> dict[str, WriteResult]:
    """An answer to everything: `written`, or what is given for a line as `line_3=...`."""
    keys = [change.key for change in changes_of(decisions, "b7")] + [item.key for item in items_of(decisions, "b7")]
    return {
        key: WriteResult(
            key=key,
            status=statuses.get("line_" + key.removeprefix("b7:"), WriteStatus.WRITTEN),
            reason="The record is locked.",
        )
        for key in keys
    }


def test_one_change_holds_all_that_is_written_for_a_learner_and_certification() -> None:
    (change,) = changes_of(decided(RENEWED, OLD, REPEATED, KNOWN), "b7")
    assert change == CompletionChange(
        key="b7:3",
        learner_key="l1",
        certification_key="c1",
        expected=STATE.digest(),
        current=CompletionRecord(
            completed=date(2025, 8, 1),
            expires=date(2026, 8, 1),
            window_opens=date(2026, 7, 1),
            row_key="b7:3",
            line=3,
        ),
        former=HELD,
        history=(
            CompletionRecord(
                completed=date(2024, 1, 1),
                expires=date(2025, 1, 1),
                window_opens=date(2024, 12, 1),
                row_key="b7:2",
                line=2,
            ),
        ),
        assign=True,
        announce=True,
    )


def test_rows_of_history_alone_leave_the_current_record_as_it_is() -> None:
    (change,) = changes_of(decided(OLD, resolved(9, date(2023, 1, 1))), "b7")
    assert (change.key, change.current, change.former) == ("b7:2", None, None)
    assert [one.line for one in change.history] == [2, 9]
    assert not change.announce


def test_changes_come_in_the_order_of_locking_and_only_for_what_is_written() -> None:
    assert [one.state_key for one in changes_of(decided(*ALL), "b7")] == [StateKey("l0", "c1"), PAIR]
    assert changes_of(decided(KNOWN, REJECTED, EVIDENCE), "b7") == []
    assert changes_of([], "b7") == []


def test_the_order_of_stored_decisions_does_not_matter() -> None:
    decisions = decided(RENEWED, OLD, REPEATED, OF_BEA)
    expected = changes_of(decisions, "b7")
    for order in permutations(decisions):
        assert changes_of(order, "b7") == expected


def test_rows_without_their_basis_are_refused() -> None:
    with pytest.raises(ValueError, match="No row of \\[3\\]"):
        changes_of([replace(one, basis=None) for one in decided(RENEWED)], "b7")


def test_items_are_named_by_the_short_name_else_by_the_id_number() -> None:
    decisions = decided(EVIDENCE_AGAIN, EVIDENCE)
    assert items_of(decisions, "b7", "Licence") == [
        EvidenceItem(
            key="b7:8",
            line=8,
            learner_key="l1",
            name="Moon Walking",
            short_name="Moon Walking",
            id_number="",
            completed=date(2025, 5, 1),
            due=date(2025, 6, 1),
            evidence_type="Licence",
        )
    ]
    (by_id_number,) = items_of([replace(decisions[0], short_name="", id_number="MW-1")], "b7")
    assert (by_id_number.name, by_id_number.evidence_type) == ("MW-1", "")


def test_the_key_of_a_decision_is_that_of_the_change_or_item_made_of_it() -> None:
    decisions = by_line(decided(RENEWED, EVIDENCE))
    assert key_of(decisions[3]) == PAIR
    assert key_of(decisions[8]) == items_of(decisions.values(), "b7")[0].evidence_key
    assert row_key("b7", 12) == "b7:12"


class TestSettle:
    @pytest.mark.parametrize("status", [WriteStatus.WRITTEN, WriteStatus.REPEATED])
    def test_what_was_written_stays_as_decided(self, status: WriteStatus) -> None:
        decisions = decided(*ALL)
        settled = settle(decisions, answered(decisions, line_3=status, line_8=status), "b7")
        assert settled.decisions == decisions
        assert settled.conflicts == frozenset()

    def test_what_the_host_refuses_fails_with_all_rows_written_for_that_pair(self) -> None:
        decisions = decided(*ALL)
        settled = settle(decisions, answered(decisions, line_3=WriteStatus.FAILED), "b7")
        after = by_line(settled.decisions)
        assert {line: str(one.outcome) for line, one in after.items()} == {
            2: "failed",
            3: "failed",
            4: "already_held",
            5: "duplicate",
            6: "certified",
            7: "rejected",
            8: "evidence",
            9: "duplicate",
        }
        assert after[3].issues == (Issue(Code.HOST_REFUSED, details={"reason": "The record is locked."}),)
        assert (after[3].expires, after[3].window_opens, after[3].basis) == (None, None, None)
        assert settled.conflicts == frozenset()
        assert [one.state_key for one in changes_of(settled.decisions, "b7")] == [StateKey("l0", "c1")]

    def test_a_refused_item_fails_alone_and_keeps_its_warnings(self) -> None:
        warned = replace(EVIDENCE, issues=(Issue(Code.LEARNER_SUSPENDED),))
        decisions = decided(RENEWED, warned)
        after = by_line(settle(decisions, answered(decisions, line_8=WriteStatus.FAILED), "b7").decisions)
        assert (after[3].outcome, after[8].outcome) == (Outcome.RENEWED, Outcome.FAILED)
        assert codes(after[8]) == ["learner_suspended", "host_refused"]

    def test_conflicts_are_named_and_left_to_the_caller(self) -> None:
        decisions = decided(*ALL)
        answers = answered(decisions, line_3=WriteStatus.CONFLICT, line_8=WriteStatus.CONFLICT)
        settled = settle(decisions, answers, "b7")
        assert settled.decisions == decisions
        assert settled.conflicts == {PAIR, items_of(decisions, "b7")[0].evidence_key}

    def test_all_rows_about_a_conflict_are_decided_again_save_those_never_to_be_written(self) -> None:
        decisions = decided(*ALL)
        assert [one.line for one in in_conflict(Settled(decisions, frozenset({PAIR})))] == [2, 3, 4, 5]
        item = items_of(decisions, "b7")[0].evidence_key
        assert [one.line for one in in_conflict(Settled(decisions, frozenset({item})))] == [8, 9]
        assert in_conflict(Settled(decisions, frozenset())) == []

    def test_rows_that_cannot_be_written_fail_for_a_given_reason(self) -> None:
        reason = Issue(Code.HOST_UNAVAILABLE)
        after = by_line(as_failed(decided(*ALL), {PAIR}, reason))
        assert [line for line, one in after.items() if one.outcome is Outcome.FAILED] == [2, 3]
        assert after[2].issues == (reason,)

    def test_a_missing_answer_is_noticed(self) -> None:
        with pytest.raises(KeyError):
            settle(decided(RENEWED), {}, "b7")


class TestDrift:
    def test_all_rows_of_a_pair_drift_save_those_that_were_never_to_be_written(self) -> None:
        decisions = decided(*ALL)
        failed = replace(decisions[0], line=20, outcome=Outcome.FAILED, basis=None)
        after = by_line(as_drifted([*decisions, failed], {PAIR}))
        drifted = {line for line, one in after.items() if one.outcome is Outcome.DRIFTED}
        assert drifted == {2, 3, 4, 5}
        assert not any(after[line].basis or after[line].expires or after[line].repeats_line for line in drifted)
        assert [after[line] for line in (6, 7, 8, 9)] == decisions[4:]
        assert after[20] is failed

    def test_all_rows_of_an_item_drift(self) -> None:
        decisions = decided(*ALL)
        after = by_line(as_drifted(decisions, {items_of(decisions, "b7")[0].evidence_key}))
        assert {line for line, one in after.items() if one.outcome is Outcome.DRIFTED} == {8, 9}
