"""The fixtures of the kit: `world` is the host developer's to override, `store` may be."""

import pytest

from cert_completion_hooks.conformance.kit import Kit
from cert_completion_hooks.conformance.store import DjangoStore, Store, django_is_there
from cert_completion_hooks.conformance.world import World
from cert_completion_hooks.types import Capability


@pytest.fixture
def world() -> World:
    """The world of the host under test. Override it: in your test class, return a World of your own."""
    pytest.fail(
        "There is no host to test. Override the fixture `world` in the class that inherits HostConformance: let it "
        "return an instance of your own subclass of cert_completion_hooks.conformance.World.",
        pytrace=False,
    )


@pytest.fixture
def store() -> Store | None:
    """The database behind the host, to be counted and cut; None where nobody can. Django's connections by default."""
    return DjangoStore() if django_is_there() else None


@pytest.fixture
def kit(world: World, store: Store | None) -> Kit:
    return Kit(world, store)


@pytest.fixture
def with_history(kit: Kit) -> None:
    kit.need(Capability.HISTORY)


@pytest.fixture
def with_expiry(kit: Kit) -> None:
    kit.need(Capability.EXPIRY)


@pytest.fixture
def with_assignments(kit: Kit) -> None:
    kit.need(Capability.ASSIGNMENTS)


@pytest.fixture
def with_evidence(kit: Kit) -> None:
    kit.need(Capability.EVIDENCE)


@pytest.fixture
def with_undo(kit: Kit) -> None:
    kit.need(Capability.UNDO)


@pytest.fixture
def with_messages(kit: Kit) -> None:
    kit.need(Capability.MESSAGES)
