"""Database connections that broke under us."""

from django.db import connections


def mend() -> None:
    """After an error, close the connections that are lost, so that the next query opens new ones.

    A connection in the middle of a transaction is left to whoever began that.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
