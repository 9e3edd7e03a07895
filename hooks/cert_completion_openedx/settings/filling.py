from collections.abc import Mapping
from typing import Any

Defaults = Mapping[str, Mapping[str, Any]]
"""From the name of a setting that is a dictionary to the keys that it is to have where the site has none."""


def fill(settings: Any, defaults: Defaults) -> None:
    """Set the keys that are unset. `settings` is a module of settings on which the platform is at work.

    A key that the site sets counts, whether as a setting or in its YAML file (`ENV_TOKENS`), which replaces whole
    dictionaries.
    """
    tokens = getattr(settings, "ENV_TOKENS", None) or {}
    for name, keys in defaults.items():
        given = {**(getattr(settings, name, None) or {}), **(tokens.get(name) or {})}
        setattr(settings, name, {**keys, **given})
