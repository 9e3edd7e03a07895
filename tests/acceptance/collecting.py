"""Every case of every folder becomes one test for each way of running it on some hosts."""

from collections.abc import Collection
from pathlib import Path
from zlib import crc32

import pytest

from tests.acceptance.loading import Broken, Loaded, NoCases, load

_OWN_CASES = Path(__file__).parent / "cases"


def parametrize(metafunc: pytest.Metafunc, hosts: Collection[str], *, one_way: bool = False) -> None:
    """Give a test that takes `loaded` and `way` all cases, each in all ways; with `one_way` in any one of them."""
    if "loaded" not in metafunc.fixturenames:
        return
    parameters = [each for loaded in cases(metafunc.config) for each in _parameters(loaded, hosts, one_way)]
    metafunc.parametrize(("loaded", "way"), parameters)


def cases(config: pytest.Config) -> list[Loaded]:
    """All cases of the folders that the command line names; of the usual ones if it names none."""
    try:
        return load(_folders(config))
    except NoCases as error:
        raise pytest.UsageError(str(error)) from error


def _folders(config: pytest.Config) -> list[Path]:
    if named := config.getoption("--cases"):
        return [Path(folder) for folder in named]
    shared = config.rootpath.parent / "shared" / "cases"
    return [_OWN_CASES, shared] if shared.is_dir() else [_OWN_CASES]


def _parameters(loaded: Loaded, hosts: Collection[str], one_way: bool) -> list[object]:
    if isinstance(loaded, Broken):
        return [pytest.param(loaded, None, id=loaded.id)]
    ways = list(loaded.ways(hosts))
    if one_way and ways:
        ways = [ways[crc32(loaded.id.encode()) % len(ways)]]
    return [pytest.param(loaded, way, id=f"{loaded.id}[{way}]") for way in ways]
