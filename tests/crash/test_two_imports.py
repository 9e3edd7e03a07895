"""Two imports over the same learners at the same time: what holds in the end, one after the other would have given."""

from collections import defaultdict

import pytest

from tests.crash.conftest import EVIDENCE_ALONE, USUAL_WEIGHTS, rows_of, write_file

pytestmark = pytest.mark.crash

LEARNERS, ROWS, COMMON_ROWS, TIMES = 40, 400, 200, 2
ACTIONS = [
    ("certify_if_newer", "certify_if_newer"),
    ("certify_uncertified", "certify_if_newer"),
    ("save_to_history", "certify_if_newer"),
]


class Group:
    """Learners who are there for one run of the two files, which name them alike but for the group."""

    def __init__(self, site, folder, name, weights=USUAL_WEIGHTS):
        self.site, self.name, self.folder = site, name, folder / name
        site.driver("enrol", LEARNERS, name)
        site.driver("meet_all", name)
        self.folder.mkdir()
        common = list(rows_of(LEARNERS, COMMON_ROWS, "common", name, weights))
        self.files = [
            write_file(self.folder / f"{each}.csv", [*rows_of(LEARNERS, ROWS, each, name, weights), *common])
            for each in "ab"
        ]

    def submit(self, number, action):
        reference = self.site.driver("submit", self.files[number], import_action=action)
        self.site.driver("read", reference)
        return reference

    def one_after_the_other(self, actions, order):
        for number in order:
            self.site.driver("work_off", self.submit(number, actions[number]))
        return self.held()

    def at_the_same_time(self, actions):
        references = [self.submit(number, actions[number]) for number in (0, 1)]
        self.site.work_at_once(references, self.folder / "ready")
        for reference in references:
            self.site.ended_like(reference)
        return self.held()

    def held(self):
        """What is held of each learner and certification, and of each evidence item."""
        held = defaultdict(list)
        for learner, what, *record in self.site.driver("held_of", self.name):
            held[learner, what].append(record)
        return {key: sorted(map(repr, records)) for key, records in held.items()}


@pytest.mark.parametrize("actions", ACTIONS, ids="-".join)
def test_two_imports_at_once_end_as_one_after_the_other_would(make_site, tmp_path, actions):
    compare(make_site("two"), tmp_path, actions, USUAL_WEIGHTS)


def test_two_imports_of_evidence_alone(make_site, tmp_path):
    """No record of the learners is locked here by which one of the two would wait for the other."""
    compare(make_site("evidence"), tmp_path, ACTIONS[0], EVIDENCE_ALONE)


def compare(site, folder, actions, weights):
    first = Group(site, folder, "ab", weights).one_after_the_other(actions, (0, 1))
    second = Group(site, folder, "ba", weights).one_after_the_other(actions, (1, 0))
    assert first != second
    for number in range(TIMES):
        held = Group(site, folder, f"at-once-{number}", weights).at_the_same_time(actions)
        allowed = {key: (first.get(key), second.get(key)) for key in {*held, *first}}
        assert {key: held.get(key) for key, orders in allowed.items() if held.get(key) not in orders} == {}
