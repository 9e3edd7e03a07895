"""The trace of hook calls: what an operator needs to find the slow host, and nothing about anybody."""

import logging
import re

import pytest
from cert_completion_hooks import SPEC_VERSION, Certification, CertificationRef, HostInfo, HostUnavailable, hookimpl

from cert_completion_plugin import gateway
from cert_completion_plugin.gateway import Gateway


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, "cert_completion_plugin.hooks")
    return lambda: [re.sub(r"seconds=\d+\.\d+", "seconds=T", record.getMessage()) for record in caplog.records]


def test_each_call_is_a_line_without_names(memory, batch, actor, lines):
    memory.add_certification(Certification(key="c2", short_name="First aid", id_number=""))
    host = Gateway({"memory": memory}, trace=True).acting_for(actor)
    host.find_learners(["pat", "kim", "lee"])
    host.find_certifications([CertificationRef("First aid", "")], ignore_case=True)
    list(host.list_certifications())
    assert lines() == [
        "event=hook_called hook=find_learners host=memory keys=3 seconds=T",
        "event=hook_called hook=find_certifications host=memory keys=1 seconds=T",
        "event=hook_called hook=list_certifications host=memory keys=0 seconds=T",
    ]


def test_what_raises_is_told_without_its_text(memory, actor, lines):
    class Away:
        @hookimpl
        def host_info(self):
            return HostInfo(name="away", version="1", contract_version=SPEC_VERSION)

        @hookimpl
        def find_learners(self, usernames):
            raise HostUnavailable(f"cannot reach the record of {usernames[0]}")

    with pytest.raises(HostUnavailable) as raised:
        Gateway({"away": Away()}, trace=True).acting_for(actor).find_learners(["pat"])
    assert lines() == ["event=hook_called hook=find_learners host=away keys=1 seconds=T error=HostUnavailable"]
    assert (raised.value.host, raised.value.hook) == ("away", "find_learners")


def test_nothing_is_logged_unless_it_is_asked_for(memory, actor, lines):
    Gateway({"memory": memory}).acting_for(actor).find_learners(["pat"])
    assert lines() == []


def test_the_setting_switches_it_on(settings, actor, lines):
    settings.CERT_COMPLETION = {"HOSTS": ["cert_completion_hooks.memory:MemoryHost"], "HOOK_TRACE": True}
    gateway.reset()
    try:
        gateway.gateway().acting_for(actor).find_learners(["pat"])
    finally:
        gateway.reset()
    assert len(lines()) == 1
