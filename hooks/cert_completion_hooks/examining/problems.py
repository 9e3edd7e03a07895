"""What can be wrong with hosts before anything is asked of them, and the checks that need one implementation only."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from inspect import Parameter

from cert_completion_hooks.examining.hooks import HOOKS, Implementation


class ProblemCode(StrEnum):
    """The stable names of start-up problems."""

    NO_HOSTS = "no_hosts"
    HOST_UNUSABLE = "host_unusable"
    HOST_INFO_MISSING = "host_info_missing"
    HOST_INFO_WRONG = "host_info_wrong"
    CONTRACT_VERSION_DIFFERS = "contract_version_differs"
    HOOK_MISSING = "hook_missing"
    HOOK_UNKNOWN = "hook_unknown"
    HOOK_COROUTINE = "hook_coroutine"
    HOOK_KEYWORD_ONLY = "hook_keyword_only"
    HOOK_DEFAULT = "hook_default"
    HOOK_ARGUMENT_UNKNOWN = "hook_argument_unknown"
    HOOK_OPTION = "hook_option"
    HOOKS_DIVIDED = "hooks_divided"
    CAPABILITY_WITHOUT_HOOK = "capability_without_hook"
    BLOCK_WRONG = "block_wrong"


@dataclass(frozen=True, slots=True)
class HostProblem:
    """One thing that is wrong with the hosts of a site: what, and how to mend it."""

    code: ProblemCode
    text: str
    hint: str


def calling_problems(implementation: Implementation) -> Iterator[HostProblem]:
    """What keeps pluggy from calling an implementation of a hook of the contract rightly."""
    if implementation.hook not in HOOKS:
        return
    function = implementation.function
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        yield HostProblem(
            ProblemCode.HOOK_COROUTINE,
            f"{implementation}: it is a coroutine, and hooks are not awaited.",
            "Write it as a plain function (def, not async def).",
        )
    options = [name for name in _ORDERING_OPTIONS if implementation.options.get(name)]
    if options:
        yield HostProblem(
            ProblemCode.HOOK_OPTION,
            f"{implementation}: it is marked with {', '.join(options)}, which would not be heeded.",
            "Mark it with a plain @hookimpl: the setting HOSTS alone decides which host answers.",
        )
    for parameter in inspect.signature(function).parameters.values():
        yield from _parameter_problems(implementation, parameter, HOOKS[implementation.hook])


_ORDERING_OPTIONS = ("wrapper", "hookwrapper", "tryfirst", "trylast")
_STARRED = (Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def _parameter_problems(
    implementation: Implementation, parameter: Parameter, arguments: Sequence[str]
) -> Iterator[HostProblem]:
    where = f"{implementation}, argument {parameter.name!r}"
    if parameter.kind in _STARRED:
        yield HostProblem(
            ProblemCode.HOOK_KEYWORD_ONLY,
            f"{where}: it is keyword-only or gathers arguments, and pluggy never fills such a one.",
            f"Take the arguments you need as plain parameters, without * and **. There are: {_listed(arguments)}.",
        )
        return
    if parameter.default is not Parameter.empty:
        yield HostProblem(
            ProblemCode.HOOK_DEFAULT,
            f"{where}: it has a default, and some versions of pluggy would always use it.",
            "Remove the default.",
        )
    if parameter.name not in arguments:
        yield HostProblem(
            ProblemCode.HOOK_ARGUMENT_UNKNOWN,
            f"{where}: the hook has no such argument.",
            f"{_guess(parameter.name, arguments)}Its arguments are: {_listed(arguments)}.",
        )


def unknown_hooks(implementations: Iterable[Implementation]) -> Iterator[HostProblem]:
    """Functions that are marked as hooks which the contract does not have, and not as optional."""
    for each in implementations:
        if each.hook not in HOOKS and not each.options.get("optionalhook"):
            yield HostProblem(
                ProblemCode.HOOK_UNKNOWN,
                f"{each}: the contract has no such hook, so it is never called.",
                f"{_guess(each.hook, tuple(HOOKS))}The hooks are: {_listed(tuple(HOOKS))}.",
            )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def _guess(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""
