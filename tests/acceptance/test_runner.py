"""The runner itself: it reads every key or complains, and it sees every kind of difference."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from cert_completion_plugin.models import ImportBatch
from tests.acceptance.hosts import WORLDS
from tests.acceptance.loading import Broken, Case, Loaded, NoCases, Way, load
from tests.acceptance.running import Differences
from tests.acceptance.running import run as run_in
from tests.acceptance.worlds import CannotRun

ON_MEMORY, ON_SANDBOX = Way("memory", review=False), Way("sandbox", review=False)

GOOD = """
- id: one-row
  today: 2025-11-01
  learners: [{username: ivo}]
  certifications:
    - {short_name: Ladder Check, id_number: LC-4, rule: completion_date, active: 1 year, window: 1 month}
  options: {import_action: certify_uncertified}
  file: |
    username,certificationshortname,certificationidnumber,completiondate,duedate,note
    ivo,Ladder Check,LC-4,2025-04-02,,x
    ivo,Ladder Check,LC-4,2024-04-02,,y
    ivo,Ladder Chek,LC-44,2024-04-03,,z
  expect:
    refused: []
    needs_answer: false
    warnings: [column_unknown]
    rows:
      - {line: 2, outcome: certified, issues: [], expires: 2026-04-02, window_opens: 2026-03-02}
      - {line: 3, outcome: history}
      - {line: 4, outcome: rejected, issues: [certification_close_match]}
    held:
      - learner: ivo
        certification: Ladder Check
        assigned: true
        current: {completed: 2025-04-02, expires: 2026-04-02}
        history: [{completed: 2024-04-02, expires: 2025-04-02}]
    evidence: []
    messages: []
"""


@pytest.fixture
def load_text(tmp_path: Path) -> Callable[[str], list[Loaded]]:
    def load_text(text: str) -> list[Loaded]:
        (tmp_path / "some.yaml").write_text(textwrap.dedent(text), encoding="utf-8")
        return load([tmp_path])

    return load_text


def run(case: Case, way: Way) -> None:
    run_in(case, way, WORLDS[way.host]())


def only_case(loaded: list[Loaded]) -> Case:
    [case] = loaded
    assert isinstance(case, Case), case
    return case


def faults_of(loaded: list[Loaded]) -> str:
    [broken] = loaded
    assert isinstance(broken, Broken)
    return "\n".join(broken.faults)


@pytest.mark.django_db
@pytest.mark.parametrize("way", [ON_MEMORY, ON_SANDBOX], ids=str)
def test_a_case_whose_expectations_are_true_passes(load_text, way):
    run(only_case(load_text(GOOD)), way)


@pytest.mark.django_db
@pytest.mark.parametrize("way", [ON_MEMORY, ON_SANDBOX], ids=str)
@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("refused: []", "refused: [file_empty]", "refused for: [file_empty] was expected, but it is []"),
        ("needs_answer: false", "needs_answer: true", "asks about dates: True was expected, but it is False"),
        ("warnings: [column_unknown]", "warnings: []", "warnings of the file: [] was expected"),
        ("outcome: certified", "outcome: renewed", "line 2: outcome renewed was expected, but it is certified"),
        ("issues: []", "issues: [learner_suspended]", "line 2: issues: [learner_suspended] was expected"),
        ("expires: 2026-04-02, window", "expires: 2026-04-03, window", "line 2: expires: 2026-04-03 was expected"),
        ("window_opens: 2026-03-02", "window_opens: null", "line 2: window_opens: None was expected"),
        ("{line: 3, outcome: history}", "{line: 5}", "line 3: was not expected, but is history"),
        ("{line: 3, outcome: history}", "{line: 5}", "line 5: a row was expected, the line is not reported"),
        ("assigned: true", "assigned: false", "assigned: False was expected, but it is True"),
        ("current: {completed: 2025-04-02, expires: 2026-04-02}", "current: null", "current None was expected"),
        ("{completed: 2025-04-02,", "{completed: 2025-04-03,", "but it is {completed: 2025-04-02"),
        ("history: [{completed: 2024-04-02, expires: 2025-04-02}]", "history: []", "is there, but was not expected"),
        ("{completed: 2024-04-02,", "{completed: 2024-04-01,", "{completed: 2024-04-01, expires: 2025-04-02} was"),
        ("evidence: []", "evidence: [{learner: ivo}]", "evidence: {learner: ivo} was expected, but is not there"),
        (
            "messages: []",
            "messages: [{learner: ivo, certification: Ladder Check, trigger: assigned}]",
            "message: {learner: ivo, certification: Ladder Check, trigger: assigned} was expected, but is not there",
        ),
    ],
)
def test_every_difference_is_told(load_text, way, right, wrong, told):
    assert GOOD.count(right) >= 1
    with pytest.raises(Differences) as caught:
        run(only_case(load_text(GOOD.replace(right, wrong, 1))), way)
    assert told in str(caught.value)


@pytest.mark.django_db
def test_all_differences_are_told_at_once(load_text):
    text = GOOD.replace("outcome: certified", "outcome: renewed").replace("assigned: true", "assigned: false")
    with pytest.raises(Differences) as caught:
        run(only_case(load_text(text)), ON_MEMORY)
    assert "outcome renewed was expected" in str(caught.value)
    assert "assigned: False was expected" in str(caught.value)


@pytest.mark.django_db
def test_where_the_way_says_so_the_plan_is_approved_first(load_text):
    run(only_case(load_text(GOOD)), Way("memory", review=True))
    assert ImportBatch.objects.get().approved_at is not None


@pytest.mark.django_db
def test_what_the_record_book_cannot_hold_is_a_failure(load_text):
    held = "held: [{learner: ivo, certification: Ladder Check, current: {completed: 2025-01-01, expires: 2024-01-01}}]"
    case = only_case(load_text(GOOD.replace("  options:", f"  {held}\n  options:")))
    with pytest.raises(CannotRun, match="memory_only"):
        run(case, ON_SANDBOX)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("today:", "to_day:", "case: there is no key 'to_day'"),
        ("today:", "to_day:", "case: the key 'today' is missing"),
        ("id_number: LC-4", "id_number: 4", "case.certifications[0].id_number: must be a text (put it into quotes)"),
        ("active: 1 year, ", "", "case.certifications[0]: the key 'active' is missing"),
        ("1 month", "1 fortnight", "must be a period such as '1 year', not '1 fortnight'"),
        ("certify_uncertified", "certify", "case.options: The option 'import_action' does not take 'certify'"),
        ("import_action", "action", "case.options: There is no option 'action'"),
        ("warnings:", "warning:", "case.expect: there is no key 'warning'"),
        ("{line: 3, outcome: history}", "{line: 3, state: history}", "case.expect.rows[1]: there is no key 'state'"),
        ("{line: 3, outcome: history}", "{line: 2}", "line 2 is expected 2 times"),
        ("issues: []", "issues: [column_unknown]", "case.expect.rows[0].issues[0]: must be one of"),
        ("outcome: history", "outcome: archived", "must be one of 'certified', 'renewed'"),
        ("completed: 2025-04-02", "completed: soon", "must be a date (YYYY-MM-DD), not 'soon'"),
        ("learners: [{username: ivo}]", "learners: {username: ivo}", "case.learners: must be a list"),
        ("file: |", "file_base64: |", "case.file_base64: must be bytes in base 64"),
        ("assigned: true", "assigned: true\n        assigned: true", "the key 'assigned' stands twice"),
        ("messages: []", "messages: [}", "some.yaml cannot be read"),
        ("- id: one-row", "id: one-row", "some.yaml must be a list of cases"),
    ],
)
def test_a_fault_in_a_case_is_named(load_text, right, wrong, told):
    text = GOOD.replace(right, wrong, 1)
    if wrong.startswith("id:"):
        text = "id: one-row"
    assert told in faults_of(load_text(text))


def test_an_id_that_is_taken_is_a_fault(load_text):
    first, second = load_text(GOOD + GOOD)
    assert isinstance(first, Case)
    assert isinstance(second, Broken)
    assert "'one-row' is taken" in second.faults[0]


def test_a_folder_without_cases_is_refused(tmp_path):
    with pytest.raises(NoCases, match="no case could be run"):
        load([tmp_path])


@pytest.mark.parametrize(
    ("more", "ways"),
    [
        ("", ["memory-off", "memory-on", "sandbox-off", "sandbox-on"]),
        ("memory_only: true", ["memory-off", "memory-on"]),
        ("between: {remove_learners: [ivo]}", ["memory-on", "sandbox-on"]),
        ("answer: {certifications: {Ladder Chek: other}}", ["memory-on", "sandbox-on"]),
        ("answer: {date_format: DD/MM/YYYY}", ["memory-off", "memory-on", "sandbox-off", "sandbox-on"]),
    ],
)
def test_the_ways_of_a_case(load_text, more, ways):
    case = only_case(load_text(f"{GOOD}  {more}\n"))
    assert sorted(map(str, case.ways(WORLDS))) == ways
