"""The list of all certifications is asked for once in a while for each import, not for every portion."""

from cert_completion_hooks import Actor, hookimpl
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin.gateway import facade, listing
from tests.doubles import yearly

ANA = Actor(key="1", username="ana")


class CountingHost(MemoryHost):
    def __init__(self):
        super().__init__()
        self.listed = 0

    @hookimpl
    def list_certifications(self, actor, after, limit):
        self.listed += 1
        return super().list_certifications(actor, after, limit)


def names(gateway, batch_id):
    return [each.short_name for each in gateway.acting_for(ANA, batch_id=batch_id).list_certifications()]


def test_an_import_asks_once_and_again_when_the_list_is_old(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(listing, "monotonic", lambda: now[0])
    host = CountingHost()
    host.add_certification(yearly("Crane"))
    gateway = facade.Gateway({"host": host})
    assert names(gateway, "a") == names(gateway, "a") == ["Crane"]
    assert host.listed == 1
    host.add_certification(yearly("Forklift"))
    assert names(gateway, "b") == ["Crane", "Forklift"]
    now[0] += listing.KEPT_SECONDS + 1
    assert names(gateway, "a") == ["Crane", "Forklift"]
    assert host.listed == 3


def test_only_the_last_few_imports_are_kept():
    host = CountingHost()
    gateway = facade.Gateway({"host": host})
    for batch_id in ("a", "b", "c", "d", "e", "a"):
        names(gateway, batch_id)
    assert host.listed == 6


def test_who_asks_for_no_import_is_always_answered_anew():
    host = CountingHost()
    gateway = facade.Gateway({"host": host})
    for _ in range(2):
        list(gateway.acting_for(ANA).list_certifications())
    assert host.listed == 2
