import pytest

from tests import services
from tests.services import Stack


def test_without_a_choice_no_server_is_needed(monkeypatch) -> None:
    monkeypatch.delenv(services.STACK_VARIABLE, raising=False)
    assert services.stack() == Stack("sqlite", "filesystem")
    assert services.stack().broker_url is None
    assert services.stack().database()["NAME"] == ":memory:"


@pytest.mark.parametrize("chosen", services.STACKS, ids=str)
def test_a_stack_is_chosen_by_its_name(monkeypatch, chosen: Stack) -> None:
    monkeypatch.setenv(services.STACK_VARIABLE, str(chosen))
    assert services.stack() == chosen


def test_an_unknown_stack_is_refused_with_those_that_there_are(monkeypatch) -> None:
    monkeypatch.setenv(services.STACK_VARIABLE, "oracle+kafka")
    with pytest.raises(services.UnknownStack, match=r"'oracle\+kafka'. Choose one of: sqlite.*mariadb\+rabbitmq"):
        services.stack()


def test_a_stack_goes_where_the_urls_say(monkeypatch) -> None:
    monkeypatch.setenv("CERT_COMPLETION_MYSQL_URL", "mysql://me:secret@db.example:3307/cert_completion_mine")
    monkeypatch.setenv("CERT_COMPLETION_RABBITMQ_URL", "amqp://me:secret@queue.example//")
    chosen = Stack("mariadb", "rabbitmq")
    database = chosen.database()
    assert (database["HOST"], database["PORT"], database["NAME"]) == ("db.example", 3307, "cert_completion_mine")
    assert database["TEST"]["NAME"] == "cert_completion_mine_tests"
    assert chosen.database("cert_completion_other")["NAME"] == "cert_completion_other"
    assert chosen.broker_url == "amqp://me:secret@queue.example//"
