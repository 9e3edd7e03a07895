"""The words of a story: every rule, branch and date in plain sentences."""

from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks.types import Certification, Learner, LearnerStatus, Period, PeriodUnit, RuleKind

from cert_completion_plugin.core.expiry import Branch, StepKind
from cert_completion_plugin.core.grounds import Ground
from cert_completion_plugin.core.options import ImportAction, Options
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.rows import RawRow
from cert_completion_plugin.core.story import Change, ChangeKind, Standing
from cert_completion_plugin.telling.story import arithmetic, cells, deciding, finding, steps, today
from tests.core.builders import FIRE_SAFETY, TODAY, World, days, record, rule
from tests.core.telling import HELD, LAPSED, NEWER, SAVE, holding, row, story

UNCERTIFIED = Options(import_action=ImportAction.CERTIFY_UNCERTIFIED)
CONTRADICTORY = record(date(2025, 6, 1))


def decided(*rows, **context):
    return " ".join(deciding.decision_texts(story(*rows, **context), TODAY))


def dated(*rows, **context):
    """The sentences about the dates, and the sums."""
    told = story(*rows, **context)
    return " ".join(arithmetic.date_texts(told)), {one.name: one.text for one in arithmetic.sums(told)}


@pytest.mark.parametrize(
    ("vocabulary", "texts"),
    [
        (set(Ground), deciding._BRANCHES),
        (set(Branch) - {Branch.NEVER_EXPIRES}, arithmetic._BRANCHES),
        (set(RuleKind), arithmetic._RULES),
        (set(StepKind), arithmetic._KINDS),
        (set(Standing), today._STANDINGS),
        (set(Outcome), steps._MEANINGS),
    ],
)
def test_there_are_words_for_everything(vocabulary, texts):
    assert set(texts) == vocabulary
    assert all(str(text) for text in texts.values())


class TestDecision:
    @pytest.mark.parametrize(
        ("current", "completed", "chosen", "sentences"),
        [
            (None, "2025-05-01", NEWER, ["“Certify if newer”", "no current record", "becomes the learner's current"]),
            (LAPSED, "2025-05-01", UNCERTIFIED, ["“Certify uncertified learners”", "It had expired.", "it leads"]),
            (LAPSED, "2025-05-01", SAVE, ["save to history only", "So the row goes to the learner's history"]),
            (HELD, "2025-05-01", NEWER, ["later than that of the current", "the former one goes to history"]),
            (HELD, "2025-05-01", UNCERTIFIED, ["certify only learners who are not certified", "goes to the learner's"]),
            (HELD, "2025-05-01", SAVE, ["the row is newer", "save to history only"]),
            (HELD, "2025-01-01", NEWER, ["the row is older", "not later than that of the current"]),
            (CONTRADICTORY, "2025-05-01", UNCERTIFIED, ["cannot be true together", "the former one goes to history"]),
            (CONTRADICTORY, "2025-05-01", SAVE, ["cannot be true together", "save to history only"]),
            (HELD, "2025-03-01", NEWER, ["current record has this completion date", "nothing to write"]),
        ],
    )
    def test_a_leading_row(self, current, completed, chosen, sentences):
        text = decided(row(2, completed), world=holding(current), chosen=chosen)
        assert [sentence for sentence in sentences if sentence not in text] == [], text

    def test_a_row_that_follows_names_the_line_that_leads(self):
        text = decided(row(2, "2025-05-01"), row(3, "2024-05-01"), world=holding(HELD))
        assert "another row of the file is newer" in text
        assert "Line 2 leads" in text
        assert "completed March 1, 2025, expires March 1, 2026. By it the learner was certified." in text

    def test_a_duplicate_names_the_line_that_it_repeats(self):
        text = decided(row(2, "2025-05-01"), row(3, "2025-05-01"))
        assert "Line 2 has the same learner, certification and completion date, and comes first." in text

    def test_an_expired_completion_in_history_bars_certifying_and_says_so(self):
        past = record(date(2024, 5, 1), date(2025, 5, 1))
        text = decided(row(2, "2024-05-01"), world=holding(None, past))
        assert "a completion that has expired does not certify again" in text
        later = record(date(2025, 5, 1), date(2026, 5, 1))
        assert "does not certify again" not in decided(row(2, "2025-05-01"), world=holding(None, later), chosen=SAVE)

    def test_a_record_that_history_holds_already_is_replaced(self):
        text = decided(row(2, "2025-05-01"), world=holding(HELD, record(HELD.completed, date(2026, 3, 1))))
        assert "in place of the former one" in text

    def test_a_row_with_problems_was_not_decided(self):
        assert "“A row with a problem is not imported”" in decided(row(2, "2025-05-01", username="bea"))

    def test_a_certification_whose_rule_gives_no_dates(self):
        broken = replace(FIRE_SAFETY, rule=rule(active=days(0)))
        world = World(certifications=[broken])
        assert "gives no dates" in decided(row(2, "2025-05-01"), world=world)
        sentences, sums = dated(row(2, "2025-05-01"), world=world)
        assert "longer than nothing" in sentences
        assert sums == {}


class TestDates:
    def test_the_last_day_of_a_month(self):
        monthly = rule(active=Period(1, PeriodUnit.MONTH), window=days(10))
        world = World(certifications=[replace(FIRE_SAFETY, rule=monthly)])
        _, sums = dated(row(2, "2024-01-31"), world=world)
        assert sums["It expires"] == "completed Jan. 31, 2024 + 1 month = Feb. 29, 2024 (the last day of that month)"
        assert sums["Its recertification window opens"] == "expiry Feb. 29, 2024 − 10 days = Feb. 19, 2024"

    @pytest.mark.parametrize(
        ("kind", "current", "completed", "due", "sentence", "expires"),
        [
            ("completion_date", None, "2025-05-01", "", "from the completion date", "completed May 1, 2025 + 1 year"),
            ("expiry_date", None, "2025-05-01", "", "There is no due date", "completed May 1, 2025 + 1 year"),
            ("expiry_date", None, "2025-05-01", "2025-06-01", "due date was kept", "due June 1, 2025 + 1 year"),
            ("expiry_date", None, "2025-05-01", "2025-04-01", "after its due date", "completed May 1, 2025 + 1 year"),
            ("expiry_date", HELD, "2026-03-02", "", "after the expiry", "completed March 2, 2026 + 1 year"),
            ("expiry_date", HELD, "2025-05-01", "", "so the expiry stays", "expiry held March 1, 2026, as it is"),
            ("expiry_date", HELD, "2026-02-10", "", "in the recertification", "expiry held March 1, 2026 + 1 year"),
            ("fixed_expiry_date", HELD, "2025-05-01", "", "from the expiry of the", "expiry held March 1, 2026, as it"),
            (
                "fixed_expiry_date",
                None,
                "2025-05-01",
                "2023-06-01",
                "from the due date",
                "due June 1, 2023 + 3 ×",
            ),
            ("fixed_expiry_date", None, "2025-05-01", "", "neither a record", "completed May 1, 2025 + 1 year"),
        ],
    )
    def test_every_branch_is_named_and_counted(self, kind, current, completed, due, sentence, expires):
        known = replace(FIRE_SAFETY, rule=rule(RuleKind(kind)))
        sentences, sums = dated(row(2, completed, due), world=holding(current, certification=known))
        assert f"Rule “{kind.replace('_', ' ')}”: valid for 1 year, to be renewed from 1 month before" in sentences
        assert sentence in sentences
        assert sums["It expires"].startswith(expires)

    def test_the_fixed_dates_tell_what_is_too_early(self):
        known = replace(FIRE_SAFETY, rule=rule(RuleKind.FIXED_EXPIRY_DATE))
        _, sums = dated(row(2, "2025-06-16", "2025-12-15"), world=World(certifications=[known]))
        assert sums == {
            "It has to last at least until": "completed June 16, 2025 + 6 months = Dec. 16, 2025",
            "The fixed date before is too early": "due Dec. 15, 2025, as it is",
            "It expires": "due Dec. 15, 2025 + 1 year = Dec. 15, 2026",
            "Its recertification window opens": "expiry Dec. 15, 2026 − 1 month = Nov. 15, 2026",
        }

    def test_what_never_expires_says_so(self):
        sentences, sums = dated(row(2, "2025-05-01"), world=World(certifications=[replace(FIRE_SAFETY, rule=None)]))
        assert "neither an expiry nor a window" in sentences
        assert sums == {}

    def test_a_row_that_is_held_already_tells_the_expiry_that_is(self):
        sentences, _ = dated(row(2, "2025-03-01"), world=holding(replace(HELD, expires=date(2027, 1, 1))))
        assert "held is the expiry: Jan. 1, 2027" in sentences


class TestFinding:
    @pytest.mark.parametrize(
        ("given", "learner", "certification"),
        [
            ({}, "and found one", "We found this one: “Fire Safety” with the ID number “FS-100”."),
            ({"username": "bea"}, "exactly “bea” and found nobody", "We found"),
            ({"username": ""}, "names no learner", "We found"),
            ({"username": "a" * 151}, "cannot be one", "We found"),
            ({"names": ("", "")}, "found one", "names no certification"),
            ({"names": ("x" * 256, "")}, "found one", "cannot be a name"),
            ({"names": ("Fire Safty", "")}, "found one", "“Fire Safety” is so close"),
            ({"names": ("Moon Walking", "")}, "found one", "no such certification, and the import was to ignore"),
            ({"names": ("Fire Safety", "FS-200")}, "found one", "do not belong to one certification"),
            ({"names": ("Twin", "")}, "found one", "More than one fits: “Twin (T1)”, “Twin (T2)”"),
            ({"names": ("", "FS-100")}, "found one", "We looked for this certification: ID number “FS-100”."),
        ],
    )
    def test_what_was_looked_for_and_found(self, given, learner, certification):
        twins = [Certification(key=f"t{number}", short_name="Twin", id_number=f"T{number}") for number in (1, 2)]
        told = story(row(2, "2025-05-01", **given), world=World(certifications=[FIRE_SAFETY, *twins]))
        assert learner in " ".join(finding.learner_texts(told))
        assert certification in " ".join(finding.certification_texts(told, ()))

    def test_a_name_that_somebody_confirmed(self):
        told = story(row(2, "2025-05-01", names=("Moon Walking", "")))
        assert "Somebody confirmed that “Moon Walking” really is" in " ".join(
            finding.certification_texts(told, ("Moon Walking",))
        )
        assert "confirmed" not in " ".join(finding.certification_texts(told, ("Other",)))

    def test_a_ragged_row_is_not_looked_at(self):
        told = story(RawRow(2, ("ana", "Fire Safety")))
        assert "another number of cells" in " ".join(finding.learner_texts(told))
        assert "another number of cells" in " ".join(finding.certification_texts(told, ()))

    def test_what_does_not_stop_a_row_is_told(self):
        world = World(
            [Learner(key="l1", username="ana", status=LearnerStatus.SUSPENDED)], [replace(FIRE_SAFETY, active=False)]
        )
        told = story(
            row(2, "2025-05-01", names=("fire safety", "")), world=world, chosen=replace(NEWER, ignore_case=True)
        )
        assert "suspended" in " ".join(finding.learner_texts(told))
        sentences = " ".join(finding.certification_texts(told, ()))
        assert "upper and lower case" in sentences
        assert "no longer offered" in sentences


class TestCells:
    def told(self, *texts):
        return cells.cell_texts(story(RawRow(2, texts)))

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("ana", ["ana"]),
            ("an a", ["an a"]),
            (" ana", ["[space]", "ana"]),
            ("ana  ", ["ana", "[2 × space]"]),
            ("\u00a0a\u200bna\t", ["[no-break space]", "a", "[zero-width space]", "na", "[tab]"]),
            ("a\x07b", ["a", "[U+0007]", "b"]),
            ("   ", ["[3 × space]"]),
            ("", []),
        ],
    )
    def test_what_cannot_be_seen_is_named(self, text, shown):
        pieces = cells.pieces_of(text)
        assert [f"[{piece.text}]" if piece.is_invisible else piece.text for piece in pieces] == shown

    def test_what_was_read_and_what_was_changed(self):
        username, _short_name, id_number, completed, due = self.told(
            "\u00a0ana ", "Fire Safety", "", "2025-05-01", "1 May"
        )
        assert username.read_as == "ana"
        assert username.notes == ("2 characters at the ends of the cell were left out (no-break space, space).",)
        assert (id_number.read_as, id_number.notes) == ("", ("The cell is empty.",))
        assert completed.read_as == "May 1, 2025"
        assert due.notes == ("This was not read as a date.",)

    def test_accents_that_were_put_together_are_told(self):
        assert "put together" in self.told("jose\u0301", "", "", "", "")[0].notes[0]

    def test_cells_that_are_missing_or_surplus(self):
        assert self.told("ana")[1].notes == ("The row ends before this cell.",)
        surplus = self.told("ana", "Fire Safety", "", "2025-05-01", "", "x")
        assert [(cell.read_as, cell.notes) for cell in surplus] == [("", ())] * 6
        assert len(self.told("ana", "Fire Safety", "", "2025-05-01", "", "")) == 5

    def test_a_long_cell_is_cut_and_says_so(self):
        cell = self.told("x" * 5000, "", "", "", "")[0]
        assert len(cell.pieces[0].text) == 1000
        assert cell.notes[-1] == "The cell has 5000 characters; the first 1000 are shown."

    def test_every_kind_of_change_has_words(self):
        texts = {kind: cells._change_text(Change(kind, 1, ("U+0020",))) for kind in ChangeKind}
        assert all(texts.values())
