"""Placeholders in texts that administrators write: `{learner}` stands for the learner's name.

A name in braces, and nothing else: no attributes, no code. A brace that is meant as such is written twice.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from django.utils.translation import gettext

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_BRACES = {"{{": "{", "}}": "}"}


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with every placeholder replaced, in one go: what a value holds is never looked at again.

    Raises KeyError for a placeholder that has no value; `problems` tells of those beforehand.
    """
    return _TOKEN.sub(lambda found: _value(found, values), text)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    name = found[1]
    return _BRACES.get(found[0], found[0]) if name is None else values[name.strip()]


def as_text(text: str) -> str:
    """The text with its braces doubled, so that `filled` gives it back as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def names_in(text: str) -> set[str]:
    """The names of the placeholders in the text."""
    return {found[1].strip() for found in _TOKEN.finditer(text) if found[1] is not None}


def problems(text: str, known: Collection[str]) -> list[str]:
    """What cannot be filled in, in words: which line, what stands there, what to write."""
    return [problem for found in _TOKEN.finditer(text) for problem in _problem(found, text, known)]


def _problem(found: re.Match[str], text: str, known: Collection[str]) -> Iterator[str]:
    values = {"line": text.count("\n", 0, found.start()) + 1, "found": found[0]}
    if found[1] is None:
        if found[0] not in _BRACES:
            single = gettext("Line %(line)s: “%(found)s” stands alone. Write it twice if a brace is what you mean.")
            yield single % values
    elif (name := found[1].strip()) not in known:
        unknown = gettext("Line %(line)s: there is no placeholder “%(found)s”.") % values
        yield f"{unknown} {_suggestion(name, known)}"


def _suggestion(name: str, known: Collection[str]) -> str:
    if close := get_close_matches(name.casefold(), known, n=1):
        return gettext("Did you mean {%(name)s}?") % {"name": close[0]}
    return gettext("There are: %(names)s.") % {"names": ", ".join(f"{{{one}}}" for one in known)}
