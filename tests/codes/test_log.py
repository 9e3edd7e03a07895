"""Whatever a file says, and whatever goes wrong with it, the log has none of it."""

import re

import pytest

from sandbox.demo_table import PEOPLE
from tests.codes.conftest import COUNTED_UP, Imported

pytestmark = pytest.mark.django_db

OWN_WORDS = re.compile(r"[a-z_]+")
"""Codes, outcomes and other words of the plugin's, which samples are named after."""


def test_no_cell_and_no_name_of_a_file_is_in_the_log(imported, logged) -> None:
    text = "\n".join(logged)
    assert "event=import_finished" in text
    assert "event=change_failed" in text
    assert [secret for secret in sorted(secrets(imported)) if secret in text] == []


def secrets(imported: dict[str, Imported]) -> set[str]:
    """Everything that stands in the samples and that nothing else is called by."""
    rows = [row for each in imported.values() for row in each.rows]
    found = {name for row in rows for name in (row.username, row.short_name, row.id_number)}
    found |= {issue.value for row in rows for issue in row.issues}
    found |= {heading for each in imported.values() for heading in each.batch.headings}
    found |= {sample.name for sample in COUNTED_UP}
    found |= {name for person in PEOPLE for name in (person.username, person.username.title())}
    return {name for name in found if len(name) > 4 and not OWN_WORDS.fullmatch(name)}
