"""The heading line (import-rules.md §1.1)."""

from cert_completion_hooks.text import heading_key
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.headings import (
    REQUIRED,
    comes_from_report,
    read_headings,
    unknown_column,
)
from cert_completion_plugin.core.issues import Code, Issue

NAMES = list(REQUIRED)


def codes(issues) -> list[Code]:
    return [issue.code for issue in issues]


@st.composite
def spelt(draw: st.DrawFn, name: str) -> str:
    """A heading written in some case and with characters, somewhere, that do not count."""
    cased = draw(st.sampled_from([name, name.upper(), name.title(), name.swapcase()]))
    at = draw(st.integers(0, len(name)))
    return cased[:at] + draw(st.text(" _-\u00a0", max_size=3)) + cased[at:] + draw(st.sampled_from(["", " ", "_"]))


@st.composite
def heading_lines(draw):
    required = [draw(spelt(name)) for name in NAMES]
    others = draw(
        st.lists(st.text("abc xyz_-", max_size=6), max_size=4, unique_by=lambda text: heading_key(text) or text)
    )
    return draw(st.permutations(required + [text for text in others if heading_key(text)] + draw(st.just([""]))))


def test_the_five_columns_in_any_order():
    columns, issues = read_headings(list(reversed(NAMES)))
    assert issues == ()
    assert columns is not None
    assert (columns.username, columns.short_name, columns.id_number) == (4, 3, 2)
    assert (columns.completion_date, columns.due_date, columns.width) == (1, 0, 5)


def test_headings_as_people_write_them():
    written = ["Due_Date", "completion date ", "USERNAME", "Certification ID-Number", "\u00a0certification_short_name"]
    columns, issues = read_headings(written)
    assert issues == ()
    assert columns is not None
    assert columns.headings == tuple(written)


@given(heading_lines())
def test_however_spelt_each_column_is_found_where_it_stands(headings):
    columns, issues = read_headings(headings)
    assert columns is not None
    assert set(codes(issues)) <= {Code.COLUMN_UNKNOWN}
    found = [columns.username, columns.short_name, columns.id_number, columns.completion_date, columns.due_date]
    assert [heading_key(headings[index]) for index in found] == NAMES
    everything = [*found, *(index for index, _ in columns.extra), *columns.blank_headed]
    assert sorted(everything) == list(range(columns.width))
    assert [headings[index] for index, _ in columns.extra] == [heading for _, heading in columns.extra]
    assert all(not headings[index].strip() for index in columns.blank_headed)


@given(heading_lines(), st.lists(st.sampled_from(["a", "b c", "x_y"]), unique=True))
def test_columns_can_be_made_again_of_their_headings(headings, field_names):
    columns, _ = read_headings(headings, field_names)
    assert columns is not None
    again, _ = read_headings(list(columns.headings), field_names)
    assert again == columns


@given(st.lists(st.text(max_size=30), max_size=12), st.lists(st.text(max_size=10), max_size=3))
def test_any_texts_can_be_a_heading_line(headings, field_names):
    columns, issues = read_headings(headings, field_names)
    refused = {Code.COLUMN_MISSING, Code.COLUMN_REPEATED} & set(codes(issues))
    assert (columns is None) == bool(refused)


def test_every_missing_column_is_named_with_the_nearest_heading():
    columns, issues = read_headings(["username", "completed", "Complete Date", "certificationidnumber"], line=3)
    assert columns is None
    missing = {issue.column: issue for issue in issues if issue.code is Code.COLUMN_MISSING}
    assert list(missing) == ["certificationshortname", "completiondate", "duedate"]
    assert missing["completiondate"].details == {"nearest": "Complete Date"}
    assert missing["certificationshortname"].details == {}
    assert {issue.line for issue in issues} == {3}


def test_a_required_column_is_not_suggested_for_another():
    _, issues = read_headings(["certificationshortname", "username", "completiondate", "duedate"])
    assert issues == (Issue(Code.COLUMN_MISSING, "certificationidnumber"),)


def test_a_field_of_the_evidence_type_is_not_suggested():
    _, issues = read_headings([*NAMES[:4], "Due-Dates"], ["duedates"])
    assert issues == (Issue(Code.COLUMN_MISSING, "duedate"),)


def test_the_fields_of_the_evidence_type_are_known_columns():
    columns, issues = read_headings([*NAMES, "Licence No", "colour"], ["licence_no", "issued"])
    assert [(issue.code, issue.value) for issue in issues] == [(Code.COLUMN_UNKNOWN, "colour")]
    assert columns is not None
    assert columns.fields == {"licence_no": 5}


def test_a_required_column_stays_one_when_a_field_has_its_name():
    columns, issues = read_headings(NAMES, ["Due Date"])
    assert issues == ()
    assert columns is not None
    assert columns.fields == {"Due Date": columns.due_date}
    _, issues = read_headings(NAMES[:4], ["duedate"])
    assert issues == (Issue(Code.COLUMN_MISSING, "duedate"),)


def test_fields_whose_names_are_one_heading_share_its_column():
    columns, _ = read_headings([*NAMES, "x-y"], ["X Y", "x_y"])
    assert columns is not None
    assert columns.fields == {"X Y": 5, "x_y": 5}


def test_a_line_with_another_separator_misses_all_five():
    columns, issues = read_headings([";".join(NAMES)])
    assert columns is None
    assert codes(issues) == [Code.COLUMN_MISSING] * 5 + [Code.COLUMN_UNKNOWN]


def test_repeated_headings_are_named_with_all_their_places():
    columns, issues = read_headings([*NAMES, "User name", "Grade", "grade", "user_name"])
    assert columns is None
    assert issues[:2] == (
        Issue(
            Code.COLUMN_REPEATED,
            "username",
            "username",
            details={"positions": ("1", "6", "9"), "headings": ("username", "User name", "user_name")},
        ),
        Issue(
            Code.COLUMN_REPEATED, "grade", "Grade", details={"positions": ("7", "8"), "headings": ("Grade", "grade")}
        ),
    )


def test_unknown_headings_are_warned_about_one_by_one():
    columns, issues = read_headings([*NAMES, "Remarks ", "room"])
    assert columns is not None
    assert columns.extra == ((5, "Remarks "), (6, "room"))
    assert issues == (
        Issue(Code.COLUMN_UNKNOWN, "remarks", "Remarks ", details={"position": 6}),
        Issue(Code.COLUMN_UNKNOWN, "room", "room", details={"position": 7}),
    )


def test_columns_without_a_heading_wait_for_their_cells():
    columns, issues = read_headings([*NAMES, "", "\u200b "])
    assert columns is not None
    assert (issues, columns.blank_headed, columns.width) == ((), (5, 6), 7)
    assert unknown_column("", 5).details == {"position": 6}


def test_the_evidence_types_columns_are_known():
    columns, issues = read_headings([*NAMES, "Licence No", "issued"], ["licence_no", "colour", "issued"])
    assert columns is not None
    assert (columns.fields, columns.extra, issues) == ({"licence_no": 5, "issued": 6}, (), ())


def test_the_columns_that_a_report_added_are_ignored_without_a_word():
    columns, issues = read_headings(
        ["[import report] line", *NAMES, "[Import Report]_Reference ", "[import report] line"]
    )
    assert columns is not None
    assert (issues, columns.extra, columns.width) == ((), (), 8)
    assert (columns.own, columns.reference) == ((0, 6, 7), 6)


def test_a_file_comes_from_a_report_only_if_it_says_which():
    assert comes_from_report([*NAMES, "[IMPORT REPORT] reference"])
    assert not comes_from_report([*NAMES, "[import report] line", "reference", "import report reference"])
    assert read_headings([*NAMES, "import report line"])[1]
