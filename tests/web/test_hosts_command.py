"""`manage.py cert_completion_hosts`: which hosts there are, and which of them answers what."""

from io import StringIO

import pytest
from cert_completion_hooks.memory import MemoryHost
from django.core.management import CommandError, call_command

from cert_completion_plugin import gateway


@pytest.fixture(autouse=True)
def fresh_gateway():
    gateway.reset()
    yield
    gateway.reset()


def listed():
    out = StringIO()
    call_command("cert_completion_hosts", stdout=out)
    return out.getvalue()


def test_what_a_host_can_and_answers(settings):
    settings.CERT_COMPLETION = {
        "HOSTS": ["cert_completion_records.host", "cert_completion_hooks.memory:MemoryHost", "away"],
        "BLOCKED_HOSTS": ["away"],
        "BLOCKED_HOOKS": {"cert_completion_records.host": ["evidence_types"]},
    }
    text = listed()
    assert "cert_completion_records.host: records " in text
    assert "contract version 1" in text
    assert "can: assignments, evidence, expiry, history, messages, undo" in text
    assert "writes on: default" in text
    assert "writes on: a store of its own" in text
    assert "  evidence_types: blocked by BLOCKED_HOOKS" in text
    assert "  find_learners: answers" in text
    assert "  find_learners: passed over, an earlier host answers" in text
    assert "away: blocked by BLOCKED_HOSTS" in text


def test_installed_hosts_that_are_not_active_are_named(settings, monkeypatch):
    monkeypatch.setattr("cert_completion_plugin.api.hosting.installed_hosts", lambda: ["openedx", "records"])
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_hooks.memory:MemoryHost"]}
    assert "Installed, but not in the setting HOSTS: openedx, records" in listed()


def test_problems_are_told_with_how_to_mend_them(settings):
    settings.CERT_COMPLETION = {
        "HOSTS": ["cert_completion_hooks.memory:MemoryHost"],
        "BLOCKED_HOOKS": {"cert_completion_hooks.memory:MemoryHost": ["find_learners"]},
    }
    with pytest.raises(CommandError, match=r"No active host implements the hook 'find_learners'(.|\n)*Add a host"):
        listed()


def test_a_host_that_cannot_say_what_it_is(settings, monkeypatch):
    def away(self):
        raise OSError("no licence")

    monkeypatch.setattr(MemoryHost, "host_info", away)
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_hooks.memory:MemoryHost"]}
    with pytest.raises(CommandError, match="does not implement the hook 'host_info'"):
        listed()


def test_a_name_that_leads_nowhere(settings):
    settings.CERT_COMPLETION = {"HOSTS": ["recrods"]}
    with pytest.raises(CommandError, match="There is no host 'recrods'"):
        listed()
