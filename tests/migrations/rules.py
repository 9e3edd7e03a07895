"""What migrations must keep for MySQL 8 and MariaDB to accept them, and a live site to bear them."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import (
    AddField,
    AlterField,
    RemoveField,
    RenameField,
    RenameModel,
    RunPython,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

LONGEST_KEY = 3072
"""Bytes of an index in InnoDB's row format DYNAMIC, the default of both servers."""

BYTES_A_CHARACTER = 4
"""In utf8mb4."""

LARGE = {
    "importrow",
    "ledgerentry",
    "rowissue",
    "undorow",
    "message",
    "learnercertification",
    "pastcompletion",
    "evidence",
    "sentmessage",
}
"""Models with a row for each row of a file or each completion: their tables are not written anew while people wait."""


class Index(NamedTuple):
    """An index of a table: its name, or the field's, and the fields in it."""

    name: str
    fields: tuple[Any, ...]

    @property
    def bytes(self) -> int:
        return sum(map(_bytes_of, self.fields))


def _bytes_of(field: Any) -> int:
    """The most bytes of a column in an index. Raises TypeError for a text without a length, which no index takes."""
    if isinstance(field, models.ForeignKey):
        return _bytes_of(field.target_field)
    if isinstance(field, (models.TextField, models.BinaryField, models.JSONField)):
        raise TypeError(f"{field.name} has no length")
    if isinstance(field, models.UUIDField):
        return 32 * BYTES_A_CHARACTER
    return BYTES_A_CHARACTER * field.max_length if field.max_length else 8


def indexes(model: Any) -> Iterator[Index]:
    """Every index that a table gets, on MySQL also those that a foreign key brings along."""
    meta = model._meta
    for field in meta.local_fields:
        if field.primary_key or field.unique or field.db_index or getattr(field, "db_constraint", False):
            yield Index(field.name, (field,))
    for index in meta.indexes:
        yield Index(index.name, tuple(meta.get_field(name.lstrip("-")) for name in index.fields))
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            yield Index(constraint.name, tuple(meta.get_field(name) for name in constraint.fields))


def is_data(operation: Operation) -> bool:
    return isinstance(operation, (RunPython, RunSQL))


def changes_schema(operation: Operation, label: str, before: ProjectState) -> bool:
    """Whether an operation says anything to the database, beside one that moves data."""
    if is_data(operation):
        return False
    if isinstance(operation, SeparateDatabaseAndState):
        return any(changes_schema(each, label, before) for each in operation.database_operations)
    editor: Any = _Listening()
    after = before.clone()
    operation.state_forwards(label, after)
    operation.database_forwards(label, editor, before, after)
    return bool(editor.was_told)


class _Listening:
    """A schema editor that takes everything, and knows whether there was anything."""

    def __init__(self) -> None:
        self.was_told = False
        self.connection = _Connection()
        self.deferred_sql: list[Any] = []

    def __getattr__(self, name: str) -> Any:
        def told(*args: Any, **kwargs: Any) -> None:
            self.was_told = self.was_told or name != "alter_db_table_comment"

        return told


class _Connection:
    alias = "default"

    class features:
        connection_persists_old_columns = False
        supports_comments = False


def unsafe(operation: Operation, label: str, before: ProjectState) -> str:
    """What an operation does to a large table that a live site does not bear; "" if it does nothing of the kind."""
    name = getattr(operation, "model_name_lower", "")
    if isinstance(operation, RenameModel) and operation.old_name_lower in LARGE:
        return f"renames {operation.old_name}"
    if name not in LARGE or (label, name) not in before.models:
        return ""
    if isinstance(operation, (RenameField, RemoveField)):
        return f"{operation.describe()}: what runs until then asks for it"
    if isinstance(operation, AddField) and not _is_added_at_once(operation.field):
        return f"{operation.describe()}: not added at once"
    if isinstance(operation, AlterField):
        old = before.models[label, name].fields[operation.name]
        if _column(old) != _column(operation.field):
            return f"{operation.describe()}: another type of column"
    return ""


def _is_added_at_once(field: Any) -> bool:
    if isinstance(field, models.ForeignKey) and getattr(field, "db_constraint"):  # noqa: B009
        return False
    has_default = field.has_default() or field.empty_strings_allowed
    return field.null or (has_default and not isinstance(field, (models.TextField, models.BinaryField)))


def _column(field: Any) -> tuple[Any, ...]:
    return type(field), field.max_length, field.null, field.unique


def steps(label: str) -> Iterator[tuple[Migration, Operation, ProjectState]]:
    """Each operation of an app's migrations with the state before it, in their order."""
    loader = MigrationLoader(None)
    state = ProjectState()
    for key in _plan(loader, label):
        migration = loader.graph.nodes[key]
        for operation in migration.operations:
            if key[0] == label:
                yield migration, operation, state
            operation.state_forwards(key[0], state)


def _plan(loader: MigrationLoader, label: str) -> list[tuple[str, str]]:
    plan: list[tuple[str, str]] = []
    for leaf in loader.graph.leaf_nodes(label):
        plan += [key for key in loader.graph.forwards_plan(leaf) if key not in plan]
    return plan


def states(label: str) -> Iterator[tuple[str, ProjectState]]:
    """The state after each of an app's migrations."""
    loader = MigrationLoader(None)
    state = ProjectState()
    for key in _plan(loader, label):
        state = loader.graph.nodes[key].mutate_state(state, preserve=False)
        if key[0] == label:
            yield key[1], state
