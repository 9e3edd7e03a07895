"""The checks that have to fail, each on its broken host: run by test_broken_hosts.py in a pytest of its own."""

from collections import defaultdict
from typing import Any

import pytest
from cert_completion_hooks.conformance import HostConformance

from tests.conformance.broken import FAULTS
from tests.conformance.memory_world import MemoryWorld

pytest_plugins = ["cert_completion_hooks.conformance"]


def _suite(host: type, checks: set[str]) -> type:
    """A class of the kit's tests with these checks alone."""

    @pytest.fixture
    def world(self: Any) -> MemoryWorld:
        return MemoryWorld(host())

    @pytest.fixture
    def store(self: Any, world: MemoryWorld) -> Any:
        return getattr(world.host, "statements", None)

    members = {check: getattr(HostConformance, check) for check in sorted(checks)}
    return type(f"Test{host.__name__}", (), {"world": world, "store": store, **members})


_CHECKS = defaultdict(set)
for _fault in FAULTS:
    _CHECKS[_fault.host].add(_fault.check)
globals().update({f"Test{host.__name__}": _suite(host, checks) for host, checks in _CHECKS.items()})
