from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from cert_completion_hooks.memory import MemoryHost

from tests import doubles
from tests.browser.site import Site


@pytest.fixture
def site(browser, settings, monkeypatch, transactional_db, live_server, django_user_model):
    """A small site on a live server, on 2026-03-15; see `Site`."""
    monkeypatch.setattr("cert_completion_plugin.batches.clock.today", lambda: date(2026, 3, 15))
    # The site has no Celery application; that is told by one page, and the others are about something else.
    settings.SILENCED_SYSTEM_CHECKS = ["cert_completion.W001", "cert_completion.W019"]
    monkeypatch.setattr("cert_completion_plugin.broker._url", lambda: "redis://queue.lms.example.org:6379/0")
    monkeypatch.setattr("cert_completion_plugin.broker.broker_answers", lambda: True)
    return Site(live_server.url, doubles.install(settings, MemoryHost()), django_user_model)


@pytest.fixture
def visit(browser, site, client) -> Iterator[Any]:
    """Opens a new page, logged in as this user; `javascript=False` for a browser without."""
    contexts = []

    def visit(user, *, javascript=True, **options):
        context = browser.new_context(
            base_url=site.url, java_script_enabled=javascript, viewport={"width": 1280, "height": 900}, **options
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        client.force_login(user)
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site.url}])
        return context.new_page()

    yield visit
    for context in contexts:
        context.close()
