import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PIN = re.compile(r'([A-Za-z0-9._-]+)==([0-9][A-Za-z0-9.]*)(; python_version (<|>=) "3\.\d+")?')


def pins(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (ROOT / "constraints" / name).read_text(encoding="utf-8").splitlines():
        match = PIN.fullmatch(line)
        assert match, f"{name}: {line!r} is not name==version"
        found.setdefault(match[1].lower(), []).append(match[2])
    return found


@pytest.mark.parametrize("requirement", [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["api"]])
def test_the_floors_are_the_oldest_versions_that_we_promise(requirement: str) -> None:
    name, oldest = requirement.lower().split(">=")
    pinned = pins("floors.txt")[name]
    assert all(version == oldest or version.startswith(f"{oldest}.") for version in pinned)
    assert name in pins("newest.txt")
