"""Good hosts pass: the in-memory host, one that can do next to nothing, and hosts together."""

import pytest
from cert_completion_hooks import SPEC_VERSION, HostInfo, hookimpl
from cert_completion_hooks.conformance import HostConformance, LearnersConformance
from cert_completion_hooks.memory import MemoryHost

from tests.conformance.memory_world import MemoryWorld
from tests.conformance.minimal_host import MinimalHost

pytest_plugins = ["cert_completion_hooks.conformance"]


class TestMemoryHost(HostConformance):
    @pytest.fixture
    def world(self):
        return MemoryWorld(MemoryHost())


class TestMinimalHost(HostConformance):
    """What a host cannot do is not asked of it."""

    @pytest.fixture
    def world(self):
        return MemoryWorld(MinimalHost())


class Directory:
    """A host that knows the learners of another one, and nothing else."""

    def __init__(self, host):
        self.known = host

    @hookimpl
    def host_info(self):
        return HostInfo(name="directory", version="1", contract_version=SPEC_VERSION)

    @hookimpl
    def find_learners(self, actor, usernames):
        return self.known.find_learners(actor, usernames)


class TestDirectory(LearnersConformance):
    """A host that answers one hook is tested for that alone."""

    @pytest.fixture
    def world(self):
        world = MemoryWorld(MemoryHost())
        world.host = Directory(world.memory)
        return world


class TestHostsTogether(HostConformance):
    """Learners come from one host and records from another."""

    @pytest.fixture
    def world(self):
        world = MemoryWorld(MemoryHost())
        world.host = (Directory(world.memory), world.memory)
        return world
