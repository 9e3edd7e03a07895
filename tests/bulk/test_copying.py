"""Rows as text for PostgreSQL's COPY."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cert_completion_bulk.copying import text_of


def test_a_line_for_each_row_with_tabs_between_values():
    rows = [(1, "a", date(2026, 1, 31)), (2, "b", date(999, 1, 1))]
    assert text_of(rows) == "1\ta\t2026-01-31\n2\tb\t0999-01-01\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "\\N"),
        (True, "t"),
        (False, "f"),
        (-7, "-7"),
        ("", ""),
        ("\\N", "\\\\N"),
        ("\\.", "\\\\."),
        ("a\tb\nc\rd\\e", "a\\tb\\nc\\rd\\\\e"),
        (datetime(2026, 1, 31, 12, 30, tzinfo=UTC), "2026-01-31 12:30:00+00:00"),
    ],
)
def test_values_alone_and_beside_none(value, written):
    assert text_of([(value,)]) == f"{written}\n"
    assert text_of([(value,), (None,)]) == f"{written}\n\\N\n"


@pytest.mark.parametrize("column", [[Decimal(1)], [b"1"], [True, 1]])
def test_what_the_driver_has_to_write(column):
    assert text_of([(value,) for value in column]) is None
