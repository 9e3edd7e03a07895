"""From the names in the setting `HOSTS` to host objects."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any

from cert_completion_hooks import ENTRY_POINT_GROUP

from cert_completion_plugin.gateway.errors import HostNotFound


def load_hosts(names: Sequence[str]) -> dict[str, object]:
    """The hosts of these names, in their order.

    Each is the name of an entry point of the group `ENTRY_POINT_GROUP`, or an import string: "module", "package.module"
    or "package.module:attribute". A class is instantiated. Raises HostNotFound where a name leads nowhere.
    """
    return {name: _host(name) for name in names}


def _host(name: str) -> object:
    found = {point.value: point for point in entry_points(group=ENTRY_POINT_GROUP, name=name)}
    if len(found) > 1:
        raise HostNotFound(
            f"Several installed packages offer a host {name!r}: {', '.join(sorted(found))}. "
            "Uninstall all but one, or write the import string of the one you mean."
        )
    if not found and "." not in name and ":" not in name and not _is_module(name):
        raise HostNotFound(_unknown(name))
    path = next(iter(found), name)
    try:
        host = _imported(path)
        return host() if isinstance(host, type) else host
    except Exception as problem:
        raise HostNotFound(
            f"The host {name!r} cannot be loaded from {path!r}: {type(problem).__name__}: {problem}. "
            'Write the name of an installed host, or an import string such as "package.module" or '
            f'"package.module:attribute". {_installed()}'
        ) from problem


def _is_module(name: str) -> bool:
    return name.isidentifier() and (name in sys.modules or find_spec(name) is not None)


def _imported(path: str) -> Any:
    module_name, _, attributes = path.partition(":")
    found: Any = import_module(module_name.strip())
    for attribute in filter(None, attributes.strip().split(".")):
        found = getattr(found, attribute)
    return found


def installed_hosts() -> list[str]:
    """The names of the hosts that installed packages offer, active or not."""
    return sorted({point.name for point in entry_points(group=ENTRY_POINT_GROUP)})


def _installed() -> str:
    names = installed_hosts()
    return f"Installed hosts: {', '.join(names)}." if names else "No host is installed."


def _unknown(name: str) -> str:
    close = get_close_matches(name, installed_hosts(), n=1)
    guess = f"Did you mean {close[0]!r}? " if close else ""
    return (
        f"There is no host {name!r}. {_installed()} {guess}"
        "Write one of these names, install the package that brings the host (it needs an entry point of the group "
        f'"{ENTRY_POINT_GROUP}"), or write an import string such as "package.module:attribute".'
    )
