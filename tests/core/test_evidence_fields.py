"""The values of an evidence type's fields (import-rules.md §5)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from cert_completion_hooks.types import EvidenceField, EvidenceType, FieldKind
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.evidence_fields import SHOWN_CHOICES, read_fields, with_fields
from cert_completion_plugin.core.issues import Code, Issue
from cert_completion_plugin.core.rows import Cell
from tests.core.builders import FIRE_SAFETY, codes, resolved

DAY_FIRST = DateFormat.named("DD/MM/YYYY")
FORK, CRANE = "Fork lift", "Crane \u00e9"
TYPE = EvidenceType(
    name="Licence",
    fields=(
        EvidenceField(name="Licence_No", kind=FieldKind.TEXT, label="Number"),
        EvidenceField(name="issued", kind=FieldKind.DATE),
        EvidenceField(name="hours", kind=FieldKind.NUMBER),
        EvidenceField(name="passed", kind=FieldKind.YES_NO),
        EvidenceField(name="proof", kind=FieldKind.URL),
        EvidenceField(name="class", kind=FieldKind.CHOICE, choices=(FORK, CRANE, "b", "B")),
    ),
)


def read(name: str, cell: Cell, date_format: DateFormat | None = DAY_FIRST):
    values, issues = read_fields(TYPE, {name: cell}, date_format)
    return values.get(name), issues


def fault(name: str, cell: Cell, date_format: DateFormat | None = DAY_FIRST) -> Issue:
    """The one problem of a value."""
    value, issues = read(name, cell, date_format)
    assert value is None
    problem: Issue
    (problem,) = (issue for issue in issues if issue.is_problem)
    assert (problem.code, problem.value) == (Code.EVIDENCE_FIELD_INVALID, str(cell))
    return problem


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("Licence_No", "\u00a0007 \t", "007"),
        ("Licence_No", "one\r\ntwo\rthree\tfour", "one\ntwo\nthree\tfour"),
        ("Licence_No", "cafe\u0301", "caf\u00e9"),
        ("Licence_No", date(2020, 1, 2), "2020-01-02"),
        ("issued", " 2/1/2020", date(2020, 1, 2)),
        ("issued", date(2020, 1, 2), date(2020, 1, 2)),
        ("hours", "1234.5", Decimal("1234.5")),
        ("hours", " -3 ", Decimal(-3)),
        ("hours", "+0.10", Decimal("0.10")),
        ("proof", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("proof", "HTTP://m\u00fcller.example:8080", "HTTP://m\u00fcller.example:8080"),
        ("proof", "http://[2001:db8::1]/x", "http://[2001:db8::1]/x"),
        ("proof", "http://intranet", "http://intranet"),
        ("class", " fork LIFT", FORK),
        ("class", "CRANE E\u0301", CRANE),
        ("class", "B", "B"),
    ],
)
def test_values_that_are_accepted(name, cell, value):
    found, issues = read(name, cell)
    assert (found, type(found), issues) == (value, type(value), [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("Y", True),
        ("TRUE", True),
        ("1", True),
        ("No", False),
        ("n", False),
        ("false", False),
        ("0", False),
    ],
)
def test_yes_and_no_as_people_write_them(text, value):
    assert read("passed", text) == (value, [])


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *(
            ("hours", text)
            for text in ("3,5", "1,234", "1 234", "1e5", "NaN", "Infinity", "-", ".5", "5.", "\u0663", "0x1f")
        ),
        *(("passed", text) for text in ("maybe", "2", "x", "yes no")),
        *(
            ("proof", text)
            for text in (
                "example.org",
                "javascript:alert(1)",
                "ftp://example.org",
                "https://",
                "https:///x",
                "https://.",
                "https://a..b",
                "https://user:secret@example.org",
                "https://example.org\\@evil.example",
                "https://exa mple.org",
                "https://example.org/a b",
                'https://example.org/"onmouseover=',
                "https://<b>",
                "https://example.org:port",
                "https://exam\u200bple.org",
            )
        ),
        *(("class", text) for text in ("Forklift", "bb")),
        *((name, date(2020, 1, 2)) for name in ("hours", "passed", "proof", "class")),
        ("issued", "early"),
    ],
)
def test_values_that_are_not_accepted(name, cell):
    assert fault(name, cell).details["reason"] == "not_accepted"


@pytest.mark.parametrize(
    ("name", "text"),
    [("Licence_No", "a\0b"), ("Licence_No", "a\x85b"), *((name, "1\n2") for name in ("issued", "hours"))],
)
def test_control_characters_inside(name, text):
    assert fault(name, text).details["reason"] == "unprintable"


@pytest.mark.parametrize(
    ("name", "start", "limit"), [("Licence_No", "x", 10_000), ("hours", "1", 50), ("proof", "http://x/1", 2_000)]
)
def test_values_may_be_as_long_as_their_limit(name, start, limit):
    longest = start.ljust(limit, start[-1])
    assert read(name, longest)[1] == []
    details = fault(name, longest + "1").details
    assert (details["reason"], details["limit"]) == ("too_long", limit)


def test_a_problem_names_the_field_and_its_column():
    issue = fault("Licence_No", "a\0b")
    assert issue.column == "licenceno"
    assert issue.details == {"field": "Number", "kind": "text", "reason": "unprintable"}


def test_a_date_says_why_it_is_none():
    details = {"field": "issued", "kind": "date", "reason": "not_accepted", "format": "DD/MM/YYYY"}
    impossible = {"impossible": 1, "year": 2021, "month": 2, "day": 30}
    assert fault("issued", "30/02/2021").details == details | impossible
    assert fault("issued", "2021-02-03").details == details | {"fits": "YYYY-MM-DD"}


def test_without_a_date_format_only_native_dates_are_dates():
    assert fault("issued", "02/01/2020", None).details["reason"] == "not_accepted"
    assert read("issued", date(2020, 1, 2), None) == (date(2020, 1, 2), [])


def test_a_choice_says_what_can_be_chosen():
    details = fault("class", "x").details
    assert (details["choices"], details["more"]) == ((FORK, CRANE, "b", "B"), 0)
    many = EvidenceField(name="class", kind=FieldKind.CHOICE, choices=tuple(map(str, range(SHOWN_CHOICES + 3))))
    _, (issue,) = read_fields(replace(TYPE, fields=(many,)), {"class": "x"}, None)
    assert issue.details["choices"] == many.choices[:SHOWN_CHOICES]
    assert issue.details["more"] == 3


def test_texts_that_a_spreadsheet_damaged_carry_a_warning():
    value, issues = read("Licence_No", "1.2E+15")
    assert (value, [issue.code for issue in issues]) == ("1.2E+15", [Code.LOOKS_LIKE_SPREADSHEET_DAMAGE])
    _, issues = read("issued", "45123")
    assert [issue.code for issue in issues] == [Code.EVIDENCE_FIELD_INVALID, Code.LOOKS_LIKE_SPREADSHEET_DAMAGE]


def test_a_blank_cell_leaves_its_field_out_unless_it_is_required():
    assert read_fields(TYPE, {"issued": "\u200b "}, DAY_FIRST) == ({}, [])
    demanding = replace(TYPE, fields=tuple(replace(field, required=True) for field in TYPE.fields[:2]))
    values, issues = read_fields(demanding, {"Licence_No": " "}, DAY_FIRST)
    assert values == {}
    assert [(issue.column, issue.details["reason"]) for issue in issues] == [
        ("licenceno", "required"),
        ("issued", "required"),
    ]


def test_every_bad_value_is_one_problem_in_the_order_of_the_fields():
    cells = {"class": "x", "hours": "3,5", "issued": "soon", "Licence_No": "ok"}
    values, issues = read_fields(TYPE, cells, DAY_FIRST)
    assert values == {"Licence_No": "ok"}
    assert [issue.column for issue in issues] == ["issued", "hours", "class"]


def unknown(**fields):
    row = resolved(2, certification=None)
    return replace(row, parsed=replace(row.parsed, fields=fields))


def test_only_rows_of_an_unknown_certification_are_looked_at():
    known = replace(resolved(3), parsed=replace(resolved(3).parsed, fields={"hours": "many"}))
    rejected, same, good = with_fields([unknown(hours="many"), known, unknown(hours="2")], TYPE, DAY_FIRST)
    assert (codes(rejected), rejected.fields) == (["evidence_field_invalid"], {})
    assert same is known
    assert same.certification is FIRE_SAFETY
    assert (codes(good), good.fields) == ([], {"hours": Decimal(2)})


def test_a_bad_value_is_told_beside_other_problems_and_in_order():
    warned = replace(
        unknown(hours="many", issued="1/1/2020"),
        issues=(Issue(Code.LEARNER_NOT_FOUND), Issue(Code.COMPLETION_IN_FUTURE)),
    )
    (row,) = with_fields([warned], TYPE, DAY_FIRST)
    assert codes(row) == ["learner_not_found", "evidence_field_invalid", "completion_in_future"]
    assert row.fields == {}


any_cell = st.one_of(
    st.text(max_size=20),
    st.text("0123456789.,-+eE", max_size=8),
    st.text("htps:/.@[]\\?#<> aé\u200b", max_size=20),
    st.dates(),
)


@given(
    st.dictionaries(st.sampled_from([field.name for field in TYPE.fields]), any_cell),
    st.sampled_from([None, DAY_FIRST]),
)
def test_any_cells_give_a_value_or_a_problem_each(cells, date_format):
    values, issues = read_fields(TYPE, cells, date_format)
    problems = [issue.details["field"] for issue in issues if issue.is_problem]
    labels = {field.name: field.label or field.name for field in TYPE.fields}
    given_cells = {
        labels[name] for name, cell in cells.items() if read_fields(TYPE, {name: cell}, date_format) != ({}, [])
    }
    assert len(problems) == len(set(problems))
    assert {labels[name] for name in values} | set(problems) == given_cells
    assert {labels[name] for name in values}.isdisjoint(problems)
