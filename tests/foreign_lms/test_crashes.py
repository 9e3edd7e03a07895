"""A kill between the harbour's commit and ours: the same records, the same outcomes, every letter once."""

import json

import pytest

from tests.foreign_lms.processes import run


@pytest.fixture(scope="module")
def ended(tmp_path_factory):
    """How the same import and its undo end, undisturbed and with a death at every commit of the registry."""

    def ended(name):
        folder = tmp_path_factory.mktemp(name)
        return json.loads(run(folder, "-m", "tests.foreign_lms.crashing", name).splitlines()[-1])

    return {name: ended(name) for name in ("undisturbed", "dying")}


def test_whoever_writes_dies_each_time(ended):
    assert ended["undisturbed"]["deaths"] == ended["undisturbed"]["undo"].pop("deaths") == 0
    assert ended["dying"]["deaths"] >= 6
    assert ended["dying"]["undo"].pop("deaths") >= 6


def test_the_books_are_the_same_and_every_row_stands_there_once(ended):
    books = ended["dying"]["books"]
    assert books == ended["undisturbed"]["books"]
    assert books["state"] == "finished"
    assert books["entries"] == len(books["rows"]) == sum(books["counts"]["outcomes"].values()) == 90
    assert {"certified", "history", "evidence", "rejected"} <= {
        outcome for outcome, number in books["counts"]["outcomes"].items() if number
    }


def test_the_records_are_the_same(ended):
    assert ended["dying"]["registry"] == ended["undisturbed"]["registry"]
    assert len(ended["dying"]["registry"]) > 90


def test_each_letter_left_once(ended):
    assert ended["dying"]["letters"] == ended["undisturbed"]["letters"] > 10


def test_the_undo_takes_everything_back(ended):
    undo = {name: each["undo"] for name, each in ended.items()}
    assert undo["dying"] == undo["undisturbed"]
    assert undo["dying"]["state"] == "done"
    assert ended["dying"]["is_as_before"]
    assert ended["undisturbed"]["is_as_before"]
