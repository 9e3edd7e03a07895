"""Inserting rows: COPY on PostgreSQL, statements of many rows elsewhere."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from cert_completion_bulk.columns import Field, Row, connection_of, fields_of, prepared, quoted
from cert_completion_bulk.copying import text_of
from cert_completion_bulk.literals import in_statements, texts_of

_COPIED_AT_ONCE = 500


def insert(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows of a model.

    Each row is a tuple with one value for each name, of the type that the model's field has in Python; names are those
    of columns (`learner_id`). Every column without a default of the database's own has to be named, save the
    primary key that it counts up itself. Nothing of the model's own code runs: no defaults, no `save`, no signals.
    Rows may be made as they are taken, without asking the database: PostgreSQL inserts some while the next are made.
    Raises django.db's IntegrityError and DataError; then what was inserted of these rows has to be rolled back.
    """
    remaining = iter(rows)
    first = next(remaining, None)
    if first is None:
        return
    rows = chain([first], remaining)
    connection = connection_of(model, connections)
    fields = fields_of(model, names)
    columns = ", ".join(quoted(connection, fields))
    table = connection.ops.quote_name(model._meta.db_table)
    if can_copy(connection):
        _copy(connection, f"COPY {table} ({columns}) FROM STDIN", fields, rows)
    elif connection.vendor == "postgresql":
        model._base_manager.using(connection.alias).bulk_create(
            [model(**dict(zip(names, row, strict=True))) for row in rows], batch_size=1000
        )
    else:
        _insert(connection, f"INSERT INTO {table} ({columns}) VALUES", list(prepared(connection, fields, list(rows))))


def _insert(connection: BaseDatabaseWrapper, statement: str, rows: Sequence[Row]) -> None:
    texts = texts_of(connection, rows) if connection.vendor == "mysql" else None
    with connection.cursor() as cursor:
        if texts is None:
            cursor.executemany(f"{statement} ({', '.join(['%s'] * len(rows[0]))})", rows)
            return
        for some in in_statements(texts):
            cursor.execute(f"{statement} ({'),('.join(some)})")


def can_copy(connection: BaseDatabaseWrapper) -> bool:
    """Whether rows can be streamed to the database: PostgreSQL, with psycopg 3."""
    if connection.vendor != "postgresql":
        return False
    from django.db.backends.postgresql.psycopg_any import is_psycopg3

    return bool(is_psycopg3)


def _copy(connection: BaseDatabaseWrapper, statement: str, fields: Sequence[Field], rows: Iterator[Row]) -> None:
    connection.validate_no_broken_transaction()
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        while taken := list(islice(rows, _COPIED_AT_ONCE)):
            some = list(prepared(connection, fields, taken))
            if (text := text_of(some)) is not None:
                copy.write(text)
                continue
            for row in some:
                copy.write_row(row)
