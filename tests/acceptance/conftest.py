import pytest

from tests.acceptance.collecting import parametrize
from tests.acceptance.hosts import WORLDS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize(metafunc, WORLDS)
