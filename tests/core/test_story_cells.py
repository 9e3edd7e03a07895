"""How cells were read: what normalising changed, and which dates they denote."""

from datetime import date

import pytest
from cert_completion_hooks.text import normalised
from hypothesis import given
from hypothesis import strategies as st

from cert_completion_plugin.core.headings import REQUIRED, read_headings
from cert_completion_plugin.core.rows import Cell, RawRow
from cert_completion_plugin.core.story import Change, ChangeKind, tell
from cert_completion_plugin.core.story.cells import changes
from tests.core.telling import DAY_FIRST, ISO, NEWER, columns_of


class TestCells:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("ana", ()),
            ("", ()),
            ("a  b", ()),
            (" ana\u00a0 ", (Change(ChangeKind.WHITE_SPACE_CUT, 3, ("U+0020", "U+00A0")),)),
            ("\ufeffana\u200b", (Change(ChangeKind.INVISIBLE_CUT, 2, ("U+FEFF", "U+200B")),)),
            ("ana\x00", (Change(ChangeKind.CONTROL_CUT, 1, ("U+0000",)),)),
            ("\u200b", (Change(ChangeKind.INVISIBLE_CUT, 1, ("U+200B",)),)),
            ("Jose\u0301", (Change(ChangeKind.COMPOSED),)),
            (
                "\tJose\u0301\u200d",
                (
                    Change(ChangeKind.WHITE_SPACE_CUT, 1, ("U+0009",)),
                    Change(ChangeKind.INVISIBLE_CUT, 1, ("U+200D",)),
                    Change(ChangeKind.COMPOSED),
                ),
            ),
        ],
    )
    def test_what_normalising_changed_is_named(self, raw, expected):
        assert changes(raw) == expected

    @given(st.text(st.sampled_from("ab e\u0301\u00e9\u00a0\u200b\x00\n\ufeff"), max_size=8))
    def test_a_change_is_told_of_every_text_that_is_not_normal(self, raw):
        assert bool(changes(raw)) == (normalised(raw) != raw)

    def test_every_cell_stands_with_its_heading_and_how_it_was_read(self):
        columns = columns_of("Note", "")
        raw = RawRow(7, (" ana", "Fire Safety", "", "31/05/2025", "", " kept as it is ", ""))
        (username, short_name, _, completed, due, note, blank) = tell(raw, columns, DAY_FIRST, NEWER, None).cells
        assert (username.heading, username.column, username.raw, username.text) == (
            "username",
            "username",
            " ana",
            "ana",
        )
        assert [one.kind for one in username.changes] == ["white_space_cut"]
        assert (short_name.text, short_name.changes) == ("Fire Safety", ())
        assert (completed.raw, completed.text, completed.day) == ("31/05/2025", "31/05/2025", date(2025, 5, 31))
        assert (due.text, due.day) == ("", None)
        assert (note.heading, note.column, note.raw, note.text, note.changes) == ("Note", "", " kept as it is ", "", ())
        assert (blank.heading, blank.column) == ("", "")

    def test_a_native_date_and_a_cell_that_is_no_date(self):
        cells: tuple[Cell, ...] = ("ana", "Fire Safety", "", date(2025, 5, 31), "soon")
        told = tell(RawRow(7, cells), columns_of(), DAY_FIRST, NEWER, None)
        assert (told.cells[3].raw, told.cells[3].text, told.cells[3].day) == (
            date(2025, 5, 31),
            "2025-05-31",
            date(2025, 5, 31),
        )
        assert (told.cells[4].text, told.cells[4].day) == ("soon", None)
        assert (told.outcome, [one.code for one in told.issues]) == (None, ["due_date_invalid"])

    def test_cells_that_are_missing_or_too_many(self):
        short = tell(RawRow(2, ("ana",)), columns_of(), ISO, NEWER, None)
        assert [one.raw for one in short.cells] == ["ana", None, None, None, None]
        long = tell(RawRow(2, ("ana", "Fire Safety", "", "2025-05-01", "", "x")), columns_of(), ISO, NEWER, None)
        assert (long.cells[5].heading, long.cells[5].raw, long.cells[5].column) == ("", "x", "")

    def test_the_fields_of_an_evidence_type_are_read_too(self):
        columns, _ = read_headings([*REQUIRED, "Class Size"], ["classsize"])
        assert columns is not None
        told = tell(RawRow(2, ("ana", "X", "", "2025-05-01", "", " 12 ")), columns, ISO, NEWER, None)
        assert (told.cells[5].column, told.cells[5].text) == ("classsize", "12")
