"""What the kit says: which hook, what is wrong, and how to mend it."""

from typing import NoReturn

import pytest

from cert_completion_hooks.examining.errors import HostContractError


def fault(hook: str, host: str, what: str, mend: str, key: object = None, *, pytrace: bool = False) -> NoReturn:
    """Fail the test in words for whoever writes the host."""
    where = f"Host {host!r}, hook {hook!r}" if key is None else f"Host {host!r}, hook {hook!r}, key {key!r}"
    lines = [
        where,
        f"  What is wrong: {what}",
        f"  How to mend it: {mend}",
        f"  What the contract says: help(cert_completion_hooks.spec.{hook})",
    ]
    pytest.fail("\n".join(lines), pytrace=pytrace)


def fault_of(error: HostContractError) -> NoReturn:
    """The same for what the plugin itself would say of an answer."""
    fault(error.hook, error.host, error.what, error.mend, error.key)
