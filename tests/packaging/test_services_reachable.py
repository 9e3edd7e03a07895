import socket

import pytest

from tests import services_reachable
from tests.services import BROKERS, DATABASES


@pytest.fixture
def closed_port():
    """A port on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture
def everything_at(monkeypatch):
    """Sends all four services to one port."""

    def everything_at(port: int) -> None:
        for service in [*DATABASES.values(), *BROKERS.values()]:
            scheme = service.default.partition(":")[0]
            monkeypatch.setenv(service.variable, f"{scheme}://me:secret@127.0.0.1:{port}/cert_completion")

    return everything_at


def test_each_server_that_does_not_listen_is_named_with_how_to_start_it(everything_at, closed_port, capsys) -> None:
    everything_at(closed_port)
    assert services_reachable.main(["--ports"]) == 1
    told = capsys.readouterr().err
    for service in [*DATABASES.values(), *BROKERS.values()]:
        assert f"{service.name} cannot be reached at " in told
        assert service.start in told
        assert service.variable in told
    assert f"me:***@127.0.0.1:{closed_port}" in told
    assert "secret" not in told


def test_all_is_well_when_all_listen(everything_at, capsys) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        everything_at(server.getsockname()[1])
        assert services_reachable.main(["--ports"]) == 0
    assert capsys.readouterr().err == ""


def test_a_server_must_let_us_in_not_only_listen(everything_at, closed_port, capsys) -> None:
    everything_at(closed_port)
    assert services_reachable.main([]) == 1
    told = capsys.readouterr().err
    assert told.count("cannot be reached at") == 4
    assert "secret" not in told
