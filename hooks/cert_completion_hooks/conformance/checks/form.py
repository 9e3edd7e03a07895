"""What a host is and the form of its hooks."""

from collections.abc import Mapping
from typing import Any

import pytest

from cert_completion_hooks.conformance.asking import TODAY
from cert_completion_hooks.conformance.faults import fault
from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.store import aliases, django_is_there
from cert_completion_hooks.examining.hooks import HOOKS_OF, REQUIRED_HOOKS
from cert_completion_hooks.examining.problems import unknown_hooks
from cert_completion_hooks.spec import SPEC_VERSION
from cert_completion_hooks.types import BatchSummary

_ABOUT_NOTHING: Mapping[str, Mapping[str, Any]] = {
    "find_learners": {"usernames": ()},
    "find_certifications": {"references": (), "ignore_case": False},
    "find_completion_states": {"keys": (), "as_of": TODAY},
    "find_evidence": {"keys": ()},
    "record_completions": {"changes": ()},
    "record_evidence": {"items": ()},
    "undo_changes": {"changes": (), "items": (), "preview": False},
    "send_messages": {"messages": ()},
}
_FOR_AN_IMPORT = ("record_completions", "record_evidence", "undo_changes", "send_messages")


class FormConformance:
    """Hooks that can be called, and a host that says what it is."""

    def test_hooks_are_plain_functions(self, kit: Kit) -> None:
        for host in kit.hosts.names:
            for problem in kit.hosts.problems(host):
                fault("host_info", host, problem.text, problem.hint)

    def test_no_hook_is_misspelt(self, kit: Kit) -> None:
        for host in kit.hosts.names:
            for problem in unknown_hooks(kit.hosts.implementations[host]):
                fault("host_info", host, problem.text, problem.hint)

    def test_host_info_says_what_the_host_is(self, kit: Kit) -> None:
        for host in kit.hosts.names:
            info = kit.info(host)
            if not info.name.strip() or not info.version.strip():
                what = f"It has the name {info.name!r} and the version {info.version!r}."
                fault("host_info", host, what, "Say both: operators read them when something is wrong.")

    def test_the_contract_version_is_this_one(self, kit: Kit) -> None:
        for host in kit.hosts.names:
            found = kit.info(host).contract_version
            if found != SPEC_VERSION:
                what = f"It was built for version {found} of the contract; this is version {SPEC_VERSION}."
                mend = (
                    f"Read the changelog of the contract, change what is needed, then say {SPEC_VERSION}, as a number."
                )
                fault("host_info", host, what, mend)

    def test_required_hooks_are_there(self, kit: Kit) -> None:
        for hook in REQUIRED_HOOKS:
            if kit.hosts.answering(hook) is None:
                what = f"Nobody answers {hook}, which a site cannot do without."
                kit.wrong(hook, what, "Write a function of this name and mark it with @hookimpl.")

    def test_capabilities_have_their_hooks(self, kit: Kit) -> None:
        for host in kit.hosts.names:
            for capability in sorted(kit.info(host).capabilities):
                for hook in HOOKS_OF[capability]:
                    if not kit.hosts.implements(host, hook):
                        what = f"The host declares the capability {str(capability)!r} without implementing {hook}."
                        fault("host_info", host, what, f"Implement {hook}, or leave the capability out of host_info.")

    def test_the_database_is_one_of_the_site(self, kit: Kit) -> None:
        if not django_is_there():
            pytest.skip("The host's tests have no Django, so there are no database aliases.")
        for host in kit.hosts.names:
            alias = kit.info(host).database_alias
            if alias is not None and alias not in aliases():
                what = f"Its database_alias is {alias!r}; the site's databases are {', '.join(aliases())}."
                mend = (
                    "Name the connection in the setting DATABASES on which you write, or say None: a store of your own."
                )
                fault("host_info", host, what, mend)

    @pytest.mark.parametrize("hook", _ABOUT_NOTHING)
    def test_nothing_is_asked_and_nothing_is_answered(self, kit: Kit, hook: str) -> None:
        who = {"batch": kit.batch} if hook in _FOR_AN_IMPORT else {"actor": kit.actor}
        answer = kit.hosts.ask(hook, lambda answer: answer.value, **who, **_ABOUT_NOTHING[hook])
        if answer is None or len(answer):
            what = f"Asked about nothing, it answered {answer!r}."
            kit.wrong(hook, what, "Answer with an empty mapping or list; None is no answer.")

    def test_the_end_of_an_import_may_be_told_twice(self, kit: Kit) -> None:
        if kit.hosts.answering("batch_finished") is None:
            pytest.skip("The host does not implement batch_finished; no host has to.")
        for _ in range(2):
            kit.tell_of_the_end(BatchSummary(state="finished", rows=1, outcomes={"certified": 1}))
