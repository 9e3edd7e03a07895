"""Asking for rows by many values."""

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Lookup

from cert_completion_bulk.columns import adapter_of


class Among(Lookup):
    """`filter(Among("username", names))` finds what `filter(username__in=names)` does.

    Django's `__in` makes, resolves and quotes a parameter for each value; here all of them are one, where the database
    takes an array or a document. Values are of the type that the column has in Python, none of them None.
    """

    lookup_name = "among"
    prepare_rhs = False

    def __init__(self, name: str, values: Iterable[Any]) -> None:
        super().__init__(F(name), list(values))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.lhs.name, self.rhs)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        values = self._values(connection)
        if not values:
            raise EmptyResultSet
        column, parameters = self._column(compiler)
        return f"{column} IN ({', '.join(['%s'] * len(values))})", (*parameters, *values)

    def as_postgresql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self._column(compiler)
        values = self._values(connection)
        if values and all(type(value) is int for value in values):
            # A list of numbers takes the driver as long as their rows take the server.
            return f"{column} = ANY(%s::bigint[])", (*parameters, f"{{{','.join(map(str, values))}}}")
        return f"{column} = ANY(%s)", (*parameters, values)

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        if not connection.features.supports_json_field:
            return self.as_sql(compiler, connection)
        column, parameters = self._column(compiler)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*parameters, json.dumps(self._values(connection)))

    def _column(self, compiler: Any) -> tuple[str, tuple[Any, ...]]:
        sql, parameters = compiler.compile(self.lhs)
        return sql, tuple(parameters)

    def _values(self, connection: BaseDatabaseWrapper) -> list[Any]:
        adapt = adapter_of(connection, self.lhs.output_field)
        return [adapt(value) for value in self.rhs] if adapt else list(self.rhs)
