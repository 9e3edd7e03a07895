"""Hosts and hooks that the operator has switched off, and what is wrong with how they are named."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from cert_completion_hooks.examining.hooks import HOOKS
from cert_completion_hooks.examining.problems import HostProblem, ProblemCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """What is blocked.

    `hosts`: those of the setting HOSTS that are not even loaded. `unknown`: hosts that are named as blocked, but not in
    the setting HOSTS. `hooks`: pairs of a host and a hook that it does not answer.
    """

    hosts: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    hooks: frozenset[tuple[str, str]] = frozenset()

    def problems(self, active: Sequence[str]) -> Iterator[HostProblem]:
        """Blocks that block nothing, and those that cannot be. `active`: the hosts that are not blocked."""
        named = (*active, *self.hosts)
        for host in self.unknown:
            yield _nothing("BLOCKED_HOSTS", f"the host {host!r}, which the setting HOSTS does not", host, named)
        for host, hook in sorted(self.hooks):
            if host not in named:
                yield _nothing("BLOCKED_HOOKS", f"the host {host!r}, which the setting HOSTS does not", host, named)
            if hook not in HOOKS:
                yield _nothing("BLOCKED_HOOKS", f"the hook {hook!r}, which the contract does not have", hook, HOOKS)
            if hook == "host_info":
                text = f"The setting BLOCKED_HOOKS blocks 'host_info' of host {host!r}, which every host has to answer."
                yield HostProblem(ProblemCode.BLOCK_WRONG, text, "To block the whole host, use BLOCKED_HOSTS.")


NOTHING = Blocked()


def blocked(named: Sequence[str], hosts: Sequence[str], hooks: frozenset[tuple[str, str]]) -> Blocked:
    """What is blocked, given the settings HOSTS, BLOCKED_HOSTS and BLOCKED_HOOKS."""
    known = tuple(host for host in hosts if host in named)
    return Blocked(hosts=known, unknown=tuple(host for host in hosts if host not in named), hooks=hooks)


def _nothing(setting: str, what: str, name: str, known: Collection[str]) -> HostProblem:
    close = get_close_matches(name, known, n=1)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    return HostProblem(
        ProblemCode.BLOCK_WRONG,
        f"The setting {setting} names {what}, so that nothing is blocked by it.",
        f"{guess}There are: {', '.join(known) or 'none'}. Correct the name or take it out.",
    )
