"""Database connections that broke under us."""

from django.db import close_old_connections


def mend() -> None:
    """After an error, close the connections that are lost, so that the next query opens new ones.

    A connection in the middle of a transaction is left alone.
    """
    close_old_connections()
