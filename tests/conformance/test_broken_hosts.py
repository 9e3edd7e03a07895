"""The kit catches broken hosts, and says what is wrong and how to mend it. No check of it is one that cannot fail."""

from collections import defaultdict
from pathlib import Path

import pytest
from cert_completion_hooks import conformance
from cert_completion_hooks.conformance import HostConformance

from tests.conformance.broken import FAULTS

CHECKS = sorted(name for name in dir(HostConformance) if name.startswith("test_"))


class Reports:
    """What became of each check on each broken host: the texts of those that failed, whatever their parameters."""

    def __init__(self) -> None:
        self.failures: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.others: list[str] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        report = yield
        if report.failed and report.when == "call":
            self.failures[item.cls.__name__, item.originalname].append(report.longreprtext)
        elif report.failed or report.skipped:
            self.others.append(f"{item.nodeid}: {report.outcome} in {report.when}: {report.longreprtext}")
        return report


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    reports = Reports()
    suite = Path(__file__).with_name("broken_suite.py")
    settings = tmp_path_factory.mktemp("settings") / "pytest.ini"
    settings.write_text("[pytest]\naddopts = --import-mode=importlib -q --no-header --no-summary --noconftest\n")
    without = [option for name in ("django", "hypothesispytest", "cacheprovider") for option in ("-p", f"no:{name}")]
    status = pytest.main(["-c", str(settings), *without, str(suite)], plugins=[reports])
    assert status == pytest.ExitCode.TESTS_FAILED
    return reports


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_broken_host_is_told_what_is_wrong_and_how_to_mend_it(reports, fault):
    told = reports.failures[f"Test{fault.host.__name__}", fault.check]
    assert told, "the kit finds nothing wrong"
    where = f"Host {fault.host.__name__!r}, hook {fault.hook!r}"
    parts = (where, fault.what, fault.mend)
    assert any(all(part.lower() in text.lower() for part in parts) for text in told), "\n\n".join(told)


def test_nothing_else_goes_wrong(reports):
    assert reports.failures
    assert reports.others == []


def test_there_are_many_broken_hosts():
    assert len({fault.host for fault in FAULTS}) >= 100


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_fails_for_some_host(check):
    assert check in {fault.check for fault in FAULTS}


def test_no_two_classes_of_the_kit_share_a_name():
    """Each can be inherited alone, and together: what one defines, no other may hide."""
    defined = defaultdict(set)
    for kit_class in HostConformance.__mro__[1:-1]:
        for name in vars(kit_class):
            defined[name].add(kit_class.__name__)
    shared = {name for name, classes in defined.items() if len(classes) > 1 and not name.startswith("__")}
    assert shared == set()


def test_all_classes_can_be_imported():
    assert set(conformance.__all__) <= set(dir(conformance))
    assert {each.__name__ for each in HostConformance.__mro__[:-1]} <= set(conformance.__all__)
