"""What goes to which database: the registry to its own, all else to the default one."""

from typing import Any

REGISTRY = "registry"
_LABEL = "harbour_registry"


class RegistryRouter:
    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return REGISTRY if model._meta.app_label == _LABEL else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        if db == REGISTRY or app_label == _LABEL:
            return db == REGISTRY and app_label == _LABEL
        return None
