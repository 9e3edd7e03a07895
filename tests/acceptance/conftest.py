"""Every case of every folder becomes one test for each way of running it."""

from pathlib import Path

import pytest

from tests.acceptance.loading import Broken, Loaded, NoCases, load

_OWN_CASES = Path(__file__).parent / "cases"


def _folders(config: pytest.Config) -> list[Path]:
    if named := config.getoption("--cases"):
        return [Path(folder) for folder in named]
    shared = config.rootpath.parent / "shared" / "cases"
    return [_OWN_CASES, shared] if shared.is_dir() else [_OWN_CASES]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "loaded" not in metafunc.fixturenames:
        return
    try:
        cases = load(_folders(metafunc.config))
    except NoCases as error:
        raise pytest.UsageError(str(error)) from error
    metafunc.parametrize(("loaded", "way"), [parameters for each in cases for parameters in _parameters(each)])


def _parameters(loaded: Loaded) -> list[object]:
    if isinstance(loaded, Broken):
        return [pytest.param(loaded, None, id=loaded.id)]
    return [pytest.param(loaded, way, id=f"{loaded.id}[{way}]") for way in loaded.ways()]
