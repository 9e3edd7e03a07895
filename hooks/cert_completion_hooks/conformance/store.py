"""The database behind a host, as far as the kit can watch and disturb it: Django's connections, where there are any."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import Any


class Store(ABC):
    """The statements that a host sends to its database. Override the fixture `store` for one that is not Django's."""

    @abstractmethod
    def counted(self) -> AbstractContextManager[Callable[[], int]]:
        """Gives how many statements have been sent since the context was entered."""

    @abstractmethod
    def broken_after(self, statements: int) -> AbstractContextManager[None]:
        """A context inside which every statement after so many fails; those that end transactions do not."""


class DjangoStore(Store):
    """All of Django's connections together."""

    @contextmanager
    def counted(self) -> Iterator[Callable[[], int]]:
        sent: list[None] = []

        def count(execute: Callable[..., Any], *args: Any) -> Any:
            sent.append(None)
            return execute(*args)

        with _wrapped(count):
            yield lambda: len(sent)

    @contextmanager
    def broken_after(self, statements: int) -> Iterator[None]:
        from django.db import OperationalError

        sent: list[None] = []

        def break_off(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
            if sql.split(" ", 1)[0].upper() not in _OF_TRANSACTIONS:
                sent.append(None)
                if len(sent) > statements:
                    raise OperationalError("The conformance kit lets no statement pass here.")
            return execute(sql, *args)

        with _wrapped(break_off):
            yield


_OF_TRANSACTIONS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@contextmanager
def _wrapped(wrapper: Callable[..., Any]) -> Iterator[None]:
    from django.db import connections

    with ExitStack() as stack:
        for connection in connections.all():
            stack.enter_context(connection.execute_wrapper(wrapper))
        yield


def django_is_there() -> bool:
    """Whether the host's tests have set Django up."""
    apps = sys.modules.get("django.apps")
    return apps is not None and bool(apps.apps.ready)


def as_the_plugin_does(alias: str | None) -> AbstractContextManager[Any]:
    """The context in which the plugin has a host write: a transaction, where the host shares its connection."""
    if alias is None or not django_is_there():
        return nullcontext()
    from django.db import DEFAULT_DB_ALIAS, transaction

    return transaction.atomic() if alias == DEFAULT_DB_ALIAS else nullcontext()


def aliases() -> list[str]:
    """The databases of the Django site."""
    from django.db import connections

    return list(connections)


def can_run_side_by_side(alias: str | None) -> bool:
    """Whether threads of this test can write at once: outside a transaction, on a database that lets them."""
    if alias is None or not django_is_there():
        return True
    from django.db import connections

    connection = connections[alias]
    return connection.vendor != "sqlite" and not connection.in_atomic_block


def close_connections() -> None:
    """Close what a thread has opened."""
    if django_is_there():
        from django.db import connections

        connections.close_all()
