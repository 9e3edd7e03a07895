"""The hosts on which every case is run."""

from collections.abc import Mapping

from tests.acceptance.loading import MEMORY
from tests.acceptance.memory_world import MemoryWorld
from tests.acceptance.records_world import RecordsWorld
from tests.acceptance.worlds import World

WORLDS: Mapping[str, type[World]] = {MEMORY: MemoryWorld, "sandbox": RecordsWorld}
