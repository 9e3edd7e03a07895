import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on the machine; no test is about that.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cases",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a folder of acceptance cases for tests/acceptance, in place of the usual ones; may be repeated",
    )


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of an installed Chromium. Without one the test fails: a skip would hide that nobody looked."""
    for name in CHROMIUM_NAMES:
        if path := shutil.which(name):
            return path
    pytest.fail(
        "There is no Chromium here, so the browser tests cannot run. Install one (Debian, Ubuntu: "
        f"`apt-get install chromium`) so that one of {', '.join(CHROMIUM_NAMES)} is on the PATH, "
        'or leave these tests out on purpose with `-m "not browser"`.',
        pytrace=False,
    )
