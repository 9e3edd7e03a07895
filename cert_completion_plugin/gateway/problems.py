"""What start-up checks can find wrong with hosts, and the checks that need one implementation only."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from inspect import Parameter
from typing import Any


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


@dataclass(frozen=True, slots=True)
class HostProblem:
    """One thing that is wrong with the hosts of a site: what, and how to mend it."""

    code: ProblemCode
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Implementation:
    """One function of a host that is marked as implementing a hook, with the options of its mark."""

    host: str
    hook: str
    function: Callable[..., Any]
    options: Mapping[str, Any]

    def __str__(self) -> str:
        return f"Host {self.host!r}, hook {self.hook!r}"


def calling_problems(implementation: Implementation, arguments: Sequence[str]) -> Iterator[HostProblem]:
    """What keeps pluggy from calling an implementation rightly. `arguments`: those that the hook has."""
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
        yield from _parameter_problems(implementation, parameter, arguments)


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


def unknown_hook(implementation: Implementation, hooks: Sequence[str]) -> HostProblem:
    return HostProblem(
        ProblemCode.HOOK_UNKNOWN,
        f"{implementation}: the contract has no such hook, so it is never called.",
        f"{_guess(implementation.hook, hooks)}The hooks are: {_listed(hooks)}.",
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def _guess(name: str, names: Sequence[str]) -> str:
    close = get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}? " if close else ""
