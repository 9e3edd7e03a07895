"""Every start-up problem: found, told with how to mend it, and never raised."""

from dataclasses import dataclass

import pytest
from cert_completion_hooks import SPEC_VERSION, Capability, HostInfo, hookimpl
from cert_completion_hooks.memory import MemoryHost

from cert_completion_plugin.gateway import Gateway, ProblemCode


def info(**parts):
    return HostInfo(**{"name": "h", "version": "1", "contract_version": SPEC_VERSION, **parts})


class Small:
    """A host with nothing but its info, to be listed beside a whole one."""

    @hookimpl
    def host_info(self):
        return info()


def problems_of(host, **others):
    return Gateway({"mine": host, **(others or {"memory": MemoryHost()})}).problems()


def the_problem(host, code, **others):
    (problem,) = problems_of(host, **others)
    assert problem.code is code
    assert problem.hint
    return problem


def test_none():
    assert problems_of(Small()) == []
    assert Gateway({"memory": MemoryHost()}).problems() == []


def test_no_hosts():
    assert [each.code for each in Gateway({}).problems()] == [ProblemCode.NO_HOSTS]


def test_required_hooks_that_nobody_implements():
    problems = Gateway({"mine": Small()}).problems()
    assert {each.code for each in problems} == {ProblemCode.HOOK_MISSING}
    named = [each.text.split("'")[1] for each in problems]
    assert named == [
        "find_learners",
        "find_certifications",
        "list_certifications",
        "find_completion_states",
        "record_completions",
    ]
    assert all("mine" in each.text for each in problems)


def test_a_misspelt_hook():
    class Host(Small):
        @hookimpl
        def find_lerners(self, usernames):
            return {}

    problem = the_problem(Host(), ProblemCode.HOOK_UNKNOWN)
    assert "'find_lerners'" in problem.text
    assert "Did you mean 'find_learners'?" in problem.hint


def test_a_misspelt_hook_given_as_specname():
    class Host(Small):
        @hookimpl(specname="find_lerners")
        def anything(self, usernames):
            return {}

    assert "'find_lerners'" in the_problem(Host(), ProblemCode.HOOK_UNKNOWN).text


def test_a_hook_of_a_later_contract_may_be_marked_as_optional():
    class Host(Small):
        @hookimpl(optionalhook=True)
        def brand_new(self):
            return {}

    assert problems_of(Host()) == []


def test_a_coroutine():
    class Host(Small):
        @hookimpl
        async def find_learners(self, usernames):
            return {}

    assert "find_learners" in the_problem(Host(), ProblemCode.HOOK_COROUTINE).text


def test_keyword_only_parameters():
    class Host(Small):
        @hookimpl
        def find_learners(self, *, usernames):
            return {}

    assert "'usernames'" in the_problem(Host(), ProblemCode.HOOK_KEYWORD_ONLY).text


@pytest.mark.parametrize("gathers", ["*args", "**kwargs"])
def test_gathering_parameters(gathers):
    names = {"hookimpl": hookimpl}
    exec(f"@hookimpl\ndef find_learners(self, {gathers}): return {{}}", names)
    host = type("Host", (Small,), {"find_learners": names["find_learners"]})()
    the_problem(host, ProblemCode.HOOK_KEYWORD_ONLY)


def test_defaults():
    class Host(Small):
        @hookimpl
        def find_learners(self, usernames=()):
            return {}

    assert "'usernames'" in the_problem(Host(), ProblemCode.HOOK_DEFAULT).text


def test_unknown_arguments():
    class Host(Small):
        @hookimpl
        def find_learners(self, user_names):
            return {}

    problem = the_problem(Host(), ProblemCode.HOOK_ARGUMENT_UNKNOWN)
    assert "'user_names'" in problem.text
    assert "Did you mean 'usernames'? Its arguments are: actor, usernames." in problem.hint


@pytest.mark.parametrize(
    ("mark", "option"), [(hookimpl(tryfirst=True), "tryfirst"), (hookimpl(trylast=True), "trylast")]
)
def test_options_that_would_change_the_order(mark, option):
    class Host(Small):
        @mark
        def find_learners(self, usernames):
            return {}

    assert option in the_problem(Host(), ProblemCode.HOOK_OPTION).text


def test_a_wrapper():
    class Host(Small):
        @hookimpl(wrapper=True)
        def find_learners(self, usernames):
            return (yield)

    the_problem(Host(), ProblemCode.HOOK_OPTION)


def test_all_faults_of_a_host_at_once():
    class Host(Small):
        @hookimpl
        async def find_learners(self, people, usernames=()):
            return {}

        @hookimpl
        def list_certifications(self, *, limit):
            return []

    codes = {each.code for each in problems_of(Host())}
    assert codes >= {
        ProblemCode.HOOK_COROUTINE,
        ProblemCode.HOOK_DEFAULT,
        ProblemCode.HOOK_ARGUMENT_UNKNOWN,
        ProblemCode.HOOK_KEYWORD_ONLY,
    }


@pytest.mark.parametrize(
    ("capability", "hooks"),
    [
        (Capability.EVIDENCE, ["find_evidence", "record_evidence"]),
        (Capability.UNDO, ["undo_changes"]),
        (Capability.MESSAGES, ["send_messages"]),
    ],
)
def test_a_capability_without_its_hooks(capability, hooks):
    namespace = {name: vars(Small).get(name) or getattr(MemoryHost, name) for name in dir(MemoryHost) if name in WHOLE}
    for hook in hooks:
        del namespace[hook]
    namespace["host_info"] = hookimpl(lambda self: info(capabilities=frozenset(Capability)))
    host = type("Host", (), namespace)()
    problem = the_problem(host, ProblemCode.CAPABILITY_WITHOUT_HOOK, memory=MemoryHost())
    assert f"'{capability}'" in problem.text
    assert all(hook in problem.text for hook in hooks)


WHOLE = {name for name in dir(MemoryHost) if hasattr(getattr(MemoryHost, name), "cert_completion_impl")}


def test_a_contract_version_that_differs():
    class Old(Small):
        @hookimpl
        def host_info(self):
            return info(contract_version=SPEC_VERSION - 1)

    class New(Small):
        @hookimpl
        def host_info(self):
            return info(contract_version=SPEC_VERSION + 1)

    assert "the package that brings the host" in the_problem(Old(), ProblemCode.CONTRACT_VERSION_DIFFERS).hint
    assert "cert-completion-plugin" in the_problem(New(), ProblemCode.CONTRACT_VERSION_DIFFERS).hint


def test_no_host_info():
    assert "'mine'" in the_problem(object(), ProblemCode.HOST_INFO_MISSING).text


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {"name": "h"},
        info(capabilities=["evidence"]),
        info(capabilities=frozenset({"evidence"})),
        info(contract_version="1"),
        info(record_of_learning_path="/learning/"),
    ],
    ids=["none", "dict", "list", "text", "version", "path"],
)
def test_a_wrong_host_info(answer):
    class Host:
        @hookimpl
        def host_info(self):
            return answer

    assert "'mine'" in the_problem(Host(), ProblemCode.HOST_INFO_WRONG).text


def test_a_host_info_that_raises():
    class Host:
        @hookimpl
        def host_info(self):
            raise OSError("no such table")

    assert "OSError: no such table" in the_problem(Host(), ProblemCode.HOST_INFO_WRONG).text


def test_questions_and_writes_of_one_thing_on_two_hosts():
    class Host(Small):
        @hookimpl
        def find_completion_states(self, keys):
            return {}

    problem = the_problem(Host(), ProblemCode.HOOKS_DIVIDED)
    assert "'mine'" in problem.text
    assert "'memory'" in problem.text


def test_evidence_that_one_host_finds_and_another_creates():
    class Host(Small):
        @hookimpl
        def find_evidence(self, keys):
            return {}

    problem = the_problem(Host(), ProblemCode.HOOKS_DIVIDED)
    assert "'find_evidence' is answered by host 'mine', but 'record_evidence' by 'memory'" in problem.text
    assert "BLOCKED_HOOKS" in problem.hint


def test_a_host_that_cannot_be_registered():
    @dataclass
    class Unhashable(Small):
        name: str = "h"

    assert "unhashable" in the_problem(Unhashable(), ProblemCode.HOST_UNUSABLE).text


def test_one_host_under_two_names():
    host = MemoryHost()
    the_problem(host, ProblemCode.HOST_UNUSABLE, again=host)


def test_a_host_with_an_attribute_that_raises_does_not_raise():
    class Host(Small):
        @property
        def connection(self):
            raise OSError("no connection yet")

    codes = {each.code for each in problems_of(Host())}
    assert codes <= {ProblemCode.HOST_UNUSABLE}
