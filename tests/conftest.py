import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.services import stack

# How long an example takes depends on the machine; no test is about that.
settings.register_profile("project", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")

# Each of these folders is about a site of its own, and runs by itself: `make test-foreign`, `make test-openedx`.
SITES = {"foreign_lms": "tests.foreign_lms.settings", "openedx": "tests.openedx.settings"}
collect_ignore = [folder for folder, site in SITES.items() if os.environ.get("DJANGO_SETTINGS_MODULE") != site]

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--cases",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="a folder of acceptance cases for tests/acceptance, in place of the usual ones; may be repeated",
    )


def pytest_report_header() -> str:
    return f"stack: {stack()}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what uses a database, so that no such test can be forgotten when the tests run on servers.

    What only a server can do is left out where there is none.
    """
    if stack().engine == "sqlite" and (left_out := [item for item in items if item.get_closest_marker("server")]):
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
    for item in items:
        if item.get_closest_marker("django_db") or "django_db_setup" in getattr(item, "fixturenames", ()):
            item.add_marker("database")


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


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in the thread of the tests, which does not run while a test uses the database.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()
