"""Updating rows, each with values of its own."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from cert_completion_bulk.columns import Field, Row, connection_of, fields_of, prepared, quoted
from cert_completion_bulk.literals import in_statements, texts_of

_JOINED_AT_ONCE = 400


def update(model: type[models.Model], names: Sequence[str], rows: Iterable[Row]) -> None:
    """Update rows of a model, all of which exist.

    Each row is a tuple: the primary key, then one value for each name (a column's, such as `source_id`). Nothing of
    the model's own code runs. Raises django.db's IntegrityError and DataError with nothing of a statement done.
    """
    rows = list(rows)
    if not rows:
        return
    connection = connection_of(model, connections)
    fields = fields_of(model, ("pk", *names))
    if connection.vendor == "postgresql":
        _from_one_value(connection, model, fields, rows)
    elif connection.vendor == "mysql" and (texts := texts_of(connection, list(prepared(connection, fields, rows)))):
        _joined(connection, model, fields, texts)
    else:
        _row_by_row(connection, model, fields, rows)


def _from_one_value(
    connection: BaseDatabaseWrapper, model: type[models.Model], fields: Sequence[Field], rows: Sequence[Row]
) -> None:
    """PostgreSQL takes all rows as one JSON value and joins them to the table."""
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), quoted(connection, fields)
    keys = [f"c{number}" for number in range(len(fields))]
    types = ", ".join(f"{key} {field.rel_db_type(connection)}" for key, field in zip(keys, fields, strict=True))
    changes = ", ".join(f"{column} = given.{key}" for column, key in list(zip(columns, keys, strict=True))[1:])
    given = json.dumps([dict(zip(keys, row, strict=True)) for row in rows], default=_as_text)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {changes} FROM json_to_recordset(%s) AS given({types})"
            f" WHERE {table}.{columns[0]} = given.{keys[0]}",
            [given],
        )


def _as_text(value: Any) -> str:
    """A value that JSON has no form for, as PostgreSQL reads it: dates and moments to the microsecond."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _joined(
    connection: BaseDatabaseWrapper, model: type[models.Model], fields: Sequence[Field], texts: Sequence[str]
) -> None:
    """MySQL joins the table to the rows, which are a SELECT each: it would take one round trip for each row else."""
    table = connection.ops.quote_name(model._meta.db_table)
    key, *columns = quoted(connection, fields)
    names = ", ".join(f"NULL AS c{number}" for number in range(len(fields)))
    changes = ", ".join(f"{table}.{column} = given.c{number}" for number, column in enumerate(columns, start=1))
    with connection.cursor() as cursor:
        for start in range(0, len(texts), _JOINED_AT_ONCE):
            for some in in_statements(texts[start : start + _JOINED_AT_ONCE]):
                given = " UNION ALL SELECT ".join(some)
                cursor.execute(
                    f"UPDATE {table} JOIN (SELECT {names} FROM DUAL WHERE FALSE UNION ALL SELECT {given}) AS given"
                    f" ON {table}.{key} = given.c0 SET {changes}"
                )


def _row_by_row(
    connection: BaseDatabaseWrapper, model: type[models.Model], fields: Sequence[Field], rows: Sequence[Row]
) -> None:
    """One statement, prepared once where the driver can, and run with each row's values."""
    table = connection.ops.quote_name(model._meta.db_table)
    key, *columns = quoted(connection, fields)
    changes = ", ".join(f"{column} = %s" for column in columns)
    values = [(*row[1:], row[0]) for row in prepared(connection, fields, rows)]
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET {changes} WHERE {key} = %s", values)
