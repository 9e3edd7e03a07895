"""What is wrong with the active hosts of a site, all of it at once, before anything is imported."""

from collections.abc import Iterator

from cert_completion_hooks import SPEC_VERSION, HostInfo
from cert_completion_hooks.examining.hooks import HOOKS_OF, REQUIRED_HOOKS
from cert_completion_hooks.examining.problems import HostProblem, ProblemCode, unknown_hooks

from cert_completion_plugin.gateway.blocking import Blocked
from cert_completion_plugin.gateway.infos import Infos
from cert_completion_plugin.gateway.registry import Registry

_SAME_HOST = (
    ("find_certifications", "list_certifications"),
    ("find_completion_states", "record_completions"),
    ("find_evidence", "record_evidence"),
)


def host_problems(registry: Registry, infos: Infos, blocked: Blocked) -> list[HostProblem]:
    """Every problem, those of single hosts first. Raises nothing."""
    if not registry.names:
        hint = "Name at least one host in the setting HOSTS that the setting BLOCKED_HOSTS does not name."
        return [HostProblem(ProblemCode.NO_HOSTS, "No host is active, so nothing can be imported.", hint)]
    found = list(registry.problems)
    for host in registry.names:
        found += unknown_hooks(registry.implementations(host))
        found += _info_problems(registry, infos, host)
    return [*found, *_missing_hooks(registry), *_divided_hooks(registry), *blocked.problems(registry.names)]


def _info_problems(registry: Registry, infos: Infos, host: str) -> Iterator[HostProblem]:
    if not registry.implements(host, "host_info"):
        text = f"Host {host!r} does not implement the hook 'host_info'."
        yield HostProblem(ProblemCode.HOST_INFO_MISSING, text, "Implement it; it returns a HostInfo.")
    elif registry.is_usable(host):
        try:
            info = infos.of(host)
        except Exception as error:
            text = f"Host {host!r} does not say what it is: {type(error).__name__}: {error}"
            yield HostProblem(ProblemCode.HOST_INFO_WRONG, text, "Let the hook 'host_info' return a HostInfo.")
        else:
            yield from _version_problems(host, info)
            yield from _capability_problems(registry, host, info)


def _version_problems(host: str, info: HostInfo) -> Iterator[HostProblem]:
    if info.contract_version == SPEC_VERSION:
        return
    older = info.contract_version < SPEC_VERSION
    yield HostProblem(
        ProblemCode.CONTRACT_VERSION_DIFFERS,
        f"Host {host!r} was built for version {info.contract_version} of the contract; this is version {SPEC_VERSION}.",
        f"Update {'the package that brings the host' if older else 'cert-completion-plugin'}.",
    )


def _capability_problems(registry: Registry, host: str, info: HostInfo) -> Iterator[HostProblem]:
    for capability in sorted(info.capabilities):
        lacking = [hook for hook in HOOKS_OF[capability] if not registry.has(host, hook)]
        if lacking:
            hooks = " and ".join(map(repr, lacking))
            yield HostProblem(
                ProblemCode.CAPABILITY_WITHOUT_HOOK,
                f"Host {host!r} declares the capability {str(capability)!r}, but does not implement {hooks}.",
                "Implement what is missing, or leave the capability out of the host's info.",
            )


def _missing_hooks(registry: Registry) -> Iterator[HostProblem]:
    for hook in REQUIRED_HOOKS:
        if registry.answering(hook) is None:
            text = f"No active host implements the hook {hook!r}. Active hosts: {', '.join(registry.names)}."
            blocked = [host for host in registry.names if registry.has(host, hook)]
            unblock = f", or take it of host {blocked[0]!r} out of the setting BLOCKED_HOOKS" if blocked else ""
            hint = f"Add a host that does to the setting HOSTS, or implement it{unblock}."
            yield HostProblem(ProblemCode.HOOK_MISSING, text, hint)


def _divided_hooks(registry: Registry) -> Iterator[HostProblem]:
    for asking, using in _SAME_HOST:
        hosts = registry.answering(asking), registry.answering(using)
        if None not in hosts and hosts[0] != hosts[1]:
            yield HostProblem(
                ProblemCode.HOOKS_DIVIDED,
                f"The hook {asking!r} is answered by host {hosts[0]!r}, but {using!r} by {hosts[1]!r}.",
                "One host must answer both: implement both in it, change the order of the setting HOSTS, or keep one "
                "host from answering by the setting BLOCKED_HOOKS.",
            )
