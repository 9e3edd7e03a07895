"""Places from which files are taken up, as a site names them in its settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from cert_completion_plugin.core.options import Options, OptionsError

PATTERNS = ("*.csv", "*.tsv", "*.txt", "*.xlsx", "*.ods")
STABLE_SECONDS = 60


class PlaceError(ValueError):
    """A place that cannot be meant so; the text says what is wrong and what is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedPlace:
    """A directory on the server, or a prefix of a Django storage: exactly one of the two.

    Files are imported for the user with the name `user`, with the profile `options` in place of the site's defaults.
    Those whose names fit one of `patterns`, in upper or lower case, are taken once nothing about them has changed for
    `stable_seconds`, or, if there is a `marker`, once a file of the same name with that at its end lies beside them.
    """

    directory: str = ""
    storage: str = ""
    prefix: str = ""
    user: str
    options: Mapping[str, Any] = field(default_factory=dict)
    patterns: tuple[str, ...] = PATTERNS
    stable_seconds: int = STABLE_SECONDS
    marker: str = ""

    @property
    def location(self) -> str:
        """The place as it is told to operators; no two places of a site have the same."""
        return self.directory or f"{self.storage}:{self.prefix}"

    @classmethod
    def from_mapping(cls, given: Any) -> "WatchedPlace":
        """The place that an entry of the setting describes. Raises PlaceError."""
        if not isinstance(given, Mapping):
            raise PlaceError(f"must be a dictionary, not {given!r}.")
        for name in given:
            if name not in _KEYS:
                raise PlaceError(f"has no key {name!r}. Its keys are: {', '.join(sorted(_KEYS))}.")
        if not given.get("user"):
            raise PlaceError('needs a "user": the name of the user for whom its files are imported.')
        values = {_KEYS[name].field: _KEYS[name].read(name, value) for name, value in given.items()}
        place = cls(**values)
        if bool(place.directory) == bool(place.storage):
            raise PlaceError('needs either a "directory" or a "storage" with a "prefix".')
        if (place.storage and not place.prefix) or (place.directory and place.prefix):
            raise PlaceError('needs a "prefix" with a "storage", and none with a "directory".')
        return place


def overlapping(places: tuple[WatchedPlace, ...]) -> tuple[str, str] | None:
    """The locations of two places of which one lies in the other: files of one would be taken for the other's."""
    for index, place in enumerate(places):
        for other in places[index + 1 :]:
            if place.storage == other.storage and _is_within(place, other):
                return place.location, other.location
    return None


def _is_within(one: WatchedPlace, other: WatchedPlace) -> bool:
    first, second = (PurePath(place.directory or place.prefix) for place in (one, other))
    return first == second or first in second.parents or second in first.parents


@dataclass(frozen=True, slots=True)
class _Key:
    """How a key of an entry is read, and the field that it fills."""

    field: str
    read: Any


def _text(name: str, value: Any) -> str:
    if isinstance(value, str) and value:
        return value
    raise PlaceError(f"{name!r} must be a text, not {value!r}.")


def _directory(name: str, value: Any) -> str:
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if isinstance(text, str) and os.path.isabs(text) and ".." not in PurePath(text).parts and "\0" not in text:
        return os.path.normpath(text)
    raise PlaceError(f"{name!r} must be an absolute path without “..”, not {value!r}.")


def _prefix(name: str, value: Any) -> str:
    parts = value.strip("/").split("/") if isinstance(value, str) else [""]
    if all(part not in ("", ".", "..") and "\\" not in part for part in parts):
        return "/".join(parts)
    raise PlaceError(f'{name!r} must be a path within the storage, such as "incoming/hr", not {value!r}.')


def _options(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise PlaceError(f"{name!r} must be a dictionary of options, not {value!r}.")
    try:
        Options.from_mapping(value)
    except OptionsError as error:
        raise PlaceError(f"{name!r}: {error}") from error
    return dict(value)


def _patterns(name: str, value: Any) -> tuple[str, ...]:
    found = (value,) if isinstance(value, str) else value
    if isinstance(found, (list, tuple)) and found and all(isinstance(each, str) and each for each in found):
        return tuple(found)
    raise PlaceError(f'{name!r} must be a pattern of file names such as "*.csv", or a list of them, not {value!r}.')


def _seconds(name: str, value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise PlaceError(f"{name!r} must be a whole number of seconds above zero, not {value!r}.")


def _marker(name: str, value: Any) -> str:
    if isinstance(value, str) and len(value) > 1 and value.startswith(".") and "/" not in value:
        return value
    raise PlaceError(f'{name!r} must be what is added to a file\'s name, such as ".done", not {value!r}.')


_KEYS: Mapping[str, _Key] = {
    "directory": _Key("directory", _directory),
    "storage": _Key("storage", _text),
    "prefix": _Key("prefix", _prefix),
    "user": _Key("user", _text),
    "options": _Key("options", _options),
    "pattern": _Key("patterns", _patterns),
    "stable_seconds": _Key("stable_seconds", _seconds),
    "marker": _Key("marker", _marker),
}
