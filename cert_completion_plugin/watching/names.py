"""What files of a place are called while they are taken, and once they are put away."""

import os
from fnmatch import fnmatchcase

from cert_completion_plugin.core.watched import WatchedPlace
from cert_completion_plugin.watching.places import FOLDERS

MOST_BYTES = 255
"""Of a file's name, on nearly every file system."""

SUFFIXES = (".report.csv", ".report.json", ".reason.txt")
"""Behind the name of a file that was put away: its report, or why it became no import."""

_DIGITS = 12
_ROOM = MOST_BYTES - _DIGITS - 1 - max(map(len, SUFFIXES))
_LONGEST_EXTENSION = 20


def is_wanted(place: WatchedPlace, name: str) -> bool:
    """Whether a file with this name is meant to be imported: not hidden, not ours, and of a pattern."""
    if name.startswith(".") or name in FOLDERS or name.endswith(SUFFIXES) or "/" in name or "\0" in name:
        return False
    if place.marker and name.endswith(place.marker):
        return False
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in place.patterns)


def own_name(name: str, token: str) -> str:
    """The name with digits of a token before its extension: no two files are called so, however they came.

    `records.csv` becomes `records.0f3a9c6b1d22.csv`. What is too long for a file system is cut.
    """
    stem, dot, extension = name.rpartition(".")
    if not stem or len(os.fsencode(extension)) > _LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    tail = f".{token[:_DIGITS]}{dot}{extension}"
    return _cut(stem, _ROOM + _DIGITS + 1 - len(os.fsencode(tail))) + tail


def _cut(text: str, most_bytes: int) -> str:
    """As much of a text as fits, without half a letter at its end."""
    while len(os.fsencode(text)) > most_bytes:
        text = text[:-1]
    return text
