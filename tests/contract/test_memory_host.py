"""The in-memory host keeps the contract that `spec.py` describes."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from cert_completion_hooks import (
    Actor,
    BatchInfo,
    BatchSummary,
    BeforeImage,
    Capability,
    Certification,
    CertificationRef,
    CertificationState,
    ChangeToUndo,
    CompletionChange,
    CompletionRecord,
    CompletionState,
    EvidenceItem,
    EvidenceType,
    LearnerStatus,
    Message,
    MessageStatus,
    MessageTrigger,
    StateKey,
    UndoStatus,
    WriteStatus,
)
from cert_completion_hooks.memory import MemoryHost

ACTOR = Actor(key="1", username="admin")
TODAY = date(2026, 3, 15)
BATCH = BatchInfo(
    batch_id="b1",
    plan=1,
    file_name="f.csv",
    actor=ACTOR,
    uploaded_by=ACTOR,
    as_of=TODAY,
    uploaded_at=datetime(2026, 3, 15, 9, tzinfo=UTC),
)
FIRE = Certification(key="c1", short_name="Fire", id_number="F-1")
FORMER = CompletionRecord(
    completed=date(2025, 5, 1),
    expires=date(2026, 5, 1),
    window_opens=date(2026, 4, 1),
    baseline_expires=date(2026, 5, 1),
)


def record(line, completed=date(2026, 3, 1), expires=date(2027, 3, 1)):
    return CompletionRecord(completed=completed, expires=expires, row_key=f"b1:{line}", line=line)


@pytest.fixture
def host():
    host = MemoryHost()
    host.add_learner("pat")
    host.add_certification(FIRE)
    return host


@pytest.fixture
def key(host):
    return StateKey(found(host, "pat")[0].key, "c1")


def found(host, username):
    return host.find_learners(ACTOR, [username]).get(username, ())


def change_of(host, key, **parts):
    held = host.find_completion_states(ACTOR, [key], TODAY).get(key, CompletionState())
    rows = [parts["current"]] if "current" in parts else []
    rows += parts.get("history", ())
    return CompletionChange(
        key=rows[0].row_key,
        learner_key=key.learner_key,
        certification_key=key.certification_key,
        expected=held.digest(),
        **parts,
    )


def write(host, change):
    (result,) = host.record_completions(BATCH, [change])
    assert result.key == change.key
    return result.status


def undo(host, change, before=None):
    image = BeforeImage(assigned=bool(before and before.assigned), current=before.current if before else None)
    (result,) = host.undo_changes(BATCH, [ChangeToUndo(change=change, before=image)], [], False)
    assert result.key == change.key
    return result


def evidence_item(host, **parts):
    given = {"key": "b1:9", "line": 9, "name": "Canoe", "short_name": "Canoe", "id_number": "", **parts}
    return EvidenceItem(learner_key=found(host, "pat")[0].key, completed=date(2025, 5, 5), **given)


def test_says_that_it_can_do_everything_without_a_database(host):
    info = host.host_info()
    assert info.capabilities == frozenset(Capability)
    assert info.database_alias is None


class TestLearners:
    def test_names_are_kept_as_given_and_compared_normalised(self, host):
        host.add_learner("  jose\u0301\u00a0")
        assert [each.username for each in found(host, "jos\u00e9")] == ["  jose\u0301\u00a0"]

    def test_two_that_are_equal_once_normalised_are_both_found(self, host):
        host.add_learner("pat\u200b")
        assert len({each.key for each in found(host, "pat")}) == 2

    def test_case_and_accents_count(self, host):
        assert not found(host, "Pat")
        assert not found(host, "p\u00e1t")

    def test_only_what_was_asked_for_is_answered(self, host):
        host.add_learner("kim")
        assert set(host.find_learners(ACTOR, ["kim", "nobody"])) == {"kim"}

    @pytest.mark.parametrize("status", list(LearnerStatus))
    def test_status_is_told(self, host, status):
        host.add_learner("kim", status=str(status))
        assert found(host, "kim")[0].status is status

    def test_removed_with_all_that_was_held(self, host, key):
        host.hold("pat", "Fire", current=FORMER)
        host.add_evidence(evidence_item(host))
        host.remove_learner("pat")
        assert not found(host, "pat")
        assert not host.find_completion_states(ACTOR, [key], TODAY)
        assert host.evidence == ()

    def test_unknown_names_are_told(self, host):
        with pytest.raises(LookupError, match="'kim'"):
            host.remove_learner("kim")


class TestCertifications:
    def ask(self, host, short_name="", id_number="", ignore_case=False):
        reference = CertificationRef(short_name, id_number)
        answer = host.find_certifications(ACTOR, [reference], ignore_case)
        return sorted(each.key for each in answer.get(reference, ()))

    def test_every_one_with_either_name(self, host):
        host.add_certification(Certification(key="c2", short_name="First aid", id_number="F-2"))
        assert self.ask(host, "Fire", "F-2") == ["c1", "c2"]
        assert self.ask(host, "Fire", "F-1") == ["c1"]
        assert self.ask(host, id_number="F-2") == ["c2"]

    def test_an_empty_name_matches_nothing(self, host):
        host.add_certification(Certification(key="c2", short_name="", id_number=""))
        assert self.ask(host, "Fire", "") == ["c1"]

    def test_case_counts_unless_it_is_ignored(self, host):
        assert self.ask(host, "FIRE", "f-1") == []
        assert self.ask(host, "FIRE", "f-1", ignore_case=True) == ["c1"]

    def test_pages_in_the_order_of_keys(self, host):
        for number in range(2, 6):
            host.add_certification(Certification(key=f"c{number}", short_name=f"C{number}", id_number=""))
        first = host.list_certifications(ACTOR, "", 3)
        rest = host.list_certifications(ACTOR, first[-1].key, 3)
        assert [each.key for each in (*first, *rest)] == ["c1", "c2", "c3", "c4", "c5"]

    def test_changed_and_removed(self, host):
        host.change_certification(replace(FIRE, active=False))
        assert [each.active for each in host.list_certifications(ACTOR, "", 9)] == [False]
        host.remove_certification("Fire")
        assert list(host.list_certifications(ACTOR, "", 9)) == []

    def test_a_key_is_given_once(self, host):
        with pytest.raises(ValueError, match="'c1'"):
            host.add_certification(FIRE)
        with pytest.raises(LookupError, match="'c2'"):
            host.change_certification(replace(FIRE, key="c2"))


class TestStates:
    @pytest.mark.parametrize(
        ("day", "word"),
        [
            (date(2026, 3, 31), CertificationState.CERTIFIED),
            (date(2026, 4, 1), CertificationState.WINDOW_OPEN),
            (date(2026, 4, 30), CertificationState.WINDOW_OPEN),
            (date(2026, 5, 1), CertificationState.EXPIRED),
        ],
    )
    def test_the_word_follows_from_the_dates(self, host, key, day, word):
        host.hold("pat", "Fire", current=FORMER)
        assert host.find_completion_states(ACTOR, [key], day)[key].state is word
        assert host.held("pat", "Fire", day).state is word

    def test_without_a_current_record_it_is_none(self, host, key):
        host.hold("pat", "Fire", history=[FORMER])
        state = host.held("pat", "Fire")
        assert (state.state, state.assigned, state.history) == (CertificationState.NONE, False, (FORMER,))

    def test_what_is_not_held_is_absent(self, host, key):
        assert host.find_completion_states(ACTOR, [key], TODAY) == {}

    def test_a_given_word_holds_without_and_against_dates(self, host, key):
        host.hold("pat", "Fire", state="expired")
        state = host.held("pat", "Fire", TODAY)
        assert (state.state, state.current, state.assigned) == (CertificationState.EXPIRED, None, True)
        host.hold("pat", "Fire", state="window_open", current=CompletionRecord(completed=None), assigned=False)
        state = host.held("pat", "Fire", TODAY)
        assert (state.state, state.assigned) == (CertificationState.WINDOW_OPEN, False)

    def test_a_given_word_ends_when_the_current_record_changes(self, host, key):
        host.hold("pat", "Fire", state="expired")
        write(host, change_of(host, key, history=(record(3, date(2020, 1, 1)),)))
        assert host.held("pat", "Fire", TODAY).state is CertificationState.EXPIRED
        write(host, change_of(host, key, current=record(2)))
        assert host.held("pat", "Fire", TODAY).state is CertificationState.CERTIFIED


class TestRecording:
    def test_all_of_a_change(self, host, key):
        host.hold("pat", "Fire", current=FORMER, assigned=False)
        old = record(3, date(2020, 1, 1), date(2021, 1, 1))
        change = change_of(host, key, current=record(2), former=FORMER, history=(old,), assign=True)
        assert write(host, change) is WriteStatus.WRITTEN
        state = host.held("pat", "Fire")
        assert (state.current, state.assigned, state.changed_by) == (record(2), True, "admin")
        assert set(state.history) == {FORMER, old}
        assert host.written == (change,)

    def test_nothing_beyond_the_change(self, host, key):
        write(host, change_of(host, key, history=(record(2),)))
        state = host.held("pat", "Fire")
        assert (state.current, state.assigned, state.history) == (None, False, (record(2),))

    def test_the_same_key_again_is_repeated(self, host, key):
        change = change_of(host, key, current=record(2))
        assert write(host, change) is WriteStatus.WRITTEN
        before = host.held("pat", "Fire")
        assert write(host, change) is WriteStatus.REPEATED
        assert host.held("pat", "Fire") == before

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda host: host.hold("pat", "Fire", current=FORMER),
            lambda host: host.hold("pat", "Fire", assigned=True),
            lambda host: host.remove_learner("pat"),
            lambda host: host.remove_certification("Fire"),
            lambda host: host.change_certification(replace(FIRE, allowed=False)),
        ],
        ids=["records", "assignment", "learner", "certification", "right"],
    )
    def test_what_is_no_longer_so_is_a_conflict(self, host, key, spoil):
        change = change_of(host, key, current=record(2))
        spoil(host)
        held = host.find_completion_states(ACTOR, [key], TODAY)
        assert write(host, change) is WriteStatus.CONFLICT
        assert host.find_completion_states(ACTOR, [key], TODAY) == held

    def test_a_deleted_learner_is_a_conflict_and_a_suspended_one_is_not(self, host):
        for status, expected in (("deleted", WriteStatus.CONFLICT), ("suspended", WriteStatus.WRITTEN)):
            key = StateKey(host.add_learner(status, status=status).key, "c1")
            assert write(host, change_of(host, key, current=replace(record(2), row_key=status))) is expected

    def test_one_conflict_keeps_no_other_change_from_being_written(self, host, key):
        other = StateKey(host.add_learner("kim").key, "c1")
        changes = [change_of(host, key, current=record(2)), change_of(host, other, current=record(3))]
        host.hold("pat", "Fire", current=FORMER)
        statuses = {result.key: result.status for result in host.record_completions(BATCH, changes)}
        assert statuses == {"b1:2": WriteStatus.CONFLICT, "b1:3": WriteStatus.WRITTEN}
        assert host.held("kim", "Fire").current == record(3)

    def test_of_many_threads_with_one_expectation_one_writes(self, host, key):
        changes = [change_of(host, key, current=record(line)) for line in range(2, 34)]
        statuses = []
        start = threading.Barrier(len(changes))

        def work(change):
            start.wait()
            statuses.append(write(host, change))

        threads = [threading.Thread(target=work, args=[change]) for change in changes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [WriteStatus.CONFLICT] * 31 + [WriteStatus.WRITTEN]
        assert len(host.written) == 1


class TestEvidence:
    def test_created_found_and_not_created_again(self, host):
        item = evidence_item(host)
        assert [each.status for each in host.record_evidence(BATCH, [item])] == [WriteStatus.WRITTEN]
        assert host.find_evidence(ACTOR, [item.evidence_key]) == {item.evidence_key: item}
        assert [each.status for each in host.record_evidence(BATCH, [item])] == [WriteStatus.REPEATED]
        other = replace(item, key="b2:4")
        assert [each.status for each in host.record_evidence(BATCH, [other])] == [WriteStatus.CONFLICT]
        assert host.evidence == (item,)

    def test_names_of_items_are_compared_normalised(self, host):
        host.add_evidence(evidence_item(host, short_name="Canoe\u00a0"))
        asked = evidence_item(host).evidence_key
        assert set(host.find_evidence(ACTOR, [asked])) == {asked}

    def test_a_learner_who_is_gone_is_a_conflict(self, host):
        item = evidence_item(host)
        host.remove_learner("pat")
        assert [each.status for each in host.record_evidence(BATCH, [item])] == [WriteStatus.CONFLICT]

    def test_types_are_offered(self, host):
        host.add_evidence_type(EvidenceType(name="Licence"))
        assert [each.name for each in host.evidence_types(ACTOR)] == ["Licence"]

    def test_undo_takes_away_what_is_as_it_was_written(self, host):
        item = evidence_item(host)
        host.record_evidence(BATCH, [item])
        for _ in range(2):
            assert [each.status for each in host.undo_changes(BATCH, [], [item], False)] == [UndoStatus.UNDONE]
            assert host.evidence == ()

    def test_undo_keeps_what_was_changed(self, host):
        item = evidence_item(host)
        host.add_evidence(replace(item, name="Another name"))
        (result,) = host.undo_changes(BATCH, [], [item], False)
        assert (result.status, result.kept) == (UndoStatus.CHANGED_SINCE, ("b1:9",))
        assert len(host.evidence) == 1


class TestUndo:
    def written(self, host, key, **parts):
        before = host.held("pat", "Fire", TODAY)
        change = change_of(host, key, **parts)
        assert write(host, change) is WriteStatus.WRITTEN
        return change, before

    @pytest.mark.parametrize("assigned", [False, True])
    @pytest.mark.parametrize("moved", [False, True])
    @pytest.mark.parametrize("held", [None, FORMER])
    @pytest.mark.parametrize("rows", [(), (record(3, date(2019, 1, 1)), record(4, date(2018, 1, 1)))])
    def test_restores_what_was_there(self, host, key, assigned, moved, held, rows):
        kept = CompletionRecord(completed=date(2020, 1, 1), expires=date(2021, 1, 1))
        host.hold("pat", "Fire", current=held, history=[kept], assigned=assigned)
        former = held if moved else None
        change, before = self.written(host, key, current=record(2), former=former, history=rows, assign=True)
        result = undo(host, change, before)
        assert (result.status, result.kept) == (UndoStatus.UNDONE, ())
        after = host.held("pat", "Fire", TODAY)
        assert (after.current, after.history, after.assigned) == (before.current, before.history, before.assigned)

    def test_a_preview_answers_the_same_and_writes_nothing(self, host, key):
        change, before = self.written(host, key, current=record(2), assign=True)
        held = host.held("pat", "Fire", TODAY)
        image = BeforeImage(assigned=False, current=None)
        foretold = host.undo_changes(BATCH, [ChangeToUndo(change=change, before=image)], [], True)
        assert host.held("pat", "Fire", TODAY) == held
        assert undo(host, change, before) == foretold[0]
        assert host.held("pat", "Fire", TODAY).current is None

    def test_asking_again_is_harmless(self, host, key):
        change, before = self.written(host, key, current=record(2), assign=True)
        undo(host, change, before)
        host.hold("pat", "Fire", assigned=True)
        assert undo(host, change, before).status is UndoStatus.UNDONE
        assert host.held("pat", "Fire").assigned

    def test_history_alone(self, host, key):
        host.hold("pat", "Fire", current=FORMER)
        change, before = self.written(host, key, history=(record(3), record(4, date(2024, 1, 1))), assign=True)
        assert undo(host, change, before).status is UndoStatus.UNDONE
        assert host.held("pat", "Fire", TODAY).digest() == before.digest()

    def test_a_record_renewed_since_is_kept_until_the_renewal_is_undone(self, host, key):
        first, before_first = self.written(host, key, current=record(2), assign=True)
        second, before_second = self.written(
            host, key, current=record(5, date(2026, 3, 10), date(2027, 3, 10)), former=record(2)
        )
        now = host.held("pat", "Fire", TODAY)
        result = undo(host, first, before_first)
        assert (result.status, result.kept, result.changed_by) == (UndoStatus.CHANGED_SINCE, ("b1:2",), "admin")
        assert host.held("pat", "Fire", TODAY) == now
        assert undo(host, second, before_second).status is UndoStatus.UNDONE
        assert host.held("pat", "Fire", TODAY).current == record(2)
        assert undo(host, first, before_first).status is UndoStatus.UNDONE
        assert host.held("pat", "Fire", TODAY).digest() == CompletionState().digest()

    def test_the_rows_changed_since_are_kept_and_the_others_taken(self, host, key):
        old = record(3, date(2020, 1, 1), date(2021, 1, 1))
        change, before = self.written(host, key, current=record(2), history=(old,), assign=True)
        corrected = replace(old, expires=date(2022, 2, 2))
        host.hold("pat", "Fire", current=record(2), history=[corrected], changed_by="kim")
        result = undo(host, change, before)
        assert (result.status, result.kept, result.changed_by) == (UndoStatus.UNDONE, ("b1:3",), "kim")
        after = host.held("pat", "Fire")
        assert (after.current, after.history, after.assigned) == (None, (corrected,), True)

    def test_a_former_record_that_cannot_come_back_keeps_the_new_one(self, host, key):
        host.hold("pat", "Fire", current=FORMER)
        change, before = self.written(host, key, current=record(2), former=FORMER)
        host.hold("pat", "Fire", current=record(2), history=[replace(FORMER, expires=date(2026, 6, 1))])
        assert undo(host, change, before).status is UndoStatus.CHANGED_SINCE
        assert host.held("pat", "Fire").current == record(2)

    def test_the_assignment_stays_while_a_later_record_stands_on_it(self, host, key):
        first, before = self.written(host, key, history=(record(3),), assign=True)
        self.written(host, key, current=record(5))
        assert undo(host, first, before).status is UndoStatus.UNDONE
        assert host.held("pat", "Fire").assigned

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda host: host.remove_learner("pat"),
            lambda host: host.remove_certification("Fire"),
            lambda host: host.change_certification(replace(FIRE, allowed=False)),
        ],
        ids=["learner", "certification", "right"],
    )
    def test_what_is_out_of_reach_cannot_be_undone(self, host, key, spoil):
        change, before = self.written(host, key, current=record(2))
        spoil(host)
        result = undo(host, change, before)
        assert result.status is UndoStatus.CANNOT
        assert result.reason


class TestMessages:
    def message(self, learner, key="m1"):
        return Message(key=key, learner_key=learner.key, certification_key="c1", trigger=MessageTrigger.ASSIGNED)

    def test_each_key_is_sent_once(self, host):
        message = self.message(found(host, "pat")[0])
        for _ in range(2):
            assert [each.status for each in host.send_messages(BATCH, [message])] == [MessageStatus.SENT]
        assert host.sent == (message,)

    def test_what_was_sent_stays_sent(self, host):
        message = self.message(found(host, "pat")[0])
        host.send_messages(BATCH, [message])
        host.remove_learner("pat")
        assert [each.status for each in host.send_messages(BATCH, [message])] == [MessageStatus.SENT]

    @pytest.mark.parametrize("status", ["suspended", "deleted"])
    def test_never_to_learners_who_are_not_active(self, host, status):
        message = self.message(host.add_learner("kim", status=status))
        assert [each.status for each in host.send_messages(BATCH, [message])] == [MessageStatus.NEVER]
        assert host.sent == ()


def test_hears_that_an_import_has_ended(host):
    summary = BatchSummary(state="finished", rows=0)
    host.batch_finished(BATCH, summary)
    assert host.finished == ((BATCH, summary),)
