"""Any text in any cell: every row gets one decision, and nothing that a file can hold is an error of the program."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import cast

import pytest
from cert_completion_hooks import Actor, Certification, EvidenceField, EvidenceType, FieldKind
from cert_completion_hooks.memory import MemoryHost
from cert_completion_hooks.types import CompletionRecord
from hypothesis import example, given
from hypothesis import strategies as st

from cert_completion_plugin.core.dates import DateFormat
from cert_completion_plugin.core.headings import REQUIRED, Columns, read_headings
from cert_completion_plugin.core.issues import PROBLEMS
from cert_completion_plugin.core.options import DATE_FORMATS, ImportAction, Options, UnknownCertification
from cert_completion_plugin.core.pipeline import decide_portion
from cert_completion_plugin.core.rows import Cell, Decision, RawRow
from cert_completion_plugin.gateway.facade import Gateway
from tests.core.builders import TODAY, YEARLY, codes

LICENCE = EvidenceType(
    name="Licence",
    fields=(
        EvidenceField(name="issued", kind=FieldKind.DATE),
        EvidenceField(name="grade", kind=FieldKind.NUMBER, required=True),
        EvidenceField(name="page", kind=FieldKind.URL),
        EvidenceField(name="passed", kind=FieldKind.YES_NO),
        EvidenceField(name="kind", kind=FieldKind.CHOICE, choices=("A", "B")),
        EvidenceField(name="note", kind=FieldKind.TEXT),
    ),
)
FIELDS = [one.name for one in LICENCE.fields]
COLUMNS = cast(Columns, read_headings([*REQUIRED, *FIELDS, "Remark"], FIELDS)[0])
WIDTH = len(REQUIRED) + len(FIELDS) + 1
ZOE, DECOMPOSED = "Zoë", "Zoe\u0308"
FIRE = Certification(key="c1", short_name="Fire Safety é", id_number="FS-100", rule=YEARLY)
TWIN = Certification(key="c2", short_name="Fire Safety e\u0301", id_number="007")


def host():
    """Some names differ by their Unicode form alone. The answers go through all checks."""
    world = MemoryHost()
    for username in ("ana", ZOE, DECOMPOSED, "=cmd|'/C calc'!A0", "x\u202ey"):
        world.add_learner(username)
    world.add_certification(FIRE)
    world.add_certification(TWIN)
    held = CompletionRecord(completed=date(2025, 1, 1), expires=date(2026, 1, 1), window_opens=date(2025, 12, 1))
    world.hold("ana", FIRE.short_name, current=held)
    return Gateway({"memory": world}).acting_for(Actor(key="1", username="admin"))


HOST = host()
NASTY = [
    "=cmd|'/C calc'!A0",
    "@SUM(1)",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udc00x",
    "\u202eana",
    "x\u202ey",
    "\u2067",
    "\u200b",
    "\ufeffana",
    "a\tb",
    "a\r\nb",
    "\u2028",
    "👩‍🚒",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "\U0010ffff",
    "\ufffe",
    "e" + "\u0301" * 300,
    "ﷺ" * 40,
    ZOE,
    DECOMPOSED,
    "ZOË",
    "İ",
    "Fire Safety é",
    "Fire Safety",
    "FS-100",
    "FS100",
    "007",
    "7",
    "1.2E+15",
    "45123",
    "31/02/2025",
    "2025-05-01",
    "1/5/25",
    "\u0662\u0660\u0662\u0665-\u0660\u0665-\u0660\u0661",
    "9999-12-31",
    "1000-01-01",
    "nan",
    "1e999999",
    "http://[",
    "javascript:alert(1)",
    "",
    " ",
]
texts = st.text(st.characters(), max_size=20) | st.sampled_from(NASTY)
cells = texts | st.tuples(texts, texts).map("".join) | st.dates()
near_dates = st.sampled_from(
    ["31/02/2025", "29/02/2100", "2025-02-30", "0000-01-01", "2025-13-01", f"{'1' * 5000}-01-01"]
)
DATES = (COLUMNS.completion_date, COLUMNS.due_date, COLUMNS.fields["issued"])
good = st.tuples(
    st.sampled_from(["ana", ZOE, "x\u202ey"]),
    st.sampled_from(["Fire Safety é", "Fire Safety e\u0301", "Moonwalk"]),
    st.just(""),
    st.sampled_from(["2025-05-01", "01/05/2025"]) | st.dates(),
    st.just(""),
)


@st.composite
def rows(draw: st.DrawFn) -> list[Cell]:
    """A row that is fine but for one or two cells, or one of which nothing is; sometimes too long or too short."""
    row: list[Cell] = [*draw(good), "", "3", "", "", "", "", ""]
    if draw(st.booleans()):
        for place in draw(st.sets(st.integers(0, WIDTH - 1), max_size=2)):
            row[place] = draw(near_dates if place in DATES and draw(st.booleans()) else cells)
    else:
        row = draw(st.lists(cells, min_size=WIDTH, max_size=WIDTH))
    return row[: draw(st.sampled_from([WIDTH] * 6 + [2]))] + draw(st.lists(cells, max_size=1))


files = st.lists(rows(), max_size=5)
formats = st.sampled_from([None, *map(DateFormat.named, [*["DD/MM/YYYY", "YYYY-MM-DD"] * 9, *DATE_FORMATS])])
options = st.builds(
    Options,
    import_action=st.sampled_from(ImportAction),
    unknown_certification=st.sampled_from(UnknownCertification),
    ignore_case=st.booleans(),
)


def decided(
    file: Sequence[Sequence[Cell]], date_format: DateFormat | None, chosen: Options, licence: EvidenceType | None = None
) -> list[Decision]:
    raw = [RawRow(line, tuple(row)) for line, row in enumerate(file, 2)]
    return decide_portion(raw, COLUMNS, date_format, chosen, TODAY, HOST, evidence_type=licence)


@given(files, formats, options, st.sampled_from([None, LICENCE]))
def test_any_text_in_any_cell_gives_one_decision_for_each_row(file, date_format, chosen, licence):
    decisions = decided(file, date_format, chosen, licence)
    assert [one.line for one in decisions] == list(range(2, len(file) + 2))
    for one in decisions:
        has_problem = any(issue.code in PROBLEMS for issue in one.issues)
        assert (one.outcome == "rejected") == has_problem
        assert one.outcome in ("rejected", "failed") or (one.learner_key and one.completed)


def is_unprintable(text: str) -> bool:
    """Source: import-rules.md §3, value_unprintable, of what is left when the ends are trimmed."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text)


@given(st.integers(0, 4), texts)
@example(0, "a\x00b")
@example(1, "\x00a\x00")
@example(2, "a\x85b")
@example(3, "2025-05\n-01")
@example(4, "\ud800")
def test_nothing_unprintable_inside_a_name_or_date_comes_through(place, text):
    row: list[Cell] = ["ana", "Moonwalk", "", "2025-05-01", "", "", "3", "", "", "", "", ""]
    row[place] = f"a{text}b"
    chosen = Options(unknown_certification=UnknownCertification.CREATE_EVIDENCE)
    (decision,) = decided([row], DateFormat.named("YYYY-MM-DD"), chosen)
    assert ("value_unprintable" in codes(decision)) == is_unprintable(text)
    if is_unprintable(text):  # and it causes no further problem
        assert (decision.outcome, codes(decision)) == ("rejected", ["value_unprintable"])


@given(
    st.sampled_from(["ana", ZOE]), st.sampled_from(["\ufeff", "\u200b", "\u00a0", "\x00", "\t", "\u202e", "\u2060\n"])
)
def test_what_cannot_be_seen_at_the_ends_of_a_name_changes_nothing(username, unseen):
    around = [
        [name, "", "FS-100", "2025-05-01", "", "", "", "", "", "", "", ""]
        for name in (username, f"{unseen}{username}{unseen}")
    ]
    plain, decorated = (decided([row], DateFormat.named("YYYY-MM-DD"), Options())[0] for row in around)
    assert (plain.outcome, codes(plain), plain.learner_key) == (
        decorated.outcome,
        codes(decorated),
        decorated.learner_key,
    )


@pytest.mark.parametrize("form", [ZOE, DECOMPOSED], ids=["composed", "decomposed"])
def test_names_that_differ_by_their_unicode_form_alone_are_one_name(form):
    row = [form, "Fire Safety é", "", "2025-05-01", "", "", "", "", "", "", "", ""]
    (decision,) = decided([row], DateFormat.named("YYYY-MM-DD"), Options())
    assert codes(decision) == ["learner_ambiguous", "certification_ambiguous"]


@pytest.mark.parametrize("place", range(WIDTH), ids=lambda place: COLUMNS.headings[place])
def test_a_cell_of_a_hundred_thousand_characters_is_its_rows_problem_and_none_in_a_column_nobody_reads(place):
    chosen = Options(unknown_certification=UnknownCertification.CREATE_EVIDENCE)
    for letter in ["x", "\u0301", "👩‍🚒", "=", "1", "/", " ", "\x00", "\ud800", "\u1100"]:
        row: list[Cell] = ["ana", "Moonwalk", "", "2025-05-01", "", "", "3", "", "", "", "", ""]
        row[place] = letter * 100_000 + "-01-01" if letter == "1" else f"a{letter * 100_000}a"
        (decision,) = decided([row], DateFormat.named("YYYY-MM-DD"), chosen, LICENCE)
        assert decision.outcome == ("evidence" if place == WIDTH - 1 else "rejected"), ascii(letter)
