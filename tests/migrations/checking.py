"""The rules, applied to the migrations of one app: each function gives what breaks one, in words."""

from collections.abc import Iterator

from tests.migrations import rules


def too_long(label: str) -> Iterator[str]:
    """Indexes that MySQL and MariaDB refuse, after each migration."""
    for name, state in rules.states(label):
        for model in state.apps.get_app_config(label).get_models(include_auto_created=True):
            if not model._meta.proxy:
                yield from _too_long(f"{name}: {model._meta.object_name}", model)


def _too_long(place: str, model: object) -> Iterator[str]:
    for index in rules.indexes(model):
        try:
            bytes = index.bytes
        except TypeError as error:
            yield f"{place}.{index.name}: {error}"
        else:
            if bytes > rules.LONGEST_KEY:
                yield f"{place}.{index.name}: {bytes} bytes"


def mixed(label: str) -> Iterator[str]:
    """Migrations that move data and change the schema: MySQL commits the latter by itself, and cannot begin anew."""
    kinds: dict[str, set[bool]] = {}
    for migration, operation, before in rules.steps(label):
        if rules.is_data(operation) or rules.changes_schema(operation, label, before):
            kinds.setdefault(migration.name, set()).add(rules.is_data(operation))
    yield from (name for name, found in kinds.items() if len(found) == 2)


def unsafe(label: str) -> Iterator[str]:
    """What would keep the people of a live site waiting, or break what still runs."""
    for migration, operation, before in rules.steps(label):
        if problem := rules.unsafe(operation, label, before):
            yield f"{migration.name}: {problem}"
