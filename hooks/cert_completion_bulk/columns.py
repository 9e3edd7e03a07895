"""The columns of a model and the values that its database takes for them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db import models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

Row: TypeAlias = tuple[Any, ...]
Field: TypeAlias = "models.Field[Any, Any]"

_AS_THEY_ARE = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.BinaryField)


def connection_of(model: type[models.Model], connections: ConnectionHandler) -> BaseDatabaseWrapper:
    """The connection on which rows of a model are written."""
    found: BaseDatabaseWrapper = connections[router.db_for_write(model)]
    return found


def fields_of(model: type[models.Model], names: Sequence[str]) -> list[Field]:
    """The fields with these names (`learner_id`, not `learner`). Raises FieldDoesNotExist."""
    by_name: dict[str, Field] = {field.attname: field for field in model._meta.concrete_fields}
    by_name["pk"] = model._meta.pk
    for name in names:
        if name not in by_name:
            raise FieldDoesNotExist(f"{model.__name__} has no column {name!r}. It has: {', '.join(by_name)}.")
    return [by_name[name] for name in names]


def quoted(connection: BaseDatabaseWrapper, fields: Iterable[Field]) -> list[str]:
    return [connection.ops.quote_name(str(field.column)) for field in fields]


def prepared(connection: BaseDatabaseWrapper, fields: Sequence[Field], rows: Iterable[Row]) -> Iterable[Row]:
    """The rows with the values that the database driver takes; column by column, since most columns need nothing."""
    adapters = [adapter_of(connection, field) for field in fields]
    if not any(adapters):
        return rows
    columns = zip(*rows, strict=True)
    return zip(
        *(
            _adapted(field, adapt, column) if adapt else column
            for field, adapt, column in zip(fields, adapters, columns, strict=False)
        ),
        strict=True,
    )


def _adapted(field: Field, adapt: Callable[[Any], Any], column: Sequence[Any]) -> Iterable[Any]:
    """Days and moments come many times over, and Django takes longer over one than the database does."""
    if not isinstance(field, models.DateField):
        return map(adapt, column)
    adapted = {value: adapt(value) for value in set(column)}
    return map(adapted.__getitem__, column)


def adapter_of(connection: BaseDatabaseWrapper, field: Field) -> Callable[[Any], Any] | None:
    """What makes a driver's value of a field's; None where they are the same."""
    kind = field.target_field if isinstance(field, models.ForeignKey) else field
    if isinstance(kind, _AS_THEY_ARE):
        return None
    if isinstance(kind, models.DateField) and connection.vendor == "postgresql":
        return None
    return partial(kind.get_db_prep_save, connection=connection)
