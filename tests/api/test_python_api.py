"""The Python API changes only where somebody means it to, and is documented as it is.

Every change of it is a line of `api.txt` in the review. `python -m tools.python_api` writes that and the page anew.
"""

import inspect
import re
from datetime import date

import pytest
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import api
from tests import doubles, people
from tools import python_api

PAGE = python_api.PAGE.read_text(encoding="utf-8")
BY_HAND, MARK, REFERENCE = PAGE.partition(python_api.MARK)


def test_the_snapshot_is_that_of_the_code():
    assert python_api.SNAPSHOT.read_text(encoding="utf-8") == python_api.snapshot(), python_api.__doc__


def test_the_page_is_that_of_the_code():
    assert MARK
    assert python_api.page() == PAGE, python_api.__doc__


@pytest.mark.parametrize("name", sorted(api.__all__))
def test_every_name_is_documented(name):
    value = getattr(api, name)
    assert re.search(rf"^(### `{name}`|    {name} = )", REFERENCE, re.MULTILINE)
    if inspect.isfunction(value) or inspect.isclass(value):
        said = inspect.getdoc(value)
        assert said
        assert not said.startswith(f"{name}(")


def test_no_name_is_told_twice():
    names = re.findall(r"^### `(\w+)`", REFERENCE, re.MULTILINE)
    assert len(names) == len(set(names))


def test_what_is_public_is_named():
    """Nothing that the package imports for itself is public by accident."""
    assert sorted(set(api.__all__)) == sorted(api.__all__)
    assert all(hasattr(api, name) for name in api.__all__)


@pytest.mark.django_db
def test_the_examples_do_what_they_say(settings, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    world = doubles.install(settings, MemoryHost())
    world.add_learner("ana")
    world.add_learner("ben")
    world.add_certification(doubles.yearly("Forklift", "F1"))
    names = {"user": people.person("operator")}
    blocks = re.findall(r"```python\n(.*?)```", BY_HAND, re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        exec(block, names)
