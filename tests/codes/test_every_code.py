"""Every code and outcome of import-rules.md is reached by a sample of the sandbox that is named after it."""

import re
from pathlib import Path

import pytest

from cert_completion_plugin.core.issues import Code
from cert_completion_plugin.core.outcomes import Outcome
from sandbox.sample_table import SAMPLES
from tests.codes.conftest import COUNTED_UP

pytestmark = pytest.mark.django_db

RULES = Path(__file__).resolve().parents[2] / "docs" / "import-rules.md"

NOT_YET = {
    Outcome.DRIFTED: "It takes two plans of one file; the README of the samples says how.",
}
IN_COMPANY = {Outcome.FAILED: "There is always a reason, and the samples are named after those."}


@pytest.mark.parametrize("shown", [one for one in (*Code, *Outcome) if one not in NOT_YET])
def test_a_sample_named_after_it_shows_every_code_and_outcome(shown, imported) -> None:
    names = [sample.name for sample in COUNTED_UP if shown in sample.shows]
    if shown not in IN_COMPANY:
        names = [name for name in names if name.startswith(shown.replace("_", "-"))]
    assert names, f"No sample in sandbox/sample_table is named after {shown} and shows it."
    assert all(shown in imported[name].shown for name in names)


@pytest.mark.parametrize("sample", COUNTED_UP, ids=lambda sample: sample.name)
def test_a_sample_shows_what_it_says_and_nothing_else(sample, imported) -> None:
    assert imported[sample.name].batch.state == sample.state
    assert imported[sample.name].shown == set(sample.shows)


@pytest.mark.parametrize("sample", COUNTED_UP, ids=lambda sample: sample.name)
def test_every_row_of_a_sample_has_a_story_that_can_be_read(sample, imported) -> None:
    for row in imported[sample.name].rows:
        steps = {step.name: " ".join(step.texts) for step in imported[sample.name].stories[row.line]}
        assert {"cells", "learner", "certification", "decision", "writing"} <= steps.keys()
        assert ("today" in steps) == bool(row.learner_key and row.outcome is not Outcome.REJECTED)
        assert "older version" not in steps["decision"]
        for text in steps.values():
            assert not re.search(r"%[(s]|\b(None|True|False)\b|  ", text), text


def test_nothing_that_is_out_of_reach_is_promised() -> None:
    assert not [sample.name for sample in SAMPLES if set(sample.shows) & NOT_YET.keys()]


def test_the_rules_name_these_codes_and_no_other() -> None:
    assert codes_of_the_rules() == set(Code)


def test_the_rules_name_these_outcomes_and_no_other() -> None:
    assert first_cells("outcome") == set(Outcome)


def codes_of_the_rules() -> set[str]:
    """From the tables of codes, and from the three sentences that name codes beside them."""
    text = RULES.read_text(encoding="utf-8")
    unknown = re.search(r"reported as ignored \((`\w+`)", text)
    warnings = re.search(r"^Warnings do not stop a row(.*?)^$", text, re.MULTILINE | re.DOTALL)
    reasons = re.search(r"^A `failed` row says why: (.*)$", text, re.MULTILINE)
    assert unknown
    assert warnings
    assert reasons
    return first_cells("code").union(*(backticked(found[1]) for found in (unknown, warnings, reasons)))


def first_cells(heading: str) -> set[str]:
    """The names in the first column of every table with this heading over it."""
    tables = re.findall(
        rf"^\| {heading} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", RULES.read_text(encoding="utf-8"), re.MULTILINE
    )
    return set().union(*(backticked(line.split("|")[1]) for table in tables for line in table.splitlines()))


def backticked(text: str) -> set[str]:
    """Names such as `host_refused` or `history`; examples in backticks have other characters in them."""
    return set(re.findall(r"`([a-z_]+)`", text))
