import pytest
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.headings import REQUIRED
from cert_completion_plugin.core.pushed_rows import MOST_COLUMNS, MOST_FAULTS, Fault, FaultKind, RowsFaulty, table_of


def faults_of(rows):
    with pytest.raises(RowsFaulty) as raised:
        table_of(rows)
    return list(raised.value.faults)


def test_rows_become_a_table_with_the_required_columns_first():
    table = table_of([{"licence_no": "L1", "username": "ana"}, {"completiondate": "2025-06-01", "username": "ben"}])
    assert table.headings == (*REQUIRED, "licence_no")
    assert table.rows == (("ana", "", "", "", "", "L1"), ("ben", "", "", "2025-06-01", "", ""))


def test_no_rows_are_a_table_without_rows():
    assert table_of([]).headings == REQUIRED
    assert table_of([]).rows == ()


def test_keys_are_compared_as_headings_are():
    table = table_of([{"Completion Date": "2025-06-01", "Branch Office": "x"}, {"branch_office": "y"}])
    assert table.headings == (*REQUIRED, "Branch Office")
    assert table.rows == (("", "", "", "2025-06-01", "", "x"), ("", "", "", "", "", "y"))


def test_none_and_what_is_absent_are_blank_cells():
    assert table_of([{"username": None}]).rows == (("", "", "", "", ""),)


@pytest.mark.parametrize("value", [7, 7.0, True, ["x"], {"x": "y"}])
def test_a_cell_that_is_no_text_is_not_guessed_at(value):
    assert faults_of([{}, {"username": value}]) == [Fault(FaultKind.NOT_A_TEXT, 1, "username")]


@pytest.mark.parametrize("row", ["ana", ["ana"], None, 1])
def test_a_row_is_a_mapping(row):
    assert faults_of([row]) == [Fault(FaultKind.NOT_A_ROW, 0)]


def test_a_column_stands_in_a_row_once():
    assert faults_of([{"username": "ana", "User-Name": "ben"}]) == [Fault(FaultKind.REPEATED, 0, "User-Name")]


def test_half_a_character_is_no_text():
    assert faults_of([{"username": "a\ud800"}, {"x\udfff": ""}]) == [
        Fault(FaultKind.NOT_UNICODE, 0, "username"),
        Fault(FaultKind.NOT_UNICODE, 1, "x\udfff"),
    ]


def test_rows_with_keys_of_their_own_make_no_table_of_any_width():
    rows = [{f"own {number}": "x"} for number in range(MOST_COLUMNS)]
    faults = faults_of(rows)
    assert faults[0] == Fault(FaultKind.TOO_MANY_COLUMNS, MOST_COLUMNS - len(REQUIRED), f"own {faults[0].row}")
    assert len(table_of(rows[: MOST_COLUMNS - len(REQUIRED)]).headings) == MOST_COLUMNS


def test_all_faults_are_told_but_not_without_end():
    assert len(faults_of([{"username": 1, "duedate": 2}, 3])) == 3
    assert len(faults_of([{"username": 1}] * 10_000)) == MOST_FAULTS


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)


@given(st.lists(st.dictionaries(st.sampled_from([*REQUIRED, "licence_no", "Ünï"]), st.none() | TEXTS)))
def test_every_cell_is_found_again_under_its_heading(rows):
    table = table_of(rows)
    found = [dict(zip(table.headings, cells, strict=True)) for cells in table.rows]
    assert [{name: text for name, text in row.items() if text} for row in found] == [
        {name: text for name, text in row.items() if text} for row in rows
    ]
