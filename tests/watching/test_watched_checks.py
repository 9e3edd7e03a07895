"""System checks of watched places."""

import os

import pytest

from cert_completion_plugin import conf
from cert_completion_plugin.checks.watched import check_watched
from tests.watching.conftest import watch


def places(settings, *given):
    watch(settings, *given)
    return conf.settings().watched


@pytest.fixture(autouse=True)
def world(settings):
    settings.CERT_COMPLETION = {}


def test_a_directory_that_cannot_be_worked_in_is_a_check(settings, tmp_path, monkeypatch):
    places(settings, {"directory": str(tmp_path), "user": "hr"})
    assert check_watched(None) == []
    monkeypatch.setattr(os, "access", lambda *args, **kwargs: False)
    [found] = check_watched(None)
    assert (found.id, found.level) == ("cert_completion.W020", 30)
    assert "may not read and write" in found.msg
    places(settings, {"directory": str(tmp_path / "no"), "user": "hr"})
    assert "there is no directory" in check_watched(None)[0].msg
    assert list(tmp_path.iterdir()) == []


def test_a_storage_that_does_not_exist_is_a_check(settings):
    places(settings, {"storage": "nowhere", "prefix": "x", "user": "hr"})
    assert [found.id for found in check_watched(None)] == ["cert_completion.E020"]
    settings.CERT_COMPLETION = {"WATCHED": 7}
    assert check_watched(None) == []
