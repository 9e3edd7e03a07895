"""The story of a row: who and what was found, what decided, and what is kept of it."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    EvidenceItem,
    FieldValue,
    Learner,
    LearnerStatus,
)

from cert_completion_plugin.core.changes import as_drifted, as_failed
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.options import Options, UnknownCertification
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Decision, RawRow
from cert_completion_plugin.core.story import tell
from cert_completion_plugin.store.decisions import DetailWriter, decision_from_json
from tests.core.builders import FIRE_SAFETY, PAIR, TODAY, World, record
from tests.core.telling import HELD, ISO, LAPSED, NEWER, SAVE, columns_of, holding, kept, row, stories, story


class TestLearnerAndCertification:
    def test_what_was_asked_and_found(self):
        told = story(row(2, "2025-05-01", names=("Fire Safety", "")))
        assert told.learner is not None
        assert (told.learner.asked, told.learner.key, told.learner.status) == ("ana", "l1", LearnerStatus.ACTIVE)
        assert told.certification is not None
        assert told.certification.asked == CertificationRef("Fire Safety", "")
        assert told.certification.found == CertificationRef("Fire Safety", "FS-100")
        assert (told.certification.key, told.certification.ignoring_case, told.certification.problem) == (
            "c1",
            False,
            None,
        )

    @pytest.mark.parametrize(
        ("names", "ignoring_case"),
        [
            (("fire safety", ""), True),
            (("", "fs-100"), True),
            (("Fire Safety", "fs-100"), True),
            (("", "FS-100"), False),
        ],
    )
    def test_a_name_that_matched_because_case_was_ignored(self, names, ignoring_case):
        told = story(row(2, "2025-05-01", names=names), chosen=replace(NEWER, ignore_case=True))
        assert told.outcome is Outcome.CERTIFIED
        assert told.certification.ignoring_case is ignoring_case

    def test_a_name_that_the_host_keeps_with_a_blank_is_matched_as_written(self):
        world = World(certifications=[replace(FIRE_SAFETY, short_name="Fire Safety ")])
        step = story(row(2, "2025-05-01"), world=world).certification
        assert (step.found, step.ignoring_case) == (CertificationRef("Fire Safety ", "FS-100"), False)

    def test_a_suspended_learner_and_an_inactive_certification(self):
        ana = Learner(key="l1", username="ana", status=LearnerStatus.SUSPENDED)
        told = story(row(2, "2025-05-01"), world=World([ana], [replace(FIRE_SAFETY, active=False)]))
        assert (told.learner.status, told.certification.is_active) == (LearnerStatus.SUSPENDED, False)

    @pytest.mark.parametrize(
        ("names", "code", "details"),
        [
            (("Fire Safty", ""), "certification_close_match", {"nearest": "Fire Safety"}),
            (("Moon Walking", ""), "certification_not_found", {}),
            (("Fire Safety", "FS-200"), "certification_mismatch", {"by_short_name": ("Fire Safety (FS-100)",)}),
            (("Twin", ""), "certification_ambiguous", {"candidates": ("Twin (T1)", "Twin (T2)")}),
        ],
    )
    def test_a_certification_that_was_not_found_ends_the_story(self, names, code, details):
        twins = [Certification(key=f"t{number}", short_name="Twin", id_number=f"T{number}") for number in (1, 2)]
        told = story(row(2, "2025-05-01", names=names), world=World(certifications=[FIRE_SAFETY, *twins]))
        assert told.outcome is Outcome.REJECTED
        assert told.certification.problem.code == code
        assert told.certification.problem.details.items() >= details.items()
        assert (told.certification.key, told.certification.found) == ("", None)
        assert told.learner.key == "l1"
        assert (told.decision, told.dates, told.evidence) == (None, None, None)
        assert [issue.code for issue in told.issues] == [code]

    def test_a_certification_out_of_reach_is_named_as_the_file_does_and_no_further(self):
        told = story(row(2, "2025-05-01"), world=World(certifications=[replace(FIRE_SAFETY, allowed=False)]))
        assert told.certification.problem.code == "certification_not_allowed"
        assert told.certification.found == CertificationRef("Fire Safety", "")
        assert told.decision is None

    def test_a_learner_who_was_not_found(self):
        told = story(row(2, "2025-05-01", username="bea"))
        assert (told.learner.asked, told.learner.key, told.learner.status) == ("bea", "", None)
        assert told.learner.problem.code == "learner_not_found"
        assert told.certification.key == "c1"
        assert (told.decision, told.dates) == (None, None)

    def test_nobody_was_asked_about_blank_names_or_a_ragged_row(self):
        blank = story(row(2, "2025-05-01", username=" ", names=("", "")))
        assert (blank.learner, blank.certification) == (None, None)
        ragged = story(RawRow(2, ("ana", "Fire Safety")))
        assert (ragged.learner, ragged.certification, [issue.code for issue in ragged.issues]) == (
            None,
            None,
            ["too_few_cells"],
        )


class TestDecision:
    @pytest.mark.parametrize(
        ("current", "completed", "chosen", "outcome", "ground", "state"),
        [
            (None, "2025-05-01", NEWER, "certified", "none_or_expired", "none"),
            (LAPSED, "2025-05-01", NEWER, "certified", "none_or_expired", "expired"),
            (HELD, "2025-05-01", NEWER, "renewed", "newer_than_current", "certified"),
            (HELD, "2025-05-01", SAVE, "history", "newer_than_current", "certified"),
            (HELD, "2025-01-01", NEWER, "history", "older_than_current", "certified"),
            (record(date(2025, 6, 1)), "2025-05-01", NEWER, "renewed", "current_contradicts_itself", "certified"),
            (record(date(2025, 6, 1)), "2025-05-01", SAVE, "history", "current_contradicts_itself", "certified"),
            (HELD, "2025-03-01", NEWER, "already_held", "held_by_current", "certified"),
        ],
    )
    def test_a_leading_row(self, current, completed, chosen, outcome, ground, state):
        told = story(row(2, completed), world=holding(current), chosen=chosen)
        step = told.decision
        assert (told.outcome, step.decided, step.ground, step.state) == (outcome, outcome, ground, state)
        assert (step.action, step.current, step.leading_line) == (chosen.import_action, current, None)
        assert step.contradictory is (ground == Ground.CONTRADICTORY)

    def test_a_following_row_tells_which_line_leads_and_what_was_held(self):
        told = story(row(2, "2025-05-01"), row(3, "2024-05-01"), world=holding(HELD))
        step = told.decision
        assert (told.outcome, step.ground, step.leading_line, step.current) == ("history", "following", 2, HELD)

    def test_a_following_row_beside_a_record_that_contradicts_itself(self):
        told = story(row(2, "2025-05-01"), row(3, "2024-05-01"), world=holding(record(date(2025, 6, 1))))
        assert (told.decision.ground, told.decision.contradictory) == ("following", True)

    def test_a_duplicate_tells_its_line_and_has_no_dates(self):
        told = story(row(2, "2025-05-01"), row(3, "2025-05-01", "2025-06-01"))
        step = told.decision
        assert (told.outcome, step.ground, step.repeats_line, step.leading_line) == ("duplicate", "duplicate", 2, 2)
        assert told.dates is None

    def test_what_holds_a_row_and_the_expiries_held(self):
        by_history = replace(HELD, completed=date(2024, 5, 1))
        told = stories(
            row(2, "2025-05-01"), row(3, "2025-03-01"), row(4, "2024-05-01"), world=holding(HELD, by_history)
        )
        assert [(one.outcome, one.decision.ground) for one in told.values()] == [
            ("renewed", "newer_than_current"),
            ("already_held", "held_by_moved"),
            ("already_held", "held_by_history"),
        ]
        assert told[2].decision.former == HELD
        assert told[3].decision.held_expiries == told[4].decision.held_expiries == (HELD.expires,)
        assert told[3].dates.expires == date(2026, 3, 1)

    def test_a_record_in_the_way_that_history_holds_already_does_not_move(self):
        told = stories(row(2, "2025-05-01"), row(3, "2025-03-01"), world=holding(HELD, record(HELD.completed)))
        assert (told[2].decision.former, told[3].decision.ground) == (None, "held_by_history")
        assert told[3].decision.held_expiries == (HELD.expires, None)

    def test_a_record_is_not_moved_by_a_leading_row_that_is_held_itself(self):
        past = record(date(2025, 5, 1), date(2025, 6, 1))
        told = stories(row(2, "2025-05-01"), row(3, "2025-03-01"), world=holding(HELD, past))
        assert [one.decision.ground for one in told.values()] == ["held_by_history", "held_by_current"]

    def test_whether_the_learner_is_assigned_and_the_record_announced(self):
        chosen = Options.from_mapping({"import_action": "certify_if_newer", "messages": "send"})
        step = story(row(2, "2025-05-01"), chosen=chosen).decision
        assert (step.assigns, step.announces) == (True, True)

    def test_a_row_that_failed_or_drifted_later_keeps_what_was_decided(self):
        raw = row(2, "2025-05-01")
        for outcome in (Outcome.FAILED, Outcome.DRIFTED):
            decisions = decide_portion([raw], columns_of(), ISO, NEWER, TODAY, holding(HELD))
            if outcome is Outcome.FAILED:
                (later,) = as_failed(decisions, [PAIR], Issue(Code.HOST_REFUSED))
            else:
                (later,) = as_drifted(decisions, [PAIR])
            told = tell(raw, columns_of(), ISO, NEWER, kept(later))
            assert (told.outcome, told.decision.decided, told.decision.current) == (outcome, "renewed", HELD)
            assert (later.expires, told.dates.expires) == (None, date(2026, 5, 1))


class TestEvidence:
    CREATE = replace(NEWER, unknown_certification=UnknownCertification.CREATE_EVIDENCE, evidence_type="course")
    NAMES = ("Moon Walking", "MW")

    def test_an_item_and_its_duplicate(self):
        rows = [row(2, "2025-05-01", "2025-06-01", names=self.NAMES), row(3, "2025-05-01", names=self.NAMES)]
        first, second = stories(*rows, chosen=self.CREATE).values()
        assert (first.outcome, first.evidence.decided, first.evidence.ground) == (
            "evidence",
            "evidence",
            "new_evidence",
        )
        assert (first.evidence.key.short_name, first.evidence.key.id_number) == self.NAMES
        assert (first.evidence.evidence_type, first.evidence.due) == ("course", date(2025, 6, 1))
        assert (first.decision, first.dates) == (None, None)
        assert (first.certification.key, first.certification.found, first.certification.problem) == ("", None, None)
        assert (second.evidence.ground, second.evidence.repeats_line) == ("duplicate", 2)

    def test_one_that_is_there_already(self):
        item = EvidenceItem(
            learner_key="l1", name="", short_name="Moon Walking", id_number="MW", completed=date(2025, 5, 1)
        )
        world = World()
        world.evidence[item.evidence_key] = item
        told = story(row(2, "2025-05-01", names=self.NAMES), world=world, chosen=self.CREATE)
        assert (told.outcome, told.evidence.ground) == ("already_held", "held_evidence")


class TestKeptAndShown:
    def test_a_decision_of_an_older_version_tells_what_it_can(self):
        raw = row(2, "2025-05-01")
        (decision,) = decide_portion([raw], columns_of(), ISO, NEWER, TODAY, World())
        old = json.loads(DetailWriter().detail_of(decision))
        del old["trace"]
        read = decision_from_json(
            json.dumps(old), outcome="certified", line=2, learner_key="l1", certification_key="c1"
        )
        told = tell(raw, columns_of(), ISO, NEWER, read)
        assert (told.outcome, told.decision, told.dates, told.evidence) == ("certified", None, None, None)
        assert (told.learner.key, told.certification.key, told.certification.found) == ("l1", "c1", None)

    def test_of_the_record_held_the_dates_are_kept_and_not_what_wrote_it(self):
        written = replace(HELD, row_key="b1:7", line=7)
        rows = [row(2, "2025-05-01"), row(3, "2024-05-01")]
        decisions = decide_portion(rows, columns_of(), ISO, NEWER, TODAY, holding(written))
        assert [kept(one) for one in decisions] == decisions
        assert [one.trace.current for one in decisions] == [HELD, HELD]
        assert decisions[0].basis.former == written

    def test_a_row_that_nobody_could_be_asked_about(self):
        failed = Decision(
            line=2,
            outcome=Outcome.FAILED,
            username="ana",
            short_name="Fire Safety",
            id_number="",
            issues=(Issue(Code.INTERNAL_ERROR),),
        )
        told = tell(row(2, "2025-05-01"), columns_of(), ISO, NEWER, kept(failed))
        assert (told.learner, told.certification, told.decision, told.dates) == (None, None, None, None)
        assert [issue.code for issue in told.issues] == ["internal_error"]

    def test_as_plain_values(self):
        plain = story(row(2, "2025-05-01"), world=holding(HELD)).as_mapping()
        assert json.loads(json.dumps(plain)) == plain
        assert plain["cells"][3]["day"] == "2025-05-01"
        assert plain["decision"]["ground"] == "newer_than_current"
        assert plain["dates"]["rule"]["active"] == {"count": 1, "unit": "year"}
        assert plain["dates"]["steps"][0]["result"] == "2026-05-01"

    def test_the_values_of_evidence_as_plain_values(self):
        raw = row(2, "2025-05-01", names=("Moon Walking", ""))
        (decision,) = decide_portion([raw], columns_of(), ISO, TestEvidence.CREATE, TODAY, World())
        values: dict[str, FieldValue] = {
            "hours": Decimal("1.50"),
            "held": date(2025, 1, 1),
            "passed": True,
            "place": "Rome",
        }
        told = tell(raw, columns_of(), ISO, TestEvidence.CREATE, kept(replace(decision, fields=values)))
        expected = {"hours": "1.50", "held": "2025-01-01", "passed": True, "place": "Rome"}
        assert told.as_mapping()["evidence"]["fields"] == expected
