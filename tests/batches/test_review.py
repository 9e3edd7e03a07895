"""Review before writing: a plan waits, is written as it was approved, and what changed since drifts (§6)."""

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pytest
from cert_completion_hooks import (
    Actor,
    CompletionRecord,
    EvidenceItem,
    HostUnavailable,
    LearnerStatus,
    Period,
    PeriodUnit,
)
from cert_completion_hooks.memory import MemoryHost
from django.db import OperationalError

from cert_completion_plugin import api, batches
from cert_completion_plugin.batches import cancelling, plans
from cert_completion_plugin.batches.recording import Recorder
from cert_completion_plugin.core.outcomes import Phase
from cert_completion_plugin.models import ImportBatch, LedgerEntry, Plan, Portion
from cert_completion_plugin.store import plans as stored_plans
from tests import doubles, people
from tests.batches.conftest import let_time_pass, outcomes

pytestmark = pytest.mark.django_db

HELD = CompletionRecord(completed=date(2025, 1, 1), expires=date(2026, 1, 1), window_opens=date(2025, 12, 1))
CURRENT = CompletionRecord(completed=date(2025, 6, 1), expires=date(2026, 6, 1), window_opens=date(2026, 5, 1))
ACTIONS = ("save_to_history", "certify_uncertified", "certify_if_newer")
ROWS = ("a00,Forklift,F1,2025-09-01,", "a00,Forklift,F1,2024-09-01,", "a01,Forklift,F1,2025-09-01,")
OWN_STORE = pytest.mark.parametrize("world", [MemoryHost], ids=["own-store"], indirect=True)


@pytest.fixture
def approver(db):
    return people.person("approver")


@pytest.fixture
def plan(world, submit):
    """Plans these rows; the import waits for approval."""

    def plan(*rows, **options):
        batch = submit(*rows, **{"review": True, **options})
        api.work_off(batch.id)
        found = present(batch)
        assert found.state == "awaiting_approval"
        return found

    return plan


@pytest.fixture
def approve(approver):
    """Approves the present plan and has it written."""

    def approve(batch, **how):
        approval = api.approve(approver, batch, **{"plan": present(batch).plan, **how})
        drain(batch)
        return approval

    return approve


def present(batch):
    found = api.find(api.SYSTEM, batch.reference)
    assert found is not None
    return found


def drain(batch):
    """Work the import off as far as it goes, however often it has to wait."""
    for _ in range(60):
        try:
            api.work_off(batch.id)
            return
        except api.TryAgain:
            let_time_pass()


def planned(batch, number):
    return {row.line: str(row.outcome) for row in planned_rows(batch, number)}


def planned_rows(batch, number):
    return api.page(api.SYSTEM, batch, phase=Phase.PLANNED, plan=number).rows


def test_a_plan_waits_and_nothing_is_written(world, plan):
    world.hold("a01", "Forklift", current=CURRENT)
    batch = plan(*ROWS, "nobody,Forklift,F1,2025-09-01,")
    assert world.written == ()
    assert outcomes(batch) == {}
    assert planned(batch, 1) == {2: "certified", 3: "history", 4: "renewed", 5: "rejected"}
    summary = api.plan_summary(api.SYSTEM, batch)
    assert (summary.number, summary.as_of, summary.rows, summary.writes) == (1, date(2026, 3, 15), 4, 3)
    assert summary.counts["outcomes"] == {"certified": 1, "history": 1, "renewed": 1, "rejected": 1}
    assert summary.counts["issues"] == {"learner_not_found": 1}
    [forklift] = summary.certifications
    assert (forklift.short_name, forklift.id_number) == ("Forklift", "F1")
    assert forklift.outcomes == {"certified": 1, "history": 1, "renewed": 1}


def test_who_waits_for_approval_is_not_stalled_and_has_no_work(plan):
    batch = plan(*ROWS)
    ImportBatch.objects.update(progressed_at=batch.progressed_at - timedelta(days=30))
    Portion.objects.update(done_at=None, claimed_at=None)
    assert api.sweep() == []
    assert api.unfinished() == []
    assert batches.take_turn(batch.id) == batches.Turn(opens=False, seconds=None)
    assert batches.next_work(batch.id) is None


def test_what_is_approved_is_written(world, plan, approve, approver):
    batch = plan(*ROWS)
    assert approve(batch).is_given
    found = present(batch)
    assert found.state == "finished"
    assert (found.approved_by_name, found.approved_by_key) == ("approver", str(approver.pk))
    assert found.approved_at is not None
    assert outcomes(found) == {2: "certified", 3: "history", 4: "certified"}
    assert world.held("a00", "Forklift").current.completed == date(2025, 9, 1)


def test_hosts_hear_who_approved_and_who_uploaded(world, plan, approve):
    approve(plan(*ROWS))
    [(info, _)] = world.finished
    assert (info.actor.username, info.uploaded_by.username) == ("approver", "uploader")


def test_only_one_of_two_approvals_counts(plan, approver, uploader):
    batch = plan(*ROWS)
    assert api.approve(approver, batch, plan=1).is_given
    assert api.approve(uploader, batch, plan=1).verdict == "not_waiting"
    assert present(batch).approved_by_name == "approver"


def test_two_approvals_at_once_are_told_apart_by_the_last_statement(plan, approver, uploader, monkeypatch):
    batch = plan(*ROWS)
    rules, approvals = stored_plans.rules, []

    def meanwhile(*args):
        if not approvals:
            approvals.append(None)
            approvals[0] = api.approve(uploader, batch, plan=1)
        return rules(*args)

    monkeypatch.setattr("cert_completion_plugin.store.plans.rules", meanwhile)
    assert api.approve(approver, batch, plan=1).verdict == "not_waiting"
    assert approvals[0].is_given
    assert present(batch).approved_by_name == "uploader"


def test_a_plan_that_was_made_anew_meanwhile_cannot_be_approved(plan, approver, monkeypatch):
    batch = plan(*ROWS)
    rules = stored_plans.rules

    def meanwhile(*args):
        api.plan_anew(approver, batch)
        return rules(*args)

    monkeypatch.setattr("cert_completion_plugin.store.plans.rules", meanwhile)
    assert api.approve(approver, batch, plan=1).verdict == "outdated"
    assert present(batch).state == "planning"


def test_a_plan_after_which_another_waits_already_cannot_be_approved(plan, approver, monkeypatch):
    batch = plan(*ROWS)
    rules, made = stored_plans.rules, []

    def meanwhile(*args):
        if not made:
            made.append(api.plan_anew(approver, batch))
            api.work_off(batch.id)
        return rules(*args)

    monkeypatch.setattr("cert_completion_plugin.store.plans.rules", meanwhile)
    assert api.approve(approver, batch, plan=1).verdict == "outdated"
    assert (present(batch).state, present(batch).plan) == ("awaiting_approval", 2)


def test_an_outdated_plan_cannot_be_approved(world, plan, approver, approve):
    batch = plan(*ROWS)
    assert api.plan_anew(approver, batch)
    api.work_off(batch.id)
    assert approve(batch, plan=1).verdict == "outdated"
    assert world.written == ()
    assert approve(batch, plan=2).is_given
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "certified"}


def test_a_plan_that_never_was_cannot_be_approved(plan, approver):
    assert api.approve(approver, plan(*ROWS), plan=2).verdict == "outdated"


def changed_record(world):
    world.hold("a00", "Forklift", current=CURRENT)


def changed_history(world):
    world.hold("a00", "Forklift", history=[HELD])


def changed_assignment(world):
    world.hold("a00", "Forklift", assigned=True)


def removed_learner(world):
    world.remove_learner("a00")


def retired_learner(world):
    [learner] = world.find_learners(None, ["a00"])["a00"]
    world._learners[learner.key] = replace(learner, status=LearnerStatus.DELETED)


CHANGES_OF_ONE = (changed_record, changed_history, changed_assignment, removed_learner, retired_learner)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("change", CHANGES_OF_ONE, ids=lambda change: change.__name__)
def test_all_rows_of_what_changed_since_drift_and_the_others_are_written(world, plan, approve, action, change):
    batch = plan(*ROWS, import_action=action)
    change(world)
    before = world._pairs.copy()
    assert approve(batch).is_given
    found = present(batch)
    written = "history" if action == "save_to_history" else "certified"
    assert outcomes(found) == {2: "drifted", 3: "drifted", 4: written}
    assert found.counts["outcomes"] == {"drifted": 2, written: 1}
    guilty = {key: pair for key, pair in world._pairs.items() if key.learner_key == "learner-1"}
    assert guilty == {key: pair for key, pair in before.items() if key.learner_key == "learner-1"}
    assert LedgerEntry.objects.filter(phase=Phase.PLANNED, revision__gt=0).count() == 0


def withdrawn_right(world):
    world.change_certification(replace(world.list_certifications(Actor(key="", username=""), "", 9)[1], allowed=False))


def deleted_certification(world):
    world.remove_certification("Forklift")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("change", [withdrawn_right, deleted_certification], ids=lambda change: change.__name__)
def test_rows_whose_certification_or_right_is_gone_drift(world, plan, approve, action, change):
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,", import_action=action)
    change(world)
    assert approve(batch).is_given
    written = "history" if action == "save_to_history" else "certified"
    assert outcomes(present(batch)) == {2: "drifted", 3: "drifted", 4: "drifted", 5: written}


ELSEWHERE = {
    retired_learner: {2: "drifted", 3: "drifted", 4: "certified", 5: "certified"},
    withdrawn_right: {2: "drifted", 3: "drifted", 4: "drifted", 5: "certified"},
    deleted_certification: {2: "drifted", 3: "drifted", 4: "drifted", 5: "certified"},
}


@pytest.mark.parametrize("change", ELSEWHERE, ids=lambda change: change.__name__)
def test_what_is_gone_by_the_word_of_another_host_than_the_one_that_writes(world, plan, approve, settings, change):
    directory = doubles.install_directory(settings, world)
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,")
    change(directory.known)
    directory.asked_by.clear()
    assert approve(batch).is_given
    assert outcomes(present(batch)) == ELSEWHERE[change]
    assert {name for _, name in directory.asked_by} == {"approver"}


def test_evidence_of_a_learner_who_is_gone_by_the_word_of_another_host(world, plan, approve, settings):
    directory = doubles.install_directory(settings, world)
    batch = plan("a00,Boat,,2025-06-01,", "a01,Boat,,2025-06-01,", unknown_certification="create_evidence")
    retired_learner(directory.known)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "drifted", 3: "evidence"}


def renamed_learner(world):
    [learner] = world.find_learners(None, ["a00"])["a00"]
    world._learners[learner.key] = replace(learner, username="anna")


def name_given_to_another(world):
    renamed_learner(world)
    world.add_learner("a00")


def name_of_a_deleted_one(world):
    renamed_learner(world)
    world.add_learner("a00", status="deleted")


RENAMED = pytest.mark.parametrize(
    "change", [renamed_learner, name_given_to_another, name_of_a_deleted_one], ids=lambda change: change.__name__
)


@RENAMED
def test_a_learner_who_merely_has_another_name_now_is_written(world, plan, approve, change):
    batch = plan(*ROWS)
    change(world)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "certified"}
    assert [each.learner_key for each in world.written] == ["learner-1", "learner-2"]


def test_what_is_gone_is_asked_for_once_for_all_rows(world, plan, approve, settings):
    directory = doubles.install_directory(settings, world)
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,", "a03,Crane,C1,2025-09-01,")
    directory.asked_by.clear()
    approve(batch)
    writing = directory.asked_by[1:]
    assert sorted(hook for hook, _ in writing) == ["find_certifications", "find_learners"]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_rule_that_changed_since_has_approval_refused(world, plan, approve, approver, action):
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,", import_action=action)
    change_rule(world)
    approval = approve(batch)
    assert (approval.verdict, approval.certifications) == ("rules_changed", ("Forklift (F1)",))
    found = present(batch)
    assert (found.state, found.approved_at, world.written) == ("awaiting_approval", None, ())
    assert api.plan_anew(approver, found)
    api.work_off(batch.id)
    assert approve(batch).is_given
    rows = api.rows(api.SYSTEM, present(batch))
    assert {row.line: row.expires for row in rows}[2] == date(2027, 9, 1)


def change_rule(world, **names):
    forklift = next(
        each for each in world.list_certifications(Actor(key="", username=""), "", 9) if each.short_name == "Forklift"
    )
    rule = forklift.rule._replace(active=Period(2, PeriodUnit.YEAR))
    world.change_certification(replace(forklift, rule=rule, **names))


def test_a_rule_is_found_again_though_its_certification_has_other_names_now(world, plan, approve):
    batch = plan(*ROWS)
    change_rule(world, short_name="Fork lifts", id_number="FL")
    assert approve(batch).verdict == "rules_changed"


def test_a_certification_that_is_merely_called_otherwise_now_is_written(world, plan, approve):
    batch = plan(*ROWS)
    forklift = next(
        each for each in world.list_certifications(Actor(key="", username=""), "", 9) if each.short_name == "Forklift"
    )
    world.change_certification(replace(forklift, short_name="Fork lifts", id_number="FL"))
    assert approve(batch).is_given
    assert set(outcomes(present(batch)).values()) == {"certified", "history"}


def test_a_rule_that_changed_while_the_plan_was_made_has_approval_refused(world, submit, approve, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = submit(*ROWS, review=True)
    batches.read(batch.id)
    first, second = Portion.objects.order_by("number").values_list("pk", flat=True)
    batches.work(first)
    change_rule(world)
    batches.work(second)
    assert batches.advance(batch.id)
    assert approve(batch).verdict == "rules_changed"


def test_rules_are_asked_for_in_one_call(world, plan, approver, monkeypatch):
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,")
    calls = []
    find = world.find_certifications

    def counted(self, references, *, ignore_case):
        calls.append(tuple(references))
        return find(Actor(key="", username=""), references, ignore_case)

    monkeypatch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_certifications", counted)
    assert api.approve(approver, batch, plan=1).is_given
    assert [sorted(each) for each in calls] == [[("Crane", "C1"), ("Forklift", "F1")]]


def test_rules_are_asked_for_whoever_approves(world, plan, approver, settings):
    directory = doubles.install_directory(settings, world)
    batch = plan(*ROWS)
    directory.asked_by.clear()
    assert api.approve(approver, batch, plan=1).is_given
    assert directory.asked_by == [("find_certifications", "approver")]


def test_a_host_that_is_away_at_approval_changes_nothing(plan, approve, monkeypatch):
    batch = plan(*ROWS)

    def away(*args, **kwargs):
        raise HostUnavailable("gone")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.gateway.asking.ActorHost.find_certifications", away)
        approval = approve(batch)
    assert (approval.verdict, bool(approval.reference)) == ("host_away", True)
    assert present(batch).state == "awaiting_approval"
    assert approve(batch).is_given


def test_days_that_pass_are_no_drift(world, plan, approve, monkeypatch):
    world.hold("a00", "Forklift", current=CURRENT)
    batch = plan(*ROWS)
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2030, 1, 1))
    assert approve(batch).is_given
    found = present(batch)
    assert outcomes(found) == {2: "renewed", 3: "history", 4: "certified"}
    assert found.as_of == date(2026, 3, 15)


@pytest.mark.parametrize("change", [removed_learner, changed_history], ids=lambda change: change.__name__)
def test_what_was_held_when_it_was_planned_and_is_not_any_more_drifts(world, plan, approve, change):
    world.hold("a00", "Forklift", current=CURRENT)
    world.hold("a01", "Forklift", current=CURRENT)
    rows = ("a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2025-06-01,", "a01,Forklift,F1,2025-06-01,")
    batch = plan(*rows)
    assert planned(batch, 1) == {2: "already_held", 3: "already_held", 4: "already_held"}
    change(world)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "drifted", 3: "drifted", 4: "already_held"}


def renamed_certification(world):
    forklift = next(
        each for each in world.list_certifications(Actor(key="", username=""), "", 9) if each.short_name == "Forklift"
    )
    world.change_certification(replace(forklift, short_name="Fork lifts", id_number="FL"))


def swapped_certifications(world):
    crane, forklift = world.list_certifications(Actor(key="", username=""), "", 9)
    world.change_certification(replace(forklift, short_name="Crane", id_number="C1"))
    world.change_certification(replace(crane, short_name="Forklift", id_number="F1"))


MERELY_RENAMED = (
    renamed_learner,
    name_given_to_another,
    name_of_a_deleted_one,
    renamed_certification,
    swapped_certifications,
)


@pytest.mark.parametrize("policy", ["valid_rows", "all_or_nothing"])
@pytest.mark.parametrize("change", MERELY_RENAMED, ids=lambda change: change.__name__)
def test_what_is_held_is_held_whatever_it_is_called_now(world, plan, approve, change, policy):
    world.hold("a00", "Forklift", current=CURRENT, history=[HELD])
    rows = ("a00,Forklift,F1,2025-06-01,", "a00,Forklift,F1,2025-01-01,", "a01,Forklift,F1,2025-06-01,")
    batch = plan(*rows, commit_policy=policy)
    expected = {2: "already_held", 3: "already_held", 4: "certified"}
    assert planned(batch, 1) == expected
    change(world)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == expected


def evidence_of(world, username):
    [learner] = world.find_learners(None, [username])[username]
    return EvidenceItem(
        learner_key=learner.key, name="Boat", short_name="Boat", id_number="", completed=date(2025, 6, 1)
    )


def test_evidence_is_held_though_there_is_a_certification_of_that_name_now(world, plan, approve):
    world.add_evidence(evidence_of(world, "a00"))
    world.add_evidence(evidence_of(world, "a01"))
    batch = plan("a00,Boat,,2025-06-01,", "a01,Boat,,2025-06-01,", unknown_certification="create_evidence")
    assert planned(batch, 1) == {2: "already_held", 3: "already_held"}
    world.add_certification(doubles.yearly("Boat"))
    world._evidence.remove(evidence_of(world, "a01"))
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "already_held", 3: "drifted"}


def test_what_is_held_by_a_certification_that_may_not_be_written_any_more_drifts(world, plan, approve):
    world.hold("a00", "Forklift", current=CURRENT)
    batch = plan("a00,Forklift,F1,2025-06-01,")
    withdrawn_right(world)
    approve(batch)
    assert outcomes(present(batch)) == {2: "drifted"}


def test_evidence_that_somebody_else_created_since_drifts(world, plan, approve):
    batch = plan("a00,Boat,,2025-06-01,", "a01,Boat,,2025-06-01,", unknown_certification="create_evidence")
    [learner] = world.find_learners(None, ["a00"])["a00"]
    world.add_evidence(
        EvidenceItem(
            key="else",
            line=0,
            learner_key=learner.key,
            name="Boat",
            short_name="Boat",
            id_number="",
            completed=date(2025, 6, 1),
            due=None,
        )
    )
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "drifted", 3: "evidence"}
    assert len(world.evidence) == 2


def test_of_two_imports_planned_at_once_the_later_one_drifts_where_they_overlap(plan, approve):
    first, second = plan(*ROWS), plan("a00,Forklift,F1,2025-10-01,", "a03,Forklift,F1,2025-10-01,")
    approve(first)
    approve(second)
    assert outcomes(present(second)) == {2: "drifted", 3: "certified"}


# a host with a store of its own


def gone_after(change, monkeypatch, error, only=lambda decision: True):
    """The host writes some of the decisions; the word of it gets lost, and something changes before the repeat."""
    write, losses = Recorder.write, [error]

    def lost(recorder, decisions):
        if not losses:
            return write(recorder, decisions)
        write(recorder, [decision for decision in decisions if only(decision)])
        change()
        raise losses.pop()

    monkeypatch.setattr(Recorder, "write", lost)


LOST = pytest.mark.parametrize(
    "error", [HostUnavailable("no answer"), OperationalError("server closed the connection")], ids=["later", "at-once"]
)


@OWN_STORE
@LOST
@pytest.mark.parametrize(
    "change", [retired_learner, withdrawn_right, deleted_certification], ids=lambda change: change.__name__
)
def test_what_was_written_before_the_word_got_lost_is_reported_though_it_is_out_of_reach_now(
    world, plan, approve, monkeypatch, settings, change, error
):
    directory = doubles.install_directory(settings, world)
    batch = plan(*ROWS)
    gone_after(partial(change, directory.known), monkeypatch, error)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "certified"}
    assert api.undo_obstacle(present(batch)) is None


@OWN_STORE
@LOST
def test_what_was_not_written_before_a_right_was_withdrawn_is_not_written_at_the_repeat(
    world, plan, approve, monkeypatch, settings, error
):
    directory = doubles.install_directory(settings, world)
    batch = plan(*ROWS, "a02,Crane,C1,2025-09-01,")
    withdraw = partial(withdrawn_right, directory.known)
    gone_after(withdraw, monkeypatch, error, only=lambda decision: decision.username == "a00")
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "drifted", 5: "certified"}
    assert world.held("a01", "Forklift").current is None


@OWN_STORE
def test_evidence_that_was_written_before_its_learner_was_gone(world, plan, approve, monkeypatch, settings):
    directory = doubles.install_directory(settings, world)
    batch = plan(
        "a00,Boat,,2025-06-01,",
        "a00,Boat,,2025-07-01,",
        "a01,Boat,,2025-06-01,",
        unknown_certification="create_evidence",
    )
    error = HostUnavailable("no answer")
    gone_after(partial(retired_learner, directory.known), monkeypatch, error, only=lambda decision: decision.line == 2)
    assert approve(batch).is_given
    assert outcomes(present(batch)) == {2: "evidence", 3: "drifted", 4: "evidence"}
    assert [item.line for item in world.evidence] == [2, 4]


def test_whether_rows_that_drifted_can_be_undone_depends_on_where_they_would_be_written(world, plan, approve):
    batch = plan("a00,Forklift,F1,2025-09-01,")
    changed_record(world)
    approve(batch)
    assert outcomes(present(batch)) == {2: "drifted"}
    obstacle = api.Obstacle.NOTHING_RECORDED if isinstance(world, doubles.SharedHost) else None
    assert api.undo_obstacle(present(batch)) is obstacle


@OWN_STORE
def test_what_was_written_and_is_reported_as_drifted_is_undone_too(world, plan, approve, approver, monkeypatch):
    batch = plan(*ROWS)
    write = Recorder.write

    def denied(recorder, decisions):
        settled = write(recorder, decisions)
        return replace(settled, conflicts=frozenset(decision.state_key for decision in decisions))

    monkeypatch.setattr(Recorder, "write", denied)
    approve(batch)
    found = present(batch)
    assert set(outcomes(found).values()) == {"drifted"}
    assert world.held("a00", "Forklift").current is not None
    api.preview_undo(approver, found)
    drain(found)
    undo = api.undo_state(found)
    assert undo is not None
    assert api.undo(approver, found, "It was the wrong file.", preview=undo.number)
    drain(found)
    assert world.held("a00", "Forklift").current is None
    assert world.held("a00", "Forklift").history == ()


# discarding, cancelling


def test_a_discarded_plan_leaves_nothing_and_says_so_of_each_row(world, plan, approver):
    world.hold("a02", "Forklift", current=CURRENT)
    batch = plan(*ROWS, "nobody,Forklift,F1,2025-09-01,", "a02,Forklift,F1,2025-06-01,")
    assert api.discard(approver, batch)
    assert not api.discard(approver, batch)
    api.work_off(batch.id)
    found = present(batch)
    assert (found.state, found.cancelled_by_name, world.written) == ("cancelled", "approver", ())
    assert outcomes(found) == {2: "cancelled", 3: "cancelled", 4: "cancelled", 5: "rejected", 6: "already_held"}
    assert api.approve(approver, batch, plan=1).verdict == "not_waiting"


def test_cancelling_an_import_that_waits_discards_it(world, plan, uploader):
    batch = plan(*ROWS, commit_policy="all_or_nothing")
    assert api.cancel(uploader, batch)
    api.work_off(batch.id)
    found = present(batch)
    assert (found.state, found.held_back, world.written) == ("cancelled", None, ())
    assert set(outcomes(found).values()) == {"cancelled"}


def test_what_is_being_written_cannot_be_discarded(plan, approver):
    batch = plan(*ROWS)
    api.approve(approver, batch, plan=1)
    assert not api.discard(approver, batch)
    assert present(batch).cancelled_at is None


def test_a_discarded_plan_is_never_written_however_often_it_is_interrupted(world, plan, approver, monkeypatch):
    batch = plan(*ROWS)
    api.discard(approver, batch)
    leave_out, failures = cancelling.leave_out, [1] * 5

    def interrupted(*args):
        if failures:
            failures.pop()
            raise OperationalError("server closed the connection")
        leave_out(*args)

    monkeypatch.setattr(cancelling, "leave_out", interrupted)
    drain(batch)
    assert (present(batch).state, world.written) == ("cancelled", ())
    assert set(outcomes(present(batch)).values()) == {"cancelled"}


# planning anew


def test_a_plan_made_anew_has_the_next_number_and_today_and_leaves_the_old_one(world, plan, approver, monkeypatch):
    batch = plan(*ROWS)
    world.hold("a00", "Forklift", current=CURRENT)
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 20))
    assert api.plan_anew(approver, batch)
    assert not api.plan_anew(approver, batch)
    api.work_off(batch.id)
    found = present(batch)
    assert (found.state, found.plan, found.as_of) == ("awaiting_approval", 2, date(2026, 3, 20))
    assert planned(found, 1) == {2: "certified", 3: "history", 4: "certified"}
    assert planned(found, 2) == {2: "renewed", 3: "history", 4: "certified"}
    old, new = api.plan_summary(api.SYSTEM, found, 1), api.plan_summary(api.SYSTEM, found)
    assert (old.as_of, old.planned_by, new.as_of, new.planned_by) == (
        date(2026, 3, 15),
        "",
        date(2026, 3, 20),
        "approver",
    )
    assert api.plan_numbers(found) == [1, 2]


def test_the_old_portions_are_made_again(plan, approver, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = plan(*(f"a{number:02},Forklift,F1,2025-09-01," for number in range(6)))
    api.plan_anew(approver, batch)
    extents = ("number", "first_slice", "last_slice", "rows")
    old, new = (list(Portion.objects.filter(plan=number).order_by("number").values_list(*extents)) for number in (1, 2))
    assert len(old) == 6
    assert old == new


def test_close_matches_are_confirmed_by_value(world, plan, approver, approve):
    rows = (
        "a00,Forklfit,,2025-09-01,",
        "a01, Forklfit ,,2025-09-01,",
        "a02,Forklif,,2025-09-01,",
        "a03,Forklift,,2025-09-01,",
    )
    batch = plan(*rows, unknown_certification="create_evidence")
    summary = api.plan_summary(api.SYSTEM, batch)
    assert [(each.value, each.rows, each.line, each.nearest) for each in summary.close_matches] == [
        ("Forklfit", 2, 2, "Forklift"),
        ("Forklif", 1, 4, "Forklift"),
    ]
    assert api.plan_anew(approver, batch, confirmed=["Forklfit"])
    api.work_off(batch.id)
    again = api.plan_summary(api.SYSTEM, present(batch))
    assert again.confirmed == ("Forklfit",)
    assert [each.value for each in again.close_matches] == ["Forklif"]
    assert planned(batch, 2) == {2: "evidence", 3: "evidence", 4: "rejected", 5: "certified"}
    assert api.plan_anew(approver, present(batch), confirmed=["Forklif"])
    api.work_off(batch.id)
    assert api.plan_summary(api.SYSTEM, present(batch)).confirmed == ("Forklfit", "Forklif")
    approve(batch)
    assert outcomes(present(batch)) == {2: "evidence", 3: "evidence", 4: "evidence", 5: "certified"}


def test_confirmed_names_go_with_an_answered_date_format(plan, submit, approver):
    batch = submit("a00,Forklfit,,03/04/2025,", review=True, unknown_certification="create_evidence")
    api.work_off(batch.id)
    api.answer(api.SYSTEM, present(batch), date_format="DD/MM/YYYY")
    api.work_off(batch.id)
    assert api.plan_anew(approver, present(batch), confirmed=["Forklfit"])
    api.work_off(batch.id)
    [row] = planned_rows(present(batch), 2)
    assert (row.outcome, row.completed) == ("evidence", date(2025, 4, 3))


# all or nothing


def test_all_or_nothing_is_decided_on_the_plan(world, plan, approve):
    batch = plan(*ROWS, "nobody,Forklift,F1,2025-09-01,", commit_policy="all_or_nothing")
    summary = api.plan_summary(api.SYSTEM, batch)
    assert (summary.writes, summary.blocking) == (0, {"rows": 1, "line": 5})
    assert approve(batch).is_given
    found = present(batch)
    assert (found.state, found.held_back) == ("finished", {"phase": "planned", "rows": 1, "line": 5})
    assert outcomes(found) == {2: "cancelled", 3: "cancelled", 4: "cancelled", 5: "rejected"}
    assert all(world.held(name, "Forklift").current is None for name in ("a00", "a01"))


@pytest.mark.parametrize("portion_rows", [1, 1000])
def test_all_or_nothing_takes_everything_back_if_a_row_drifts(world, plan, approve, settings, portion_rows):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": portion_rows}
    batch = plan(*(f"a{number:02},Forklift,F1,2025-09-01," for number in range(6)), commit_policy="all_or_nothing")
    world.hold("a03", "Forklift", current=CURRENT)
    assert approve(batch).is_given
    found = present(batch)
    assert (found.state, found.held_back["phase"]) == ("finished", "written")
    assert outcomes(found) == {
        2: "cancelled",
        3: "cancelled",
        4: "cancelled",
        5: "drifted",
        6: "cancelled",
        7: "cancelled",
    }
    assert all(world.held(f"a{number:02}", "Forklift").current is None for number in (0, 1, 2, 4, 5))
    assert world.held("a03", "Forklift").current == CURRENT


def test_all_or_nothing_is_written_whole_where_nothing_changed(plan, approve):
    batch = plan(*ROWS, commit_policy="all_or_nothing")
    approve(batch)
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "certified"}


# thresholds


def with_thresholds(settings, **thresholds):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "THRESHOLDS": thresholds}


BREAKING = {
    "problem_rows": ("a00,Forklift,F1,,", "a01,Forklift,F1,2025-09-01,"),
    "unknown_learners": ("nobody,Forklift,F1,2025-09-01,", "a01,Forklift,F1,2025-09-01,"),
    "overwritten": ("a19,Forklift,F1,2025-09-01,", "a01,Forklift,F1,2025-09-01,"),
    "expired_at_once": ("a00,Forklift,F1,2015-09-01,", "a01,Forklift,F1,2025-09-01,"),
}


@pytest.mark.parametrize("name", BREAKING)
def test_a_broken_threshold_waits_without_review_and_wants_to_be_accepted(world, submit, approve, settings, name):
    with_thresholds(settings, **{name: 0.25})
    world.hold("a19", "Forklift", current=CURRENT)
    batch = submit(*BREAKING[name])
    api.work_off(batch.id)
    assert (present(batch).state, world.written) == ("awaiting_approval", ())
    [check] = api.plan_summary(api.SYSTEM, batch).broken
    assert (check.name, check.rows, check.of, check.limit) == (name, 1, 2, 0.25)
    assert approve(batch).verdict == "broken"
    assert present(batch).state == "awaiting_approval"
    assert approve(batch, accept_broken=True).is_given
    assert present(batch).state == "finished"


@pytest.mark.parametrize("name", BREAKING)
def test_a_threshold_that_is_just_kept_lets_the_import_go_on(world, submit, settings, name):
    with_thresholds(settings, **{name: 0.5})
    world.hold("a19", "Forklift", current=CURRENT)
    batch = submit(*BREAKING[name])
    api.work_off(batch.id)
    found = present(batch)
    assert (found.state, found.approved_at) == ("finished", None)


def test_where_thresholds_are_kept_conflicts_are_decided_again(world, submit, settings):
    with_thresholds(settings, problem_rows=0)
    batch = submit(*ROWS)
    batches.read(batch.id)
    [portion] = Portion.objects.values_list("pk", flat=True)
    batches.work(portion)
    assert batches.advance(batch.id)
    world.hold("a00", "Forklift", current=CURRENT)
    drain(batch)
    assert outcomes(present(batch)) == {2: "renewed", 3: "history", 4: "certified"}


def test_without_thresholds_and_review_nothing_is_planned_first(world, submit):
    batch = submit(*ROWS)
    batches.read(batch.id)
    assert present(batch).state == "writing"
    drain(batch)
    assert not Plan.objects.exists()


@pytest.mark.usefixtures("world")
def test_thresholds_of_an_import_that_is_held_back_anyway_wait_for_nobody(submit, settings):
    with_thresholds(settings, problem_rows=0)
    batch = submit(*ROWS, "nobody,Forklift,F1,2025-09-01,", commit_policy="all_or_nothing")
    drain(batch)
    assert present(batch).state == "finished"


def test_with_review_thresholds_are_told_and_the_plan_waits_anyway(plan, approve, settings):
    with_thresholds(settings, problem_rows=0.5, overwritten=0)
    summary = api.plan_summary(api.SYSTEM, plan(*ROWS))
    assert [(check.name, check.is_broken) for check in summary.thresholds] == [
        ("problem_rows", False),
        ("overwritten", False),
    ]


@pytest.mark.usefixtures("world")
def test_a_plan_of_no_rows_waits_for_nobody(submit, settings):
    with_thresholds(settings, problem_rows=0)
    batch = submit(review=True)
    api.work_off(batch.id)
    assert present(batch).state == "finished"


# crashes and repeats


def test_a_plan_that_could_not_be_kept_is_kept_by_the_next_turn(submit, monkeypatch):
    batch = submit(*ROWS, review=True)

    def dies(*args):
        raise OperationalError("server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr("cert_completion_plugin.store.plans.create", dies)
        with pytest.raises(api.TryAgain):
            api.work_off(batch.id)
    assert (present(batch).state, Plan.objects.count()) == ("planning", 0)
    drain(batch)
    assert (present(batch).state, Plan.objects.count()) == ("awaiting_approval", 1)


def test_a_worker_that_is_late_with_the_first_plan_does_not_complete_the_second(submit, approver):
    batch = submit(*ROWS, review=True)
    batches.read(batch.id)
    late = present(batch)
    api.work_off(batch.id)
    api.plan_anew(approver, present(batch))
    assert not plans.complete(late)
    assert (present(batch).state, present(batch).plan) == ("planning", 2)
    api.work_off(batch.id)
    assert api.plan_numbers(batch) == [1, 2]


def test_a_portion_that_is_written_twice_is_written_once(world, plan, approve, monkeypatch):
    batch = plan(*ROWS)
    world.hold("a01", "Forklift", current=CURRENT)
    write, failures = Recorder.write, [1, 1, 1, 1]

    def dies(recorder, decisions):
        settled = write(recorder, decisions)
        if failures:
            failures.pop()
            raise OperationalError("server closed the connection")
        return settled

    monkeypatch.setattr(Recorder, "write", dies)
    approve(batch)
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "drifted"}
    assert len([change for change in world.written if change.learner_key == "learner-1"]) == 1


def test_an_approval_of_which_the_word_got_lost_is_found_by_the_sweep(plan, approver, monkeypatch):
    batch = plan(*ROWS)
    sent = []
    monkeypatch.setattr("cert_completion_plugin.tasks.send_next", sent.append)
    api.approve(approver, batch, plan=1)
    ImportBatch.objects.update(progressed_at=batch.progressed_at - timedelta(days=1), sent_at=None)
    Portion.objects.update(done_at=None, claimed_at=None)
    assert api.sweep() == [batch.id]
    assert sent == [batch.id]


def test_a_message_from_before_the_approval_does_no_harm(world, plan, approver):
    batch = plan(*ROWS)
    for portion in Portion.objects.values_list("pk", flat=True):
        assert not batches.work(portion)
    assert not batches.advance(batch.id)
    assert (present(batch).state, world.written) == ("awaiting_approval", ())


@OWN_STORE
def test_a_host_that_is_away_while_it_is_to_write_is_waited_for(world, plan, approve, monkeypatch):
    batch = plan(*ROWS)
    write, away = Recorder.write, [1, 1]

    def away_for_a_while(recorder, decisions):
        if away:
            away.pop()
            raise HostUnavailable("gone")
        return write(recorder, decisions)

    monkeypatch.setattr(Recorder, "write", away_for_a_while)
    approve(batch)
    assert outcomes(present(batch)) == {2: "certified", 3: "history", 4: "certified"}


def test_cancelling_what_was_approved_leaves_out_what_nobody_has_begun(world, plan, approver, uploader, settings):
    settings.CERT_COMPLETION = {**settings.CERT_COMPLETION, "PORTION_ROWS": 1}
    batch = plan(*(f"a{number:02},Forklift,F1,2025-09-01," for number in range(3)))
    api.approve(approver, batch, plan=1)
    batches.take_turn(batch.id)
    assert api.cancel(uploader, batch)
    drain(batch)
    assert sorted(outcomes(present(batch)).values()) == ["cancelled", "cancelled", "certified"]
    assert len(world.written) == 1
