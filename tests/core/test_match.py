"""Whom and what rows denote (import-rules.md §3)."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks.types import (
    Certification,
    CertificationRef,
    HostUnavailable,
    Learner,
    LearnerStatus,
    Period,
    PeriodUnit,
    RuleKind,
)

from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.match import resolve
from cert_completion_plugin.core.options import Options, UnknownCertification
from cert_completion_plugin.core.rows import ParsedRow, ResolvedRow
from tests.core.builders import ANA, FIRE_SAFETY, TODAY, World, codes, days, parsed, rule

DEFAULTS = Options()
EVIDENCE = Options(unknown_certification=UnknownCertification.CREATE_EVIDENCE)
IGNORE_CASE = Options(ignore_case=True)
HEIGHT = Certification(key="c2", short_name="Working at Height", id_number="WAH-8")
PILOT = Certification(key="c3", short_name="Harbour Pilotage", id_number="")
KNOWN = (FIRE_SAFETY, HEIGHT, PILOT)


def match(
    row: ParsedRow, known: Sequence[Certification] = KNOWN, options: Options = DEFAULTS, confirmed: Collection[str] = ()
) -> ResolvedRow:
    (resolved,) = resolve([row], World(certifications=known), options, TODAY, confirmed)
    return resolved


def named(
    short_name: str,
    id_number: str = "",
    known: Sequence[Certification] = KNOWN,
    options: Options = DEFAULTS,
    confirmed: Collection[str] = (),
) -> ResolvedRow:
    return match(parsed(2, short_name=short_name, id_number=id_number), known, options, confirmed)


def problem(row: ResolvedRow) -> Issue:
    (issue,) = row.issues
    return issue


class TestLearners:
    @pytest.mark.parametrize(
        ("known", "found", "expected"),
        [
            ([], None, ["learner_not_found"]),
            ([Learner(key="1", username="Ana")], None, ["learner_not_found"]),
            ([Learner(key="1", username="ana", status=LearnerStatus.DELETED)], None, ["learner_not_found"]),
            ([Learner(key="1", username="ana")], "1", []),
            ([Learner(key="1", username="ana", status=LearnerStatus.SUSPENDED)], "1", ["learner_suspended"]),
            ([Learner(key="1", username="ana"), Learner(key="2", username=" ana")], None, ["learner_ambiguous"]),
            (
                [Learner(key="1", username="ana", status=LearnerStatus.DELETED), Learner(key="2", username="ana")],
                "2",
                [],
            ),
        ],
    )
    def test_found_unknown_deleted_suspended_and_ambiguous(
        self, known: list[Learner], found: str | None, expected: list[str]
    ) -> None:
        (row,) = resolve([parsed(2)], World(learners=known), DEFAULTS, TODAY)
        assert (row.learner and row.learner.key) == found
        assert codes(row) == expected
        assert all(issue.column == "username" and issue.value == "ana" for issue in row.issues)

    def test_case_counts_even_where_the_certifications_case_does_not(self) -> None:
        assert codes(match(parsed(2, username="ANA"), options=IGNORE_CASE)) == ["learner_not_found"]

    def test_a_name_that_cannot_be_looked_up_causes_no_further_problem(self) -> None:
        blank = Issue(Code.USERNAME_BLANK)
        row = match(parsed(2, username="", issues=(blank,)))
        assert row.learner is None
        assert row.issues == (blank,)


class TestCertifications:
    @pytest.mark.parametrize(
        ("short_name", "id_number", "key"),
        [
            ("Fire Safety", "FS-100", "c1"),
            ("Fire Safety", "", "c1"),
            ("", "FS-100", "c1"),
            ("Working at Height", "", "c2"),
            ("Harbour Pilotage", "", "c3"),
        ],
    )
    def test_by_both_names_or_by_one(self, short_name: str, id_number: str, key: str) -> None:
        row = named(short_name, id_number)
        assert row.certification is not None
        assert row.certification.key == key
        assert row.is_valid

    def test_names_of_the_host_are_normalised(self) -> None:
        odd = Certification(key="c9", short_name="Hygie\u0300ne\u00a0", id_number="\u200bHY-1")
        assert named("Hygiène", "HY-1", [odd]).certification == odd

    @pytest.mark.parametrize(
        ("short_name", "id_number", "by_short_name", "by_id_number"),
        [
            ("Fire Safety", "WAH-8", ("Fire Safety (FS-100)",), ("Working at Height (WAH-8)",)),
            ("Fire Safety", "ZZ-9", ("Fire Safety (FS-100)",), ()),
            ("Fire Safety", "fs-100", ("Fire Safety (FS-100)",), ()),
            ("Quarry Blasting", "WAH-8", (), ("Working at Height (WAH-8)",)),
            ("Harbour Pilotage", "ZZ-9", ("Harbour Pilotage",), ()),
        ],
    )
    def test_two_names_that_do_not_denote_one_certification_are_a_mismatch_and_never_evidence(
        self, short_name: str, id_number: str, by_short_name: tuple[str, ...], by_id_number: tuple[str, ...]
    ) -> None:
        row = named(short_name, id_number, options=EVIDENCE)
        assert row.certification is None
        assert not row.becomes_evidence
        assert problem(row) == Issue(
            Code.CERTIFICATION_MISMATCH,
            column="certificationshortname",
            value=short_name,
            details={"id_number": id_number, "by_short_name": by_short_name, "by_id_number": by_id_number},
        )

    def test_several_that_fit_are_ambiguous_and_never_evidence(self) -> None:
        old = replace(FIRE_SAFETY, key="c0", id_number="FS-99")
        row = named("Fire Safety", known=[FIRE_SAFETY, old], options=EVIDENCE)
        assert row.certification is None
        assert problem(row) == Issue(
            Code.CERTIFICATION_AMBIGUOUS,
            column="certificationshortname",
            value="Fire Safety",
            details={"candidates": ("Fire Safety (FS-100)", "Fire Safety (FS-99)")},
        )
        assert named("Fire Safety", "FS-99", [FIRE_SAFETY, old]).certification == old

    def test_an_id_number_of_two_certifications_is_ambiguous(self) -> None:
        row = named("", "WAH-8", [HEIGHT, replace(PILOT, id_number="WAH-8")])
        assert codes(row) == ["certification_ambiguous"]
        assert row.issues[0].column == "certificationidnumber"
        assert row.issues[0].value == "WAH-8"

    def test_one_out_of_reach_is_not_allowed_and_never_evidence(self) -> None:
        row = named("Fire Safety", known=[replace(FIRE_SAFETY, allowed=False)], options=EVIDENCE)
        assert not row.becomes_evidence
        assert problem(row).code is Code.CERTIFICATION_NOT_ALLOWED
        assert problem(row).details == {}

    def test_an_inactive_one_is_matched_with_a_warning(self) -> None:
        row = named("", "FS-100", [replace(FIRE_SAFETY, active=False)])
        assert row.is_valid
        assert problem(row) == Issue(Code.CERTIFICATION_INACTIVE, column="certificationidnumber", value="FS-100")

    def test_an_unknown_one_is_not_found_or_becomes_evidence(self) -> None:
        ignored, kept = named("", "ZZ-9"), named("", "ZZ-9", options=EVIDENCE)
        assert problem(ignored) == Issue(Code.CERTIFICATION_NOT_FOUND, column="certificationidnumber", value="ZZ-9")
        assert not ignored.becomes_evidence
        assert kept.issues == ()
        assert kept.becomes_evidence

    def test_names_that_cannot_be_looked_up_cause_no_further_problem(self) -> None:
        blank = Issue(Code.CERTIFICATION_BLANK)
        row = match(parsed(2, short_name="", issues=(blank,)), options=EVIDENCE)
        assert row.issues == (blank,)
        assert not row.becomes_evidence


class TestOutOfReach:
    """Of a certification that the administrator may not write nothing is told but the names that they gave."""

    HIDDEN = replace(FIRE_SAFETY, allowed=False, active=False, full_name="Fire Safety at Sea")

    def test_its_other_name_is_not_told(self) -> None:
        for names in (("Fire Safety", ""), ("", "FS-100"), ("fire SAFETY", "")):
            row = named(*names, known=[self.HIDDEN], options=IGNORE_CASE)
            assert codes(row) == ["certification_not_allowed"]
            assert row.certification == Certification(key="c1", short_name=names[0], id_number=names[1], allowed=False)

    def test_among_several_that_fit_it_has_no_other_name(self) -> None:
        own = replace(FIRE_SAFETY, key="c0", id_number="FS-99")
        row = named("Fire Safety", known=[self.HIDDEN, own])
        assert problem(row).code is Code.CERTIFICATION_AMBIGUOUS
        assert problem(row).details == {"candidates": ("Fire Safety", "Fire Safety (FS-99)")}

    def test_nor_where_two_names_do_not_belong_together(self) -> None:
        details = problem(named("Fire Safety", "WAH-8", [self.HIDDEN, HEIGHT])).details
        assert (details["by_short_name"], details["by_id_number"]) == (("Fire Safety",), ("Working at Height (WAH-8)",))

    def test_a_name_that_is_close_to_it_stays_in_doubt_and_does_not_name_it(self) -> None:
        for name in ("Fire Safty", "FIRE-SAFETY"):
            row = named(name, known=[self.HIDDEN], options=EVIDENCE)
            assert not row.becomes_evidence
            assert problem(row).code is Code.CERTIFICATION_CLOSE_MATCH
            assert problem(row).details == {"nearest": "", "certification": ""}

    def test_one_within_reach_is_named_before_one_that_is_not(self) -> None:
        own = replace(FIRE_SAFETY, key="c9", short_name="Fire Safely")
        assert problem(named("Fire Safexy", known=[self.HIDDEN, own])).details["nearest"] == "Fire Safely"


class TestIgnoreCase:
    UPPER = Certification(key="c7", short_name="FIRE SAFETY", id_number="FX-7")

    def test_names_match_in_any_case(self) -> None:
        assert named("FIRE safety", "fs-100", options=IGNORE_CASE).certification == FIRE_SAFETY
        assert named("", "Fs-100", options=IGNORE_CASE).certification == FIRE_SAFETY

    def test_an_exact_match_wins(self) -> None:
        known = [FIRE_SAFETY, self.UPPER]
        assert named("Fire Safety", known=known, options=IGNORE_CASE).certification == FIRE_SAFETY
        assert named("FIRE SAFETY", known=known, options=IGNORE_CASE).certification == self.UPPER

    def test_several_in_another_case_are_ambiguous(self) -> None:
        known = [FIRE_SAFETY, self.UPPER]
        assert codes(named("fire safety", known=known, options=IGNORE_CASE)) == ["certification_ambiguous"]
        assert named("fire safety", "fx-7", known, IGNORE_CASE).certification == self.UPPER

    def test_names_of_two_certifications_are_a_mismatch_in_any_case(self) -> None:
        row = named("fire safety", "wah-8", options=IGNORE_CASE)
        assert problem(row).details == {
            "id_number": "wah-8",
            "by_short_name": ("Fire Safety (FS-100)",),
            "by_id_number": ("Working at Height (WAH-8)",),
        }


class TestCloseMatches:
    def test_a_misspelt_name_names_the_certification_and_is_never_evidence(self) -> None:
        row = named("Fire Safty", options=EVIDENCE)
        assert not row.becomes_evidence
        assert problem(row) == Issue(
            Code.CERTIFICATION_CLOSE_MATCH,
            column="certificationshortname",
            value="Fire Safty",
            details={"nearest": "Fire Safety", "certification": "Fire Safety (FS-100)"},
        )

    def test_a_misspelt_id_number_is_named_by_its_column(self) -> None:
        row = named("Quarry Blasting", "fs 100")
        assert problem(row).column == "certificationidnumber"
        assert problem(row).value == "fs 100"
        assert problem(row).details["nearest"] == "FS-100"

    def test_confirmed_as_another_certification_it_is_unknown(self) -> None:
        confirmed = [" Fire Safty"]
        assert named("Fire Safty", options=EVIDENCE, confirmed=confirmed).becomes_evidence
        assert codes(named("Fire Safty", confirmed=confirmed)) == ["certification_not_found"]
        assert codes(named("Fire Safetty", confirmed=confirmed)) == ["certification_close_match"]

    def test_the_other_name_still_has_to_be_confirmed(self) -> None:
        row = named("Fire Safty", "fs100", options=EVIDENCE, confirmed=["Fire Safty"])
        assert problem(row).column == "certificationidnumber"
        assert named("Fire Safty", "fs100", options=EVIDENCE, confirmed=["Fire Safty", "fs100"]).becomes_evidence

    def test_a_confirmed_name_that_is_known_is_matched_all_the_same(self) -> None:
        assert named("Fire Safety", confirmed=["Fire Safety"]).certification == FIRE_SAFETY


class TestDates:
    def dated(self, completed: date | None, due: date | None = None, known: Certification = FIRE_SAFETY) -> list[str]:
        return codes(match(parsed(2, completed, due), [known]))

    def test_a_completion_after_today_is_in_the_future(self) -> None:
        assert self.dated(date(2025, 9, 1)) == []
        assert self.dated(date(2025, 9, 2)) == ["completion_in_future"]

    def test_warnings_stand_on_every_row_that_they_fit(self) -> None:
        row = match(parsed(2, date(2025, 9, 2), username="nobody", short_name="Quarry Blasting"))
        assert codes(row) == ["learner_not_found", "certification_not_found", "completion_in_future"]
        assert codes(match(parsed(2, date(2025, 9, 2), short_name="Quarry Blasting"), options=EVIDENCE)) == [
            "completion_in_future"
        ]

    def test_a_due_date_more_than_an_active_period_before_completion(self) -> None:
        assert self.dated(date(2025, 5, 1), date(2024, 5, 1)) == []
        assert self.dated(date(2025, 5, 1), date(2024, 4, 30)) == ["due_long_before_completion"]
        assert self.dated(date(2025, 5, 1), date(1000, 1, 1), replace(FIRE_SAFETY, rule=None)) == []
        no_time = replace(FIRE_SAFETY, rule=rule(active=days(0)))
        assert self.dated(date(2025, 5, 1), date(2020, 1, 1), no_time) == []
        ages = replace(FIRE_SAFETY, rule=rule(active=Period(3000, PeriodUnit.YEAR)))
        assert self.dated(date(2025, 5, 1), date(1000, 1, 1), ages) == []

    @pytest.mark.parametrize("kind", list(RuleKind))
    def test_an_expiry_beyond_the_year_9999_is_a_problem_of_the_completion_date_and_carries_no_warning(
        self, kind: RuleKind
    ) -> None:
        known = replace(FIRE_SAFETY, rule=rule(kind, active=Period(1, PeriodUnit.YEAR)))
        row = match(
            parsed(2, date(9999, 9, 1), date(9000, 1, 1) if kind is RuleKind.COMPLETION_DATE else None), [known]
        )
        assert codes(row) == ["completion_date_invalid"]
        assert row.issues[0].column == "completiondate"
        assert row.issues[0].details == {"reason": "out_of_range"}

    def test_or_of_the_due_date_if_the_row_would_be_fine_without_it(self) -> None:
        known = replace(FIRE_SAFETY, rule=rule(RuleKind.EXPIRY_DATE))
        row = match(parsed(2, date(2026, 3, 1), date(9999, 12, 31)), [known])
        assert codes(row) == ["due_date_invalid", "completion_in_future"]
        assert row.issues[0].column == "duedate"
        assert self.dated(date(9999, 3, 1), date(9999, 12, 31), known) == ["completion_date_invalid"]

    def test_a_window_before_the_year_1_is_a_problem_too(self) -> None:
        known = replace(FIRE_SAFETY, rule=rule(active=days(1), window=Period(1100, PeriodUnit.YEAR)))
        assert self.dated(date(1000, 1, 1), None, known) == ["completion_date_invalid"]

    def test_an_invalid_due_date_still_lets_the_completion_date_be_checked(self) -> None:
        invalid = Issue(Code.DUE_DATE_INVALID, column="duedate")
        row = match(parsed(2, date(9999, 9, 1), issues=(invalid,)))
        assert codes(row) == ["completion_date_invalid", "due_date_invalid"]

    def test_a_rule_without_an_active_period_is_no_problem_of_the_row(self) -> None:
        assert self.dated(date(2025, 5, 1), None, replace(FIRE_SAFETY, rule=rule(active=days(0)))) == []


def test_problems_and_warnings_stand_in_the_order_of_the_rules() -> None:
    damage = Issue(Code.LOOKS_LIKE_SPREADSHEET_DAMAGE, column="username")
    row = match(parsed(2, date(2025, 9, 2), username="1E+15", short_name="Fire Safty", issues=(damage,)))
    assert codes(row) == [
        "learner_not_found",
        "certification_close_match",
        "completion_in_future",
        "looks_like_spreadsheet_damage",
    ]


class TestQuestions:
    def test_each_question_is_asked_once_with_distinct_keys(self) -> None:
        world = World(certifications=KNOWN)
        names = ["Fire Safety", "Fire Safty", "Fire Safety", "Working at Heigth"]
        rows = [parsed(line, short_name=name, username=f"u{line % 2}") for line, name in enumerate(names)]
        resolve(rows, world, DEFAULTS, TODAY)
        assert world.asked == [("find_learners", 2), ("find_certifications", 3), ("list_certifications", 0)]

    def test_all_certifications_are_asked_for_only_where_a_name_is_unknown(self) -> None:
        world = World(certifications=KNOWN)
        resolve([parsed(2), parsed(3, short_name="Fire Safety", id_number="WAH-8")], world, DEFAULTS, TODAY)
        resolve([parsed(2, short_name="Fire Safty")], world, DEFAULTS, TODAY, confirmed=["Fire Safty"])
        assert ("list_certifications", 0) not in world.asked

    def test_nothing_is_asked_where_no_name_can_be_looked_up(self) -> None:
        world = World()
        resolve([parsed(2, username="", short_name="")], world, DEFAULTS, TODAY)
        resolve([], world, DEFAULTS, TODAY)
        assert world.asked == []

    def test_a_certification_that_was_added_since_is_found_close(self) -> None:
        misspelt = [parsed(2, short_name="Crane Sinals")]
        before = resolve(misspelt, World(certifications=KNOWN), DEFAULTS, TODAY)
        crane = Certification(key="c8", short_name="Crane Signals", id_number="")
        after = resolve(misspelt, World(certifications=[*KNOWN, crane]), DEFAULTS, TODAY)
        assert [codes(row) for row in (*before, *after)] == [["certification_not_found"], ["certification_close_match"]]

    def test_a_host_that_cannot_tell_makes_no_problem(self) -> None:
        class Down(World):
            def find_certifications(self, references: Sequence[CertificationRef], *, ignore_case: bool):
                raise HostUnavailable

        with pytest.raises(HostUnavailable):
            resolve([parsed(2)], Down(learners=[ANA]), DEFAULTS, TODAY)


class TestOtherNames:
    """What else may stand in the place of a short name or an ID number, such as the key of a course."""

    COURSE = "course-v1:edX+Fire+2026"
    KNOWN = (replace(FIRE_SAFETY, other_names=(COURSE, "8f1c")), HEIGHT, PILOT)

    @pytest.mark.parametrize(
        "names", [(COURSE, ""), ("", COURSE), (COURSE, FIRE_SAFETY.id_number), (FIRE_SAFETY.short_name, "8f1c")]
    )
    def test_they_stand_for_either_and_for_both(self, names):
        row = named(names[0], names[1], known=self.KNOWN)
        assert codes(row) == []
        assert row.certification == self.KNOWN[0]

    def test_a_name_beside_one_of_another_certification_is_a_mismatch(self):
        assert codes(named(self.COURSE, "WAH-8", known=self.KNOWN)) == ["certification_mismatch"]

    def test_one_that_two_have_is_ambiguous(self):
        known = (*self.KNOWN, replace(PILOT, key="c9", other_names=(self.COURSE,)))
        assert codes(named(self.COURSE, known=known)) == ["certification_ambiguous"]

    @pytest.mark.parametrize("names", [("Course-v1:edx+fire+2026", ""), ("", "course-v1:edX+Fir+2026")])
    def test_one_that_is_close_never_becomes_evidence(self, names):
        row = named(names[0], names[1], known=self.KNOWN, options=EVIDENCE)
        assert codes(row) == ["certification_close_match"]
        assert problem(row).details["nearest"] == self.COURSE

    def test_case_is_ignored_where_that_was_chosen(self):
        assert codes(named(self.COURSE.upper(), known=self.KNOWN, options=IGNORE_CASE)) == []
