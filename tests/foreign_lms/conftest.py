import pytest

from tests.acceptance.collecting import parametrize

HARBOUR = "harbour"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    parametrize(metafunc, [HARBOUR], one_way=True)
