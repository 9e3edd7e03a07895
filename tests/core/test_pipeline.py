"""One portion of rows, from cells to decisions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from cert_completion_hooks.types import (
    Certification,
    CompletionState,
    EvidenceField,
    EvidenceType,
    FieldKind,
    HostUnavailable,
    Learner,
    LearnerStatus,
    RuleKind,
    StateKey,
)
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.changes import changes_of, items_of
from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.options import ImportAction, Options, UnknownCertification
from cert_completion_plugin.core.outcomes import Outcome
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Cell, Decision, RawRow
from tests.core.builders import ANA, FIRE_SAFETY, PAIR, TODAY, World, by_line, codes, record, rule

OPTIONS = Options(
    import_action=ImportAction.CERTIFY_IF_NEWER, unknown_certification=UnknownCertification.CREATE_EVIDENCE
)
DAY_FIRST = DateFormat.named("DD/MM/YYYY")
FIXED = Certification(key="c2", short_name="Diving", id_number="D-1", rule=rule(RuleKind.FIXED_EXPIRY_DATE))
LEARNERS = (ANA, Learner(key="l2", username="bea"), Learner(key="l3", username="gone", status=LearnerStatus.DELETED))


def columns_of(*headings: str, fields: Sequence[str] = ()) -> Columns:
    columns, _ = read_headings(headings, fields)
    assert columns is not None
    return columns


FIVE = columns_of(*REQUIRED)


def world() -> World:
    held = record(date(2025, 3, 1), date(2026, 3, 1), date(2026, 2, 1))
    return World(LEARNERS, (FIRE_SAFETY, FIXED), {PAIR: CompletionState(current=held)})


def portion(
    host: World,
    *rows: Sequence[Cell],
    date_format: DateFormat | None = DAY_FIRST,
    confirmed: Sequence[str] = (),
    columns: Columns = FIVE,
    evidence_type: EvidenceType | None = None,
    options: Options = OPTIONS,
) -> list[Decision]:
    raw = [RawRow(line, tuple(cells)) for line, cells in enumerate(rows, 2)]
    return decide_portion(raw, columns, date_format, options, TODAY, host, confirmed, evidence_type)


def test_from_cells_to_decisions() -> None:
    decisions = portion(
        world(),
        ("ana", "Fire Safety", "FS-100", "01/08/2025", ""),
        ("ana", "Fire Safety", "", "01/03/2025", ""),
        ("bea", "", "D-1", "10/01/2025", "15/06/2025"),
        ("bea", "Moon Walking", "", "05/05/2025", "06/06/2025"),
        ("gone", "Fire Safty", "", "31/06/2025", ""),
        ("ana", "Fire Safety"),
    )
    assert [(one.line, str(one.outcome), codes(one)) for one in decisions] == [
        (2, "renewed", []),
        (3, "already_held", []),
        (4, "certified", []),
        (5, "evidence", []),
        (6, "rejected", ["learner_not_found", "completion_date_invalid", "certification_close_match"]),
        (7, "rejected", ["too_few_cells"]),
    ]
    assert (decisions[2].expires, decisions[2].window_opens) == (date(2026, 6, 15), date(2026, 5, 15))
    assert (decisions[3].completed, decisions[3].due) == (date(2025, 5, 5), date(2025, 6, 6))


def test_each_question_is_put_once_for_the_whole_portion() -> None:
    host = world()
    rows = [("ana", "Fire Safety", "", f"{day:02}/08/2025", "") for day in range(1, 10)]
    rows += [("bea", f"Moon Walking {letter}", "", "05/05/2025", "") for letter in "abc"]
    rows += [("bea", "Diving", "", "05/05/2025", "")] * 3
    portion(host, *rows)
    assert host.asked == [
        ("find_learners", 2),
        ("find_certifications", 5),
        ("list_certifications", 0),
        ("find_completion_states", 2),
        ("find_evidence", 3),
    ]


def test_what_is_held_is_not_asked_where_no_row_is_valid() -> None:
    host = world()
    portion(host, ("nobody", "Fire Safety", "", "01/08/2025", ""), ("nobody", "Moon Walking", "", "01/08/2025", ""))
    assert [question for question, _ in host.asked] == ["find_learners", "find_certifications", "list_certifications"]
    assert portion(host) == []
    assert len(host.asked) == 3


def test_names_are_compared_without_blanks_and_issues_show_the_cells_as_they_stand() -> None:
    (decision,) = portion(world(), (" nobody\u00a0", "\tFire Safty ", "", " 31/12/2025", "  soon"))
    assert (decision.username, decision.short_name) == ("nobody", "Fire Safty")
    assert [(str(issue.code), issue.column, issue.value) for issue in decision.issues] == [
        ("learner_not_found", "username", " nobody\u00a0"),
        ("due_date_invalid", "duedate", "  soon"),
        ("certification_close_match", "certificationshortname", "\tFire Safty "),
        ("completion_in_future", "completiondate", " 31/12/2025"),
    ]


def test_columns_may_stand_in_any_order_and_dates_may_be_native() -> None:
    columns = columns_of("note", *reversed(REQUIRED))
    (decision,) = portion(world(), ("x", "", date(9999, 8, 1), "", "Fire Safety", "bea"), columns=columns)
    assert codes(decision) == ["completion_date_invalid"]
    assert (decision.issues[0].column, decision.issues[0].value) == ("completiondate", "9999-08-01")


def test_a_file_without_dates_has_no_format() -> None:
    (decision,) = portion(world(), ("bea", "Fire Safety", "", "", ""), date_format=None)
    assert codes(decision) == ["completion_date_blank"]


def test_a_confirmed_name_becomes_evidence() -> None:
    row = ("bea", "Fire Safty", "", "05/05/2025", "")
    assert portion(world(), row)[0].outcome is Outcome.REJECTED
    assert portion(world(), row, confirmed=["Fire Safty"])[0].outcome is Outcome.EVIDENCE


def test_a_host_that_cannot_tell_stops_the_portion() -> None:
    class Down(World):
        def find_completion_states(self, keys: Sequence[StateKey], as_of: date) -> dict[StateKey, CompletionState]:
            raise HostUnavailable

    with pytest.raises(HostUnavailable):
        portion(Down(LEARNERS), ("bea", "Fire Safety", "", "05/05/2025", ""))


def test_suspended_learners_are_imported_with_a_warning() -> None:
    host = World([replace(ANA, status=LearnerStatus.SUSPENDED)])
    (decision,) = portion(host, ("ana", "Fire Safety", "", "05/05/2025", ""))
    assert (decision.outcome, codes(decision)) == (Outcome.CERTIFIED, ["learner_suspended"])


LICENCE = EvidenceType(
    name="Licence",
    fields=(
        EvidenceField(name="licence_no", kind=FieldKind.TEXT, required=True),
        EvidenceField(name="issued", kind=FieldKind.DATE),
    ),
)
TYPED = columns_of(*REQUIRED, "Issued", "Licence No", fields=("licence_no", "issued"))


def typed(*rows: Sequence[Cell], options: Options = OPTIONS) -> list[Decision]:
    return portion(world(), *rows, columns=TYPED, evidence_type=LICENCE, options=options)


def test_evidence_carries_the_values_of_its_type() -> None:
    (decision,) = typed(("bea", "Moon Walking", "", "05/05/2025", "", "1/2/2020", " AB-7 "))
    assert (decision.outcome, decision.issues) == (Outcome.EVIDENCE, ())
    assert decision.fields == {"licence_no": "AB-7", "issued": date(2020, 2, 1)}
    (item,) = items_of([decision], "b1", LICENCE.name)
    assert (item.evidence_type, item.fields) == ("Licence", decision.fields)


def test_fields_are_checked_wherever_the_certification_is_unknown_and_nowhere_else() -> None:
    decisions = typed(
        ("bea", "Moon Walking", "", "05/05/2025", "", " soon", "A"),
        ("bea", "Moon Walking", "", "06/05/2025", "", "", ""),
        ("nobody", "Moon Walking", "", "05/05/2025", "", "soon", "A"),
        ("bea", "Fire Safety", "", "05/05/2025", "", "soon", ""),
        ("bea", "Fire Safty", "", "05/05/2025", "", "soon", ""),
        ("bea", "Fire Safety", "D-1", "05/05/2025", "", "soon", ""),
        ("bea", "", "", "05/05/2025", "", "soon", ""),
    )
    assert [(str(one.outcome), codes(one)) for one in decisions] == [
        ("rejected", ["evidence_field_invalid"]),
        ("rejected", ["evidence_field_invalid"]),
        ("rejected", ["learner_not_found", "evidence_field_invalid"]),
        ("certified", []),
        ("rejected", ["certification_close_match"]),
        ("rejected", ["certification_mismatch"]),
        ("rejected", ["certification_blank"]),
    ]
    assert [(issue.column, issue.value) for one in decisions[:2] for issue in one.issues] == [
        ("issued", " soon"),
        ("licenceno", ""),
    ]


def test_an_evidence_type_has_no_effect_where_evidence_is_off() -> None:
    (decision,) = typed(("bea", "Moon Walking", "", "05/05/2025", "", "soon", ""), options=Options())
    assert codes(decision) == ["certification_not_found"]


def test_evidence_is_the_same_whatever_its_fields() -> None:
    row = ("bea", "Moon Walking", "", "05/05/2025", "")
    first, second = typed((*row, "1/2/2020", "A"), (*row, "", "B"))
    assert (first.outcome, second.outcome, second.repeats_line) == (Outcome.EVIDENCE, Outcome.DUPLICATE, first.line)
    host = world()
    host.write([], items_of([first], "b1"))
    (again,) = portion(host, (*row, "", "B"), columns=TYPED, evidence_type=LICENCE)
    assert again.outcome is Outcome.ALREADY_HELD


cells = st.tuples(
    st.sampled_from(["ana", "bea", "gone", "", " ana"]),
    st.sampled_from(["Fire Safety", "Diving", "Moon Walking", "Divin", ""]),
    st.sampled_from(["", "FS-100", "D-1", "d1", "ZZ"]),
    st.sampled_from(["01/08/2025", "01/03/2025", "02/02/2022", "31/02/2025", "01/01/9999", ""]),
    st.sampled_from(["", "15/06/2025", "01/01/2015", "31/12/9999", "soon"]),
)
rows = st.lists(cells, max_size=10)


@given(rows, st.randoms(use_true_random=False))
def test_a_portion_gives_the_same_in_any_order_and_writes_nothing_the_second_time(rows, random) -> None:
    host = world()
    raw = [RawRow(line, row) for line, row in enumerate(rows, 2)]
    shuffled = random.sample(raw, len(raw))
    decisions = decide_portion(raw, FIVE, DAY_FIRST, OPTIONS, TODAY, host)
    assert decide_portion(shuffled, FIVE, DAY_FIRST, OPTIONS, TODAY, host) == decisions
    assert list(by_line(decisions)) == [row.line for row in raw]
    host.write(changes_of(decisions, "b1"), items_of(decisions, "b1"))
    again = decide_portion(raw, FIVE, DAY_FIRST, OPTIONS, TODAY, host)
    assert not any(decision.outcome.writes for decision in again)
    assert [one.line for one in again if one.outcome is Outcome.REJECTED] == [
        one.line for one in decisions if one.outcome is Outcome.REJECTED
    ]


@given(rows)
def test_a_row_is_rejected_exactly_if_it_has_a_problem(rows) -> None:
    for decision in portion(world(), *rows):
        assert (decision.outcome is Outcome.REJECTED) == any(issue.is_problem for issue in decision.issues)
