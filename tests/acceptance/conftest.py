"""Every case of every folder becomes one test for each way of running it."""

from collections import Counter
from pathlib import Path

import pytest

from tests.acceptance.later_parts import LATER, later
from tests.acceptance.loading import Broken, Loaded, NoCases, load

_OWN_CASES = Path(__file__).parent / "cases"


def _folders(config: pytest.Config) -> list[Path]:
    if named := config.getoption("--cases"):
        return [Path(folder) for folder in named]
    shared = config.rootpath.parent / "shared" / "cases"
    return [_OWN_CASES, shared] if shared.is_dir() else [_OWN_CASES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "loaded" not in metafunc.fixturenames:
        return
    try:
        cases = load(_folders(metafunc.config))
    except NoCases as error:
        raise pytest.UsageError(str(error)) from error
    metafunc.parametrize(("loaded", "way"), [parameters for each in cases for parameters in _parameters(each)])


def _parameters(loaded: Loaded) -> list[object]:
    if isinstance(loaded, Broken):
        return [pytest.param(loaded, None, id=loaded.id)]
    ways = list(loaded.ways())
    awaited = [later(loaded, way) for way in ways]
    return [
        pytest.param(
            loaded,
            way,
            id=f"{loaded.id}[{way}]",
            marks=[pytest.mark.xfail(strict=True, reason=part.reason, raises=part.raises)] if part else [],
        )
        for way, part in zip(ways, awaited, strict=True)
    ]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many failures were expected, so that everybody sees the list get shorter."""
    own = Path(__file__).parent.name
    reasons = [report.wasxfail for report in terminalreporter.getreports("xfailed") if f"/{own}/" in report.nodeid]
    if not reasons:
        return
    parts = Counter(reason.partition(":")[0] for reason in reasons)
    told = ", ".join(f"{count} for {part}" for part, count in sorted(parts.items()))
    terminalreporter.section("acceptance cases of later parts")
    terminalreporter.line(f"{len(reasons)} expected failures: {told}.")
    terminalreporter.line(f"They wait for: {'; '.join(each.reason for each in LATER)}.")
