"""The CHANGELOG keeps the form that it says it has, and knows the version of the package."""

import re

import cert_completion_plugin
from tests.docs.pages import ROOT

TEXT = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
PARTS = ["Upgrading", "Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
VERSIONS = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)


def test_versions_have_a_number_and_a_day_but_for_the_one_to_come():
    assert VERSIONS[0] == "[Unreleased]"
    assert [each for each in VERSIONS[1:] if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", each)] == []


def test_what_changes_is_sorted_by_kind_in_one_order():
    for version in re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert kinds == [kind for kind in PARTS if kind in kinds]
        assert kinds


def test_the_version_of_the_package_is_the_newest_there_or_the_one_to_come():
    version = cert_completion_plugin.__version__
    assert f"[{version}] - " in TEXT or f"What is to become {version}" in TEXT
