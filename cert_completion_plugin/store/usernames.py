"""Learners in the ledger by name: exact means exact, and both ways use the index, on every database."""

from cert_completion_hooks.text import normalised
from django.db import connection
from django.db.models import Q

from cert_completion_plugin.store.values import column_text

_LONGEST = 150


def exactly(name: str) -> Q:
    """Entries of the learner with this username; upper and lower case count."""
    return is_exactly("username", _as_kept(name))


def is_exactly(column: str, text: str) -> Q:
    """Rows that have this text in a column; upper and lower case count."""
    # MySQL's collations take "ana" for "Ana" and "Ána", and look them up so; the second condition is byte by byte.
    return Q(**{column: text, f"{column}__startswith": text}) if connection.vendor == "mysql" else Q(**{column: text})


def beginning_with(beginning: str) -> Q:
    """Entries of the learners whose usernames begin so; upper and lower case count, and no character is a wildcard."""
    text = _as_kept(beginning)
    if connection.vendor == "mysql":
        return Q(username__istartswith=text, username__startswith=text)
    if connection.vendor == "sqlite":
        # Its LIKE takes capitals for small letters; its order is that of the code points.
        return Q(username__gte=text, username__lt=text + chr(0x10FFFF))
    return Q(username__startswith=text)


def _as_kept(text: str) -> str:
    """As an entry keeps a username."""
    return column_text(normalised(text), _LONGEST)
