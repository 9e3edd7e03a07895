"""Hosts and hooks that the operator has switched off."""

import pytest
from cert_completion_hooks import SPEC_VERSION, Capability, EvidenceType, HostInfo, hookimpl
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin import gateway
from cert_completion_plugin.gateway import Gateway, HookUse, ProblemCode
from cert_completion_plugin.gateway.blocking import Blocked, blocked

LOADED: list[str] = []


class Chatty:
    """A host that has evidence types to offer, and no more."""

    def __init__(self):
        LOADED.append("chatty")

    @hookimpl
    def host_info(self):
        return HostInfo(name="chatty", version="2", contract_version=SPEC_VERSION)

    @hookimpl
    def evidence_types(self):
        return [EvidenceType(name="chatter")]


def hosts(**blocks):
    return Gateway({"chatty": Chatty(), "memory": MemoryHost()}, Blocked(**blocks))


def test_a_blocked_hook_is_answered_by_the_next_host(actor):
    assert [each.name for each in hosts().evidence_types(actor)] == ["chatter"]
    assert hosts(hooks=frozenset({("chatty", "evidence_types")})).evidence_types(actor) == ()


def test_with_a_blocked_hook_goes_the_capability_and_nothing_else():
    gateway = hosts(hooks=frozenset({("memory", "undo_changes")}))
    assert gateway.problems() == []
    assert gateway.capabilities == frozenset(Capability) - {Capability.UNDO}


def test_a_required_hook_that_is_blocked_is_told():
    (problem,) = hosts(hooks=frozenset({("memory", "find_learners")})).problems()
    assert problem.code is ProblemCode.HOOK_MISSING
    assert "'memory' out of the setting BLOCKED_HOOKS" in problem.hint


@pytest.mark.parametrize(
    ("blocks", "text", "hint"),
    [
        ({"unknown": ("memry",)}, "BLOCKED_HOSTS names the host 'memry'", "Did you mean 'memory'? There are: chatty"),
        ({"hooks": frozenset({("chaty", "find_learners")})}, "the host 'chaty'", "Did you mean 'chatty'?"),
        (
            {"hooks": frozenset({("chatty", "find_learner")})},
            "the hook 'find_learner'",
            "Did you mean 'find_learners'?",
        ),
        ({"hooks": frozenset({("chatty", "host_info")})}, "every host has to answer", "use BLOCKED_HOSTS"),
    ],
)
def test_what_blocks_nothing_or_cannot_be_blocked_is_told(blocks, text, hint):
    problems = [each for each in hosts(**blocks).problems() if each.code is ProblemCode.BLOCK_WRONG]
    assert len(problems) == 1
    assert text in problems[0].text
    assert hint in problems[0].hint


def test_a_hook_of_a_blocked_host_may_be_blocked_too():
    assert hosts(hosts=("other",), hooks=frozenset({("other", "find_learners")})).problems() == []


def test_blocked_hosts_are_those_that_are_named():
    both = blocked(["a", "b"], ["b", "c"], frozenset())
    assert (both.hosts, both.unknown) == (("b",), ("c",))


def test_a_blocked_host_is_not_loaded(settings):
    settings.CERT_COMPLETION = {
        "HOSTS": ["tests.gateway.test_blocking:Chatty", "cert_completion_hooks.memory:MemoryHost"],
        "BLOCKED_HOSTS": ["tests.gateway.test_blocking:Chatty"],
    }
    LOADED.clear()
    gateway.reset()
    try:
        found = gateway.gateway()
    finally:
        gateway.reset()
    assert LOADED == []
    assert found.problems() == []
    assert [(host.name, host.is_blocked) for host in found.hosts()] == [
        ("cert_completion_hooks.memory:MemoryHost", False),
        ("tests.gateway.test_blocking:Chatty", True),
    ]


def test_with_all_hosts_blocked_nothing_can_be_imported():
    (problem,) = Gateway({}, Blocked(hosts=("memory",))).problems()
    assert problem.code is ProblemCode.NO_HOSTS
    assert "BLOCKED_HOSTS" in problem.hint


class TestListing:
    def test_which_host_answers_what(self):
        gateway = hosts(hooks=frozenset({("memory", "find_evidence")}))
        chatty, memory = gateway.hosts()
        assert (chatty.name, chatty.info.version) == ("chatty", "2")
        assert dict(chatty.hooks) == {"host_info": HookUse.ANSWERS, "evidence_types": HookUse.ANSWERS}
        uses = dict(memory.hooks)
        assert uses.pop("evidence_types") is HookUse.PASSED_OVER
        assert uses.pop("find_evidence") is HookUse.BLOCKED
        assert set(uses.values()) == {HookUse.ANSWERS}

    def test_some_hooks_are_put_to_every_host(self):
        _, second = Gateway({"first": MemoryHost(), "second": MemoryHost()}).hosts()
        answered = {hook for hook, use in second.hooks if use is HookUse.ANSWERS}
        assert answered == {"host_info", "forget_learner", "batch_finished", "follow_ups"}

    def test_a_host_that_cannot_say_what_it_is_is_listed_all_the_same(self):
        class Mute(Chatty):
            @hookimpl
            def host_info(self):
                raise OSError("no licence")

        (mute,) = Gateway({"mute": Mute()}).hosts()
        assert (mute.name, mute.info) == ("mute", None)
