"""Whole imports: what becomes of a row depends neither on the order of the rows nor on how the work is split, and what
was imported once is not written again (import-rules.md §4)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

import pytest
from cert_completion_hooks import Certification, CompletionRecord, Period, PeriodUnit, RecertificationRule, RuleKind
from cert_completion_hooks.memory import MemoryHost
from django.test import override_settings
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from cert_completion_plugin import api
from cert_completion_plugin.core.options import Assign, ImportAction
from tests import doubles

pytestmark = pytest.mark.django_db

# Every example brings its own host; what earlier imports left in the tables is none of its business. Making a failing
# file smaller would take minutes, and files are small as it is.
whole_imports = settings(
    max_examples=15,
    phases=set(Phase) - {Phase.shrink, Phase.explain},
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

TODAY = date(2026, 3, 15)
LEARNERS = ("ana", "Ćiro")
YEAR, HALF_YEAR, MONTH = Period(1, PeriodUnit.YEAR), Period(6, PeriodUnit.MONTH), Period(1, PeriodUnit.MONTH)
NAMES = (("Forklift", "F1"), ("Crane", "C1"), ("First Aid", ""), ("", "D4"))
RULES = [
    *(RecertificationRule(kind=kind, active=YEAR, window=MONTH, minimum_active=HALF_YEAR) for kind in RuleKind),
    None,
]
CERTIFICATIONS = [
    Certification(key=f"c{number}", short_name=names[0], id_number=names[1], rule=rule)
    for number, (names, rule) in enumerate(zip(NAMES, RULES, strict=True))
]
UNKNOWN = (("Moonwalk", ""), ("Moonwalk", "M9"), ("Forklifd", ""))
DATES = [TODAY + timedelta(days=days) for days in (-900, -400, -365, -340, -120, -30, 0, 45)]


class Row(NamedTuple):
    """The cells of a row."""

    username: str
    short_name: str
    id_number: str
    completed: str
    due: str


class Fate(NamedTuple):
    """What became of one row, without its place in the file."""

    username: str
    certification: tuple[str, ...]
    completed: date | None
    due: date | None
    outcome: str
    expires: date | None
    codes: tuple[str, ...]


Held = Mapping[tuple[str, str], tuple[CompletionRecord | None, tuple[CompletionRecord, ...]]]


@dataclass(frozen=True)
class Site:
    """What a host holds when a file comes, and how it is imported."""

    held: Held
    options: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=lambda: {name: name for name in LEARNERS})

    def host(self) -> MemoryHost:
        host = MemoryHost()
        for name in LEARNERS:
            host.add_learner(self.names[name])
        for certification in CERTIFICATIONS:
            host.add_certification(certification)
        for (name, short_name), (current, history) in self.held.items():
            host.hold(self.names[name], short_name, current=current, history=history)
        return host


ISO_DATES = [day.isoformat() for day in DATES]
rows = st.builds(
    lambda name, names, completed, due: Row(name, names[0], names[1], completed, due),
    st.sampled_from([*LEARNERS * 5, "nobody", ""]),
    st.sampled_from([*NAMES * 4, ("Forklift", ""), ("", "C1"), *UNKNOWN, ("Crane", "F1")]),
    st.sampled_from([*ISO_DATES * 3, "", "2026-02-30"]),
    st.sampled_from([*[""] * 12, *ISO_DATES, "soon"]),
)
files = st.lists(rows, min_size=1, max_size=12) | st.lists(rows, min_size=10, max_size=14)
maybe = st.none() | st.sampled_from(DATES)
sound = st.sampled_from(DATES).map(
    lambda day: CompletionRecord(
        completed=day, expires=day + timedelta(days=365), window_opens=day + timedelta(days=330)
    )
)
records = sound | st.builds(CompletionRecord, completed=maybe, expires=maybe, window_opens=maybe)
holdings = st.tuples(st.none() | records, st.lists(records, max_size=2).map(tuple))
options = st.fixed_dictionaries(
    {
        "import_action": st.sampled_from([str(action) for action in ImportAction]),
        "assign": st.sampled_from([str(wish) for wish in Assign]),
        "unknown_certification": st.sampled_from(["create_evidence", "create_evidence", "ignore"]),
        "date_format": st.just("YYYY-MM-DD"),
    }
)
PAIRS = list(product(LEARNERS, [one.short_name for one in CERTIFICATIONS]))
sites = st.builds(Site, held=st.dictionaries(st.sampled_from(PAIRS), holdings, max_size=8), options=options)


def with_one_due_date(file: Iterable[Row]) -> list[Row]:
    """The rows, with one due date for each completion: of two, the smaller line would decide."""
    dues: dict[tuple[str, frozenset[str], str], str] = {}
    return [row._replace(due=dues.setdefault(completion_of(row), row.due)) for row in file]


def completion_of(row: Row) -> tuple[str, frozenset[str], str]:
    whole = next((names for names in NAMES if {row.short_name, row.id_number} & set(names) - {""}), None)
    return row.username, frozenset(whole or (row.short_name, row.id_number)), row.completed


@pytest.fixture
def run(submit, monkeypatch):
    """Imports a file into a host; returns what became of its rows, by line."""

    def run(host: MemoryHost, file: Sequence[Row], options: Mapping[str, str], portion_rows: int = 1000):
        monkeypatch.setattr(doubles, "host", host)
        # Not the fixture: what it is given lasts until the test ends, and here each example brings its own.
        with override_settings(CERT_COMPLETION={"HOSTS": ["tests.doubles:host"], "PORTION_ROWS": portion_rows}):
            batch = submit(*(",".join(row) for row in file), **options)
            api.work_off(batch.id)
            assert api.find(api.SYSTEM, batch.reference).state == "finished"
            decisions = api.rows(api.SYSTEM, batch, limit=1000)
        assert [decision.line for decision in decisions] == list(range(2, len(file) + 2))
        return decisions

    return run


def fates(decisions: Iterable[api.Decision], names: Mapping[str, str] | None = None) -> Counter[Fate]:
    """What became of the rows, whatever their order; learners by the names that they have on other sites."""
    known = {name: other for other, name in (names or {}).items()}
    return Counter(
        Fate(
            known.get(one.username, one.username),
            (one.certification_key,) if one.certification_key else (one.short_name, one.id_number),
            one.completed,
            one.due,
            str(one.outcome),
            one.expires,
            tuple(str(issue.code) for issue in one.issues),
        )
        for one in decisions
    )


def dates_of(record: CompletionRecord | None) -> CompletionRecord | None:
    return record and replace(record, row_key="", line=None)


def records_of(host: MemoryHost, names: Mapping[str, str] | None = None) -> list[object]:
    """All that the host holds, without which row wrote it."""
    states = [host.held((names or {}).get(name, name), short_name, TODAY) for name, short_name in PAIRS]
    items = sorted((one.learner_key, one.short_name, one.id_number, one.completed) for one in host.evidence)
    return [
        *((dates_of(one.current), Counter(map(dates_of, one.history)), one.assigned) for one in states),
        *items,
    ]


@whole_imports
@given(site=sites, file=files.map(with_one_due_date), data=st.data())
def test_the_order_of_the_rows_changes_nothing(run, site, file, data):
    shuffled = data.draw(st.permutations(file))
    hosts = site.host(), site.host()
    first, second = (run(host, one, site.options) for host, one in zip(hosts, (file, shuffled), strict=True))
    assert fates(first) == fates(second)
    assert records_of(hosts[0]) == records_of(hosts[1])


@whole_imports
@given(site=sites, file=files)
def test_the_size_of_portions_changes_nothing(run, site, file):
    hosts = [site.host() for _ in range(3)]
    found = [run(host, file, site.options, rows) for host, rows in zip(hosts, (1, 3, 1000), strict=True)]
    plain = [[(one.line, fates([one]), one.repeats_line) for one in decisions] for decisions in found]
    assert plain[0] == plain[1] == plain[2]
    assert records_of(hosts[0]) == records_of(hosts[1]) == records_of(hosts[2])


@whole_imports
@given(site=sites, file=files, prefix=st.text("xyz", min_size=1, max_size=5))
def test_which_slice_a_learner_falls_into_changes_nothing(run, site, file, prefix):
    elsewhere = replace(site, names={name: prefix + name for name in LEARNERS})
    renamed = [row._replace(username=elsewhere.names.get(row.username, row.username)) for row in file]
    hosts = site.host(), elsewhere.host()
    first = run(hosts[0], file, site.options, 3)
    second = run(hosts[1], renamed, site.options, 3)
    assert [fates([one]) for one in first] == [fates([one], elsewhere.names) for one in second]
    assert records_of(hosts[0]) == records_of(hosts[1], elsewhere.names)


@pytest.mark.parametrize("action", ImportAction)
@whole_imports
@given(site=sites, file=files)
def test_a_file_that_is_uploaded_again_writes_nothing(run, action, site, file):
    host, options = site.host(), {**site.options, "import_action": str(action)}
    first = run(host, file, options)
    event(f"{sum(one.outcome.writes for one in first) > 0}")
    written, held = len(host.written), records_of(host)
    again = run(host, file, options)
    assert not [one for one in again if one.outcome.writes]
    assert (len(host.written), records_of(host)) == (written, held)
    assert [one.outcome == "rejected" for one in again] == [one.outcome == "rejected" for one in first]


@pytest.mark.parametrize("action", ImportAction)
@whole_imports
@given(site=sites, file=files, added=st.lists(rows, max_size=6), data=st.data())
def test_of_a_file_that_has_grown_only_new_rows_are_written(run, action, site, file, added, data):
    host, options = site.host(), {**site.options, "import_action": str(action)}
    run(host, file, options)
    places = data.draw(st.permutations([*((row, True) for row in file), *((row, False) for row in added)]))
    decisions = run(host, [row for row, _ in places], options)
    is_old = [old for _, old in places]
    written = [one for one, old in zip(decisions, is_old, strict=True) if old and one.outcome.writes]
    assert not written
    assert not [one for one in run(host, [row for row, _ in places], options) if one.outcome.writes]
