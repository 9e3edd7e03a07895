"""The README promises the versions that are tested, and says things in the order in which operators look for them."""

import re
import tomllib

import pytest

from tests.docs.pages import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = {"Django REST framework, for the REST API": "djangorestframework", "prometheus-client (optional)": ""}
ROWS = re.findall(
    r"^\| ([^|]+) \| (\d[\d.]*) \| (\d[\d.]*)[^|]* \|$", README.partition("## Compatibility")[2], re.MULTILINE
)


def pinned(name, constraints):
    text = (ROOT / "constraints" / constraints).read_text(encoding="utf-8")
    return re.findall(rf"^{re.escape(name)}==(\d+\.\d+)", text, re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize(("label", "oldest", "newest"), [row for row in ROWS if row[0] != "Python"])
def test_versions_are_those_that_are_tested(label, oldest, newest):
    name = NAMES.get(label) or label.partition(" ")[0]
    assert oldest in pinned(name, "floors.txt")
    assert newest in pinned(name, "newest.txt")


def test_the_python_versions_are_those_of_the_package():
    [(_, oldest, newest)] = [row for row in ROWS if row[0] == "Python"]
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    tested = re.findall(r"Python :: (3\.\d+)", project)
    assert f'requires-python = ">={oldest}"' in project
    assert (oldest, newest) == (tested[0], tested[-1])


def test_the_order_is_that_of_the_ecosystem():
    assert re.findall(r"^## (.+)$", README, re.MULTILINE) == [
        "Purpose",
        "Getting started",
        "How it scales",
        "Compatibility",
        "Getting help",
        "Contributing",
        "Security",
        "Licence",
    ]


def test_the_extras_that_it_names_are_there():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = set(re.findall(r"`\[(\w+)\]`", README))
    assert {"postgres", "mysql", "redis", "api", "metrics"} <= named <= set(project["optional-dependencies"])
