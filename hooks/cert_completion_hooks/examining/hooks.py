"""The hooks of the contract, and which of them a host has."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pluggy

from cert_completion_hooks import spec
from cert_completion_hooks.types import Capability

REQUIRED_HOOKS = (
    "find_learners",
    "find_certifications",
    "list_certifications",
    "find_completion_states",
    "record_completions",
)
"""Those that some host of a site has to answer; `host_info` every one."""

HOOKS_OF: Mapping[Capability, tuple[str, ...]] = {
    Capability.HISTORY: ("record_completions",),
    Capability.EXPIRY: ("record_completions",),
    Capability.ASSIGNMENTS: ("record_completions",),
    Capability.EVIDENCE: ("find_evidence", "record_evidence"),
    Capability.UNDO: ("record_completions", "undo_changes"),
    Capability.MESSAGES: ("send_messages",),
}
"""The hooks without which a host cannot have a capability."""


@dataclass(frozen=True, slots=True)
class Implementation:
    """One function of a host that is marked as implementing a hook, with the options of its mark."""

    host: str
    hook: str
    function: Callable[..., Any]
    options: Mapping[str, Any]

    def __str__(self) -> str:
        return f"Host {self.host!r}, hook {self.hook!r}"


def manager() -> pluggy.PluginManager:
    """A plugin manager that knows the contract and no host."""
    made = pluggy.PluginManager(spec.PROJECT_NAME)
    made.add_hookspecs(spec)
    return made


def _specified() -> dict[str, bool]:
    found = {name: _MANAGER.parse_hookspec_opts(spec, name) for name in vars(spec)}
    return {name: bool(options["firstresult"]) for name, options in found.items() if options is not None}


_MANAGER = manager()

FIRST_RESULT: Mapping[str, bool] = _specified()
"""Every hook of the contract, with whether one host alone answers it."""

HOOKS: Mapping[str, tuple[str, ...]] = {
    name: tuple(inspect.signature(getattr(spec, name)).parameters) for name in FIRST_RESULT
}
"""Every hook of the contract, with the names of its arguments."""


def implementations(name: str, host: object) -> Iterator[Implementation]:
    """Everything in a host that is marked as a hook, also hooks that the contract does not have."""
    for attribute in dir(host):
        try:
            options = _MANAGER.parse_hookimpl_opts(host, attribute)
        except Exception:
            # An attribute that cannot be read is no hook; registering the host tells of it, where it matters.
            continue
        if options is not None:
            hook = options.get("specname") or attribute
            yield Implementation(name, hook, getattr(host, attribute), {**options})
